"""What the methods of a client are made of: send a request, read what comes as what the contract says."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec

from futureagi_simulate.endpoints import ListingSpec, ObjectSpec
from futureagi_simulate.listings.listing import AsyncListing, Listing, Plan
from futureagi_simulate.listings.notices import Contract
from futureagi_simulate.listings.page import Ask, Fetched
from futureagi_simulate.listings.source import Readings, Source
from futureagi_simulate.transport.request import Answer
from futureagi_simulate.transport.session import AsyncSession, Session

__all__ = ["AsyncConnection", "Connection"]

M = TypeVar("M")
T = TypeVar("T")


def _as_is(model: Any) -> Any:
    return model


class _Reads(msgspec.Struct, frozen=True):
    """What a connection does with an answer, in either colour."""

    session: Session | AsyncSession
    contract: Contract
    readings: Readings = msgspec.field(default_factory=Readings)

    def page(self, spec: ListingSpec[M], answer: Answer, ask: Ask) -> Fetched[M]:
        """Read one page of a listing."""
        from futureagi_simulate.answers.decode import read_page  # here: it brings the models, and attrs

        return read_page(spec.form, answer, ask, strict=self.session.options.strict)

    def read(self, spec: ObjectSpec[M], answer: Answer) -> M:
        """Read an answer that is one object."""
        from futureagi_simulate.answers.decode import read_object

        model, deviations = read_object(spec.form, answer, strict=self.session.options.strict)
        self.contract.report(spec.request.operation, deviations)
        return model


class Connection(_Reads, frozen=True):
    """A session, what has been said about its answers, and the listings that are being read."""

    session: Session

    def listing(
        self, spec: ListingSpec[M], plan: Plan, *in_hand: Fetched[T], compose: Callable[[M], T] = _as_is
    ) -> Listing[T]:
        """Make a listing.

        `compose` makes its items from models, `in_hand` is its first page if that is here already.
        """

        def send(ask: Ask, cancelled: threading.Event) -> Answer:
            return self.session.send(spec.page(ask), cancelled)

        def read(ask: Ask, answer: Answer) -> Fetched[T]:
            return self.page(spec, answer, ask).composed(compose)

        return Listing(Source(spec, send, read, self.contract, list(in_hand), self.readings), plan)

    def first_page(self, spec: ListingSpec[M], plan: Plan) -> tuple[Answer, Fetched[M]]:
        """Ask for the first page of a listing now."""
        ask = Ask(1, plan.size)
        answer = self.session.send(spec.page(ask))
        return answer, self.page(spec, answer, ask)

    def object(self, spec: ObjectSpec[M]) -> M:
        """Ask for one object."""
        return self.read(spec, self.session.send(spec.request))

    def close(self) -> None:
        """Cancel the pages that listings have under way, and close the session."""
        self.readings.stop()
        self.session.close()


class AsyncConnection(_Reads, frozen=True):
    """`Connection` for the async client."""

    session: AsyncSession

    def listing(
        self, spec: ListingSpec[M], plan: Plan, *in_hand: Fetched[T], compose: Callable[[M], T] = _as_is
    ) -> AsyncListing[T]:
        """Make a listing.

        `compose` makes its items from models, `in_hand` is its first page if that is here already.
        """

        def send(ask: Ask) -> Awaitable[Answer]:
            return self.session.send(spec.page(ask))

        def read(ask: Ask, answer: Answer) -> Fetched[T]:
            return self.page(spec, answer, ask).composed(compose)

        return AsyncListing(Source(spec, send, read, self.contract, list(in_hand), self.readings), plan)

    async def first_page(self, spec: ListingSpec[M], plan: Plan) -> tuple[Answer, Fetched[M]]:
        """Ask for the first page of a listing now."""
        ask = Ask(1, plan.size)
        answer = await self.session.send(spec.page(ask))
        return answer, self.page(spec, answer, ask)

    async def object(self, spec: ObjectSpec[M]) -> M:
        """Ask for one object."""
        return self.read(spec, await self.session.send(spec.request))

    async def aclose(self) -> None:
        """Cancel the pages that listings have under way, and close the session."""
        await self.readings.stop_async()
        await self.session.aclose()
