"""The only module that knows httpx: it sends one hop and turns what comes of it, good or bad, into a value.

No exception of httpx leaves it: those hold the request, and the request holds the keys. Whatever else passes
through (an interrupt, a cancellation, an error in a caller's own hook) leaves the frames below without their
local variables.
"""

from __future__ import annotations

import traceback
from contextlib import aclosing, closing
from types import TracebackType
from typing import Any, Final, TypeVar

import httpx

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.transport.body import Body
from futureagi_simulate.transport.hop import Cancelled, Failure, FailureKind, Hop, Reply
from futureagi_simulate.transport.keys import MASK
from futureagi_simulate.transport.network import Limit, enforce, repair
from futureagi_simulate.transport.origin import Origin
from futureagi_simulate.transport.variables import proxy_for, unusable

__all__ = ["AsyncHTTPClient", "HTTPClient", "exchange", "exchange_async", "open_async_client", "open_client"]

HTTPClient = httpx.Client
AsyncHTTPClient = httpx.AsyncClient
_Client = TypeVar("_Client", httpx.Client, httpx.AsyncClient)

_ERROR_BODY: Final = 1024 * 1024  # bytes: more of an error's body than this tells nobody anything
_DIGITS: Final = 20  # of a length; Python refuses to read a number of thousands
_MOMENT: Final = 0.001  # seconds: a timeout of 0 means something else to a socket
_API_KEY: Final = "x-api-key"
_SECRET_KEY: Final = "x-secret-key"  # noqa: S105 - the header's name, not its value
_HTTPX_ERRORS: Final = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError)
_UNOPENED: Final = (ImportError, OSError, ValueError, httpx.InvalidURL)
_KINDS: Final[tuple[tuple[type[Exception], FailureKind], ...]] = (
    (httpx.ConnectError, FailureKind.CONNECT),
    (httpx.ProxyError, FailureKind.CONNECT),
    (httpx.LocalProtocolError, FailureKind.REFUSED),
    (httpx.UnsupportedProtocol, FailureKind.REFUSED),
    (httpx.TransportError, FailureKind.BROKEN),
    (httpx.DecodingError, FailureKind.DAMAGED),
)

_PHASES: Final = (
    (httpx.ConnectTimeout, "connect", "while connecting"),
    (httpx.ReadTimeout, "read", "while waiting for the server"),
    (httpx.WriteTimeout, "write", "while sending the request"),
    (httpx.PoolTimeout, "pool", "while waiting for a free connection"),
)


def open_client(given: httpx.Client | None, origin: Origin | None = None) -> httpx.Client:
    """Return the caller's client if it is one, else a connection pool of our own, for one origin."""
    if given is None:
        return _opened(httpx.Client, httpx.HTTPTransport, origin)
    if not isinstance(given, httpx.Client):
        raise _wrong_client(given, "httpx.Client")
    enforce(given)
    return given


def open_async_client(given: httpx.AsyncClient | None, origin: Origin | None = None) -> httpx.AsyncClient:
    """Return the caller's client if it is one, else a pool of our own, for asyncio or trio and one origin."""
    if given is None:
        return _opened(httpx.AsyncClient, httpx.AsyncHTTPTransport, origin)
    if not isinstance(given, httpx.AsyncClient):
        raise _wrong_client(given, "httpx.AsyncClient")
    enforce(given)
    return given


def _opened(kind: type[_Client], transport: Any, origin: Origin | None) -> _Client:
    """Make a client; raise ConfigurationError where the environment's proxies or TLS files can't be used."""
    try:
        proxy = None if origin is None else proxy_for(origin)
        client = kind(follow_redirects=False, transport=transport(proxy=proxy and httpx.Proxy(proxy)))
        enforce(client)
        return client
    except _UNOPENED as error:
        refusal = unusable(error)
        if refusal is None:
            raise
    raise refusal  # here, not above: a proxy's password may be in the exception or in its frames


def exchange(client: httpx.Client, hop: Hop) -> Reply | Failure:
    """Send one hop and read its answer."""
    reading = _Reading(client, hop)
    with reading:
        request = _request(client, hop, reading.limits)
        response = client.send(request, stream=True, auth=None, follow_redirects=False)
        with closing(response):
            if reading.begin(response):
                for chunk in response.iter_raw():
                    if not reading.take(chunk):
                        break
    return reading.outcome()


async def exchange_async(client: httpx.AsyncClient, hop: Hop) -> Reply | Failure:
    """Send one hop and read its answer."""
    reading = _Reading(client, hop)
    with reading:
        request = _request(client, hop, reading.limits)
        response = await client.send(request, stream=True, auth=None, follow_redirects=False)
        async with aclosing(response):
            if reading.begin(response):
                async for chunk in response.aiter_raw():
                    if not reading.take(chunk):
                        break
    return reading.outcome()


class _Reading:
    """What is known of one hop's answer so far; as a context manager it keeps httpx's exceptions in."""

    def __init__(self, client: httpx.Client | httpx.AsyncClient, hop: Hop) -> None:
        self.limits = _Limits(hop)
        self._client = client
        self._hop = hop
        self._status = 0
        self._headers: dict[str, str] = {}
        self._body = Body("", 0)
        self._failure: Failure | None = None

    def begin(self, response: httpx.Response) -> bool:
        """Take status and headers; tell whether the body is still to be read."""
        self._status = response.status_code
        self._headers = dict(response.headers.items())
        limit = self._hop.max_body if response.is_success else _ERROR_BODY
        if response.is_stream_consumed:  # and decoded, by a hook of the caller's client or a test's transport
            self._body = Body("", limit)
            self._body.take(response.content)
            return False
        length = self._headers.get("content-length", "")[:_DIGITS]
        coding = self._headers.get("content-encoding", "").strip().lower()
        self._body = Body(coding, limit, int(length) if length.isdecimal() else 0)
        return not self._body.damage

    def take(self, chunk: bytes) -> bool:
        """Add a chunk of the body; tell whether to go on reading."""
        if self._hop.cancelled is not None and self._hop.cancelled.is_set():
            raise Cancelled
        if self._hop.remaining() <= 0:
            self._failure = _used_up(self._hop, "while reading the body")
            return False
        return self._body.take(chunk)

    def outcome(self) -> Reply | Failure:
        """Say what came: an answer if there was a status, else why there was none."""
        failure = self._failure
        if not self._status:
            return failure or Failure(FailureKind.BROKEN, "no answer came")
        if failure is None:
            self._body.finish()
            failure = self._damage()
        return Reply(self._status, self._headers, self._body.content, failure)

    def _damage(self) -> Failure | None:
        if self._body.damage is not None:
            return Failure(FailureKind.DAMAGED, _scrubbed(self._body.damage, self._hop))
        if self._body.too_large:
            text = f"it has more than {self._hop.max_body} bytes"
            return Failure(FailureKind.TOO_LARGE, text, passing=False)
        return None

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> bool:
        if error is not None:
            repair(self._client, self.limits)
        if isinstance(error, httpx.HTTPStatusError):  # a hook of the caller's client called raise_for_status
            self._status = error.response.status_code
            self._headers = dict(error.response.headers.items())
            return True
        if isinstance(error, RuntimeError) and self._client.is_closed:
            self._failure = Failure(FailureKind.CLOSED, "the client is closed", passing=False)
            return True
        if isinstance(error, _HTTPX_ERRORS):
            self._failure = _failure(error, self._hop, self.limits)
            return True
        if error is None:
            return False
        if isinstance(error, UnicodeError) and _of_a_name(error):
            text = "a part of the host's name is empty or too long"
            self._failure = Failure(FailureKind.CONNECT, text, passing=False)
            return True
        _forget(error)
        return False


def _request(client: httpx.Client | httpx.AsyncClient, hop: Hop, limits: _Limits) -> httpx.Request:
    """Build the hop's request; the keys go in here, last, and only if the hop has them.

    Not with client.build_request, which takes thrice as long and adds the client's `params`; and with a body
    that is known to be empty, since looking for one takes a third of what is left.
    """
    url, ours = httpx.URL(hop.url), dict(hop.headers)
    host = [] if "host" in client.headers else [(b"Host", url.netloc)]
    theirs = [pair for pair in client.headers.raw if pair[0].lower() not in ours]
    request = httpx.Request(
        "GET",
        url,
        headers=[*host, *theirs, *hop.headers],
        cookies=client.cookies,
        stream=httpx.ByteStream(b""),
        extensions={"timeout": limits},
    )
    request.read()  # a hook of the caller's may look at the body
    request.headers = _KeyHeaders(request.headers)
    if hop.keys is not None:
        request.headers[_API_KEY] = hop.keys.api_key.reveal()
        request.headers[_SECRET_KEY] = hop.keys.secret_key.reveal()
    return request


class _Limits(dict[str, float | None]):
    """Each phase's limit, in seconds, as httpcore asks for it when the phase begins: no more than is left.

    With fixed ones connecting, sending, the headers and the body could each take all there was at first. What
    it gives is a `Limit`, so that a connection can go by what is left later.
    """

    def __init__(self, hop: Hop) -> None:
        super().__init__(hop.timeout.within(hop.remaining()))
        self._hop = hop
        self.by_budget = False  # whether that is the limit of the phase that began last

    def get(self, phase: str, default: Any = None) -> Any:
        """Give the limit of a phase that begins now."""
        cap: float | None = getattr(self._hop.timeout, phase, default)
        limit = Limit.of(self._hop, cap, _MOMENT)
        self.by_budget = limit is not None and (cap is None or limit < cap)
        return limit


class _KeyHeaders(httpx.Headers):
    """Headers that mask the keys in their repr, which httpx does for `authorization` only."""

    def __repr__(self) -> str:
        hidden = (_API_KEY, _SECRET_KEY)
        return repr(
            httpx.Headers([(name, MASK if name in hidden else value) for name, value in self.multi_items()])
        )

    def copy(self) -> _KeyHeaders:
        return _KeyHeaders(self)


def _failure(error: Exception, hop: Hop, limits: _Limits) -> Failure:
    """Turn an exception of httpx into a value without the request in it."""
    if isinstance(error, httpx.RemoteProtocolError) and "location header" in str(error):  # httpx reads it too
        text = "it was answered with a redirect to an address that can't be read"
        return Failure(FailureKind.REFUSED, text, passing=False)
    if isinstance(error, httpx.TimeoutException):
        return _timeout(error, hop, limits)
    kind = next((kind for base, kind in _KINDS if isinstance(error, base)), FailureKind.REFUSED)
    text = str(error) or type(error).__name__
    hopeless = kind is FailureKind.REFUSED or "CERTIFICATE_VERIFY_FAILED" in text
    return Failure(kind, _scrubbed(text, hop), passing=not hopeless)


def _timeout(error: httpx.TimeoutException, hop: Hop, limits: _Limits) -> Failure:
    """Say which limit of time was reached: a phase's or the budget."""
    phase, doing = next(
        ((phase, doing) for kind, phase, doing in _PHASES if isinstance(error, kind)), ("read", "")
    )
    limit: float | None = getattr(hop.timeout, phase)
    if limit is None or limits.by_budget or hop.remaining() <= _MOMENT:
        return _used_up(hop, doing)
    return Failure(FailureKind.TIMEOUT, f"the {phase} timeout of {limit:g} s ran out {doing}", limit=phase)


def _used_up(hop: Hop, doing: str) -> Failure:
    return Failure(FailureKind.TIMEOUT, f"the budget of {hop.budget:g} s ran out {doing}", limit="budget")


def _scrubbed(text: str, hop: Hop) -> str:
    return text if hop.keys is None else hop.keys.scrub(text)


def _of_a_name(error: UnicodeError) -> bool:
    """Tell whether an error is a socket's about a host's name: the API's or a proxy's."""
    said = (str(error), *getattr(error, "__notes__", ()))  # Python 3.12 says the codec in a note
    return any("idna" in text for text in said)


def _forget(error: BaseException) -> None:
    """Clear the local variables in the frames of an exception and of the exceptions it came from."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is not None and id(current) not in seen:
            seen.add(id(current))
            traceback.clear_frames(current.__traceback__)
            waiting += [current.__cause__, current.__context__]


def _wrong_client(given: Any, wanted: str) -> ConfigurationError:
    return ConfigurationError(
        f"http_client= is {type(given).__name__}, not {wanted}.",
        remedy="Give Client an httpx.Client, AsyncClient an httpx.AsyncClient, or leave http_client= out.",
    )
