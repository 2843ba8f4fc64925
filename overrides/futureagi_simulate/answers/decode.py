"""From the bytes of an answer to models: fast where it fits the contract, tolerant where it doesn't.

A page's items are cut out of the answer first, as bytes, and each is decoded on its own: so every item has
its exact bytes, and an odd one doesn't hold up the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final, TypeVar, cast

import attrs
import msgspec

from futureagi_simulate import _api
from futureagi_simulate.answers.form import Form
from futureagi_simulate.answers.mend import UNFIT, decoder, mend
from futureagi_simulate.answers.words import hints, odd_words
from futureagi_simulate.errors import ContractError, RequestInfo
from futureagi_simulate.listings.page import Ask, Deviation, Facts, Fetched, Page
from futureagi_simulate.transport.request import Answer

__all__ = ["read_object", "read_page"]

M = TypeVar("M")

_SHOWN: Final = 5
_PAGE: Final = re.compile(r"[?&]page=(\d{1,18})(?!\d)", re.ASCII)


def read_page(form: Form[M], answer: Answer, ask: Ask, *, strict: bool) -> Fetched[M]:
    """Read one page of a listing.

    Raises ContractError if the answer isn't a page of this form at all, or, when `strict`, if it differs
    anywhere.
    """
    deviations = _strays(answer)
    data, path = _inside(answer, form.at)
    envelope = _envelope(form, answer, data, path, deviations)
    model = _item_class(form, envelope.results)
    items = _items(model, envelope.results, f"{path}.results".lstrip("."), deviations)
    _refuse(answer, deviations, strict)
    count = _whole(envelope.count)
    pages = _whole(getattr(envelope, "total_pages", None))
    facts = Facts(
        ask,
        tuple(_identity(item, form.identity) for item in items),
        count=count,
        total_pages=pages,
        has_next=_has_next(getattr(envelope, "next", None), ask.number),
    )
    page = Page(ask.number, items, count, pages, tuple(deviations))
    return Fetched(facts, page, _notices(envelope), envelope)


def _has_next(link: object, number: int) -> bool:
    """Return whether a page names one behind it; a link to itself or back says nothing."""
    named = _PAGE.search(link) if isinstance(link, str) else None
    return isinstance(link, str) and (named is None or int(named[1]) > number)


def read_object(form: Form[M], answer: Answer, *, strict: bool) -> tuple[M, tuple[Deviation, ...]]:
    """Read an answer that is one object of this form, and where it differs from the contract."""
    deviations = _strays(answer)
    data, path = _inside(answer, form.at)
    absent = form.telling - decoder(dict[str, msgspec.Raw]).decode(data).keys()
    if absent:
        raise _other_form(answer, f"{path or 'it'} has no {', '.join(sorted(absent))}")
    model = _item(form.item, data, path, deviations)
    _refuse(answer, deviations, strict)
    return model, tuple(deviations)


def _strays(answer: Answer) -> list[Deviation]:
    """Begin the list of deviations with what wasn't JSON."""
    return [Deviation(stray.path, "JSON", stray.got, stray.instead) for stray in answer.strays]


def _inside(answer: Answer, at: tuple[str, ...]) -> tuple[bytes | msgspec.Raw, str]:
    """Go down to the object that the keys lead to."""
    data: bytes | msgspec.Raw = answer.content
    try:
        for key in at:
            data = decoder(dict[str, msgspec.Raw]).decode(data)[key]
            decoder(dict[str, msgspec.Raw]).decode(data)
    except KeyError as error:
        raise _other_form(answer, f"it has no {error.args[0]}") from None
    except UNFIT:
        raise _other_form(answer, f"{'.'.join(at)} isn't an object") from None
    return data, ".".join(at)


def _envelope(
    form: Form[Any], answer: Answer, data: bytes | msgspec.Raw, path: str, deviations: list[Deviation]
) -> Any:
    """Decode everything of a page but its rows, which stay bytes."""
    shape = _cut(form.envelope)
    try:
        return decoder(shape).decode(data)
    except (msgspec.ValidationError, UnicodeDecodeError):
        envelope = mend(data, shape, path, deviations)
    except msgspec.DecodeError as error:
        raise _other_form(answer, f"it isn't JSON ({error})") from None
    if isinstance(envelope.results, list) and all(isinstance(row, msgspec.Raw) for row in envelope.results):
        return envelope
    if envelope.results is None:
        return attrs.evolve(envelope, results=[])
    raise _other_form(answer, f"{path}.results isn't an array".lstrip("."))


def _cut_out(envelope: Any) -> Any:
    """Make the envelope's class again with `results` left as bytes."""
    fields: dict[str, Any] = {}
    annotations: dict[str, Any] = {}
    for field in attrs.fields(envelope):
        annotations[field.name] = (
            list[msgspec.Raw] if field.name == "results" else hints(envelope)[field.name]
        )
        fields[field.name] = attrs.field(default=field.default, kw_only=True)
    cut = attrs.make_class("Envelope", fields)
    cut.__annotations__ = annotations
    return cut


_cut: Callable[[Any], Any] = cache(_cut_out)


def _item_class(form: Form[M], rows: list[msgspec.Raw]) -> type[M]:
    """Return the class of a page's items."""
    if form.unidentified is None or not rows:
        return form.item
    try:
        identified = any(form.identity in decoder(dict[str, msgspec.Raw]).decode(row) for row in rows)
    except UNFIT:  # a row that isn't an object
        return form.item
    return form.item if identified else form.unidentified


def _items(model: type[M], rows: list[msgspec.Raw], path: str, deviations: list[Deviation]) -> tuple[M, ...]:
    """Decode the items of a page."""
    decode, unknown = decoder(model).decode, _api.unknown_values()
    try:
        items = tuple(_keeping(decode(row), row) for row in rows)
    except UNFIT:
        return tuple(_item(model, row, f"{path}[{place}]", deviations) for place, row in enumerate(rows))
    if _api.unknown_values() != unknown:
        for place, item in enumerate(items):
            deviations.extend(odd_words(item, f"{path}[{place}]"))
    return items


def _item(model: type[M], data: bytes | msgspec.Raw, path: str, deviations: list[Deviation]) -> M:
    """Decode one item that may be odd; one that isn't an object becomes a model without any field."""
    item = mend(data, model, path, deviations)
    if not isinstance(item, model):
        item = model(**{field.name: msgspec.UNSET for field in attrs.fields(cast("Any", model))})
    kept: M = _keeping(item, data)
    return kept


def _keeping(item: Any, data: bytes | msgspec.Raw) -> Any:
    """Keep the bytes that an item was decoded from."""
    item._raw_json = bytes(data)
    return item


def _identity(item: Any, field: str | None) -> str | None:
    value = getattr(item, field, None) if field else None
    return value if isinstance(value, str) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _notices(envelope: Any) -> tuple[str, ...]:
    """Give the server's own words on what it couldn't do with the request."""
    told = getattr(envelope, "error_messages", None)
    return tuple(text for text in told if isinstance(text, str)) if isinstance(told, list) else ()


def _refuse(answer: Answer, deviations: list[Deviation], strict: bool) -> None:
    if not strict or not deviations:
        return
    shown = "; ".join(str(deviation) for deviation in deviations[:_SHOWN])
    more = f"; and {len(deviations) - _SHOWN} more" if len(deviations) > _SHOWN else ""
    raise ContractError(
        f"The answer differs from the contract: {shown}{more}.",
        remedy="Without strict=True the values are kept as sent and this is a ContractWarning.",
        deviations=tuple(deviations),
        **_context(answer),
    )


def _other_form(answer: Answer, what: str) -> ContractError:
    return ContractError(
        f"The answer to {answer.request.operation} isn't of the form that was asked for: {what}.",
        remedy="Check that the base URL leads to the Future AGI API.",
        **_context(answer),
    )


def _context(answer: Answer) -> dict[str, Any]:
    return {
        "status": answer.status,
        "headers": answer.headers,
        "excerpt": answer.content[:200].decode(errors="replace"),
        "request": RequestInfo("GET", answer.request.path, answer.request.operation),
        "attempts": answer.attempts,
    }
