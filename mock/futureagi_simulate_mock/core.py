"""`Mock`: data, clock, faults and journal behind one `handle`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Final

import futureagi_simulate_mock
from futureagi_simulate_mock import ids, waits
from futureagi_simulate_mock.builders import Builders
from futureagi_simulate_mock.data.seeding import EPOCH, fill
from futureagi_simulate_mock.faults import Fault, Faults, Latency
from futureagi_simulate_mock.ids import KNOWN_IDS, Settings
from futureagi_simulate_mock.journal import Journal
from futureagi_simulate_mock.messages import Profile, Request, Response
from futureagi_simulate_mock.service import (
    ACCESS_RULES,
    BASE_HOST,
    BASE_URL,
    PROFILES,
    Clock,
    ProfileName,
    Service,
)
from futureagi_simulate_mock.store import Store

if TYPE_CHECKING:
    from futureagi_simulate_mock.app import ASGIApp


class Mock(Builders):
    """A stand-in for the service, with data of its own.

    `profile`: `documented` answers as the documents say, `observed` as the real server does.
    `seed`, `executions`, `calls`: which data to make, and how much; without them, the demo data.
    `now`: where the clock starts; `ticking`: it runs by itself.
    `latency` and `faults`: what goes wrong, see `Fault`. The `add_...` methods add data of a test's own.

    Everything a mock holds is its own: two mocks never meet. Use it as a context manager, or
    `close` it, or let it go.
    """

    def __init__(
        self,
        profile: ProfileName = "documented",
        *,
        seed: int = 0,
        executions: int | None = None,
        calls: int | None = None,
        now: datetime = EPOCH,
        ticking: bool = False,
        latency: Latency = None,
        faults: Iterable[str | Fault] = (),
    ) -> None:
        if profile not in PROFILES:
            raise ValueError(f"no profile is called {profile!r}; choose from {', '.join(PROFILES)}")
        self.profile = profile
        self.faults: Faults = Faults(faults, latency=latency, seed=seed)
        self.clock: Clock = Clock(now, ticking=ticking)
        self.ids = KNOWN_IDS
        self.base_url = BASE_URL
        self._store = Store()
        fill(self._store, seed=seed, executions=executions, calls=calls, now=now)
        super().__init__(self._store, self.clock.now)
        self._service = Service(
            _profile(profile, self._store),
            tuple(self._store.catalogue.organizations.values()),
            ACCESS_RULES[profile],
            self.clock,
            faults=self.faults,
        )

    api_key: Final = ids.API_KEY
    secret_key: Final = ids.SECRET_KEY
    other_api_key: Final = ids.OTHER_API_KEY
    other_secret_key: Final = ids.OTHER_SECRET_KEY

    @property
    def journal(self) -> Journal:
        """Return the journal of the requests so far."""
        return self._service.journal

    def handle(self, request: Request) -> Response:
        """Answer one request. Nothing is sent, nobody waits: delays and breaks are part of the answer."""
        return self._service.handle(request)

    def settings(self, base_url: str = BASE_URL) -> Settings:
        """Return what a client of this mock needs to know: address, keys and ids to try."""
        return Settings(base_url, self.api_key, self.secret_key, self.ids)

    def transport(self, *hosts: str) -> futureagi_simulate_mock.MockTransport:
        """Return a transport for `httpx.Client(transport=..., base_url=mock.base_url)`, without a socket.

        It serves the host of `base_url` and, in its name, any other `hosts`; the rest can't be reached.
        """
        from futureagi_simulate_mock.transports import MockTransport

        return MockTransport(self.handle, self.clock, frozenset({BASE_HOST, *hosts}))

    def async_transport(self, *hosts: str) -> futureagi_simulate_mock.AsyncMockTransport:
        """Return the same for `httpx.AsyncClient`."""
        from futureagi_simulate_mock.transports import AsyncMockTransport

        return AsyncMockTransport(self.handle, self.clock, frozenset({BASE_HOST, *hosts}))

    @contextmanager
    def serve(self, host: str = "127.0.0.1", port: int = 0) -> Iterator[futureagi_simulate_mock.Server]:
        """Listen on a real port in a thread, until the block ends; the yielded server has `base_url`."""
        with self.server(host, port).in_thread() as server:
            yield server

    def server(
        self, host: str = "127.0.0.1", port: int = 0, *, log: Callable[[str], None] | None = None
    ) -> futureagi_simulate_mock.Server:
        """Bind a port for this mock. The server listens when it is run.

        `log` is called with one line for each request: method, path, status, ms. Keys are left out of it.
        """

        def log_request(method: str, target: str, status: int | None, seconds: float) -> None:
            if log is not None:
                log(f"{method} {self.journal.redact(target)} {status or '-'} {1000 * seconds:.0f} ms")

        try:
            from futureagi_simulate_mock.app import App
            from futureagi_simulate_mock.server import Server
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                f"serving needs {error.name}: python -m pip install 'futureagi-simulate[mock]'",
                name=error.name,
            ) from error
        return Server(App(self.handle, self._pages, log_request if log else None), host, port)

    def _pages(self) -> ASGIApp:
        from futureagi_simulate_mock.pages import make_pages

        return make_pages(self.settings, self.profile)

    def no_waiting(self) -> None:
        """Skip the waits of `futureagi_simulate` (Retry-After, back-off, polling) until this mock is closed.

        Each wait moves the clocks of the client and of this mock forward instead. It concerns clients in this
        process with the default clock, `futureagi_simulate.SystemClock`, over a transport or a server alike.
        """
        waits.skip(self.clock)

    def close(self) -> None:
        """End `no_waiting`."""
        waits.restore(self.clock)

    def __enter__(self) -> Mock:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Mock {self.profile}, {self.journal.total} requests>"


def _profile(name: ProfileName, store: Store) -> Profile:
    if name == "documented":
        from futureagi_simulate_mock.documented import Documented

        return Documented(store)
    from futureagi_simulate_mock.observed import Observed

    return Observed(store)
