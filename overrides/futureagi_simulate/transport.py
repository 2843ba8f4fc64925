"""The only module that knows httpx: it opens clients, and turns one exchange, good or bad, into a value.

No exception of httpx leaves it: those hold the request, and the request holds the keys. Whatever else passes
through (an interrupt, a cancellation, an error in a caller's own hook) leaves the frames below without their
local variables. Proxies, NO_PROXY and TLS files of the environment are read here. Their values are not
shown: a proxy's may hold a password.
"""

from __future__ import annotations

import math
import os
import re
import time
import traceback
from contextlib import aclosing, closing, suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from types import TracebackType
from typing import Any, Final, TypeVar
from urllib.request import getproxies

import httpx

from futureagi_simulate.auth import MASK
from futureagi_simulate.bodies import Body
from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.http import Cancelled, OutgoingRequest
from futureagi_simulate.network import SLICE, Limit, enforce, repair
from futureagi_simulate.options import Origin
from futureagi_simulate.responses import Failure, FailureKind, Reply

__all__ = [
    "AsyncHTTPClient",
    "HTTPClient",
    "exchange",
    "exchange_async",
    "open_async_client",
    "open_client",
    "proxy_for",
    "unusable",
]


HTTPClient = httpx.Client
AsyncHTTPClient = httpx.AsyncClient
_Client = TypeVar("_Client", httpx.Client, httpx.AsyncClient)

_ERROR_BODY: Final = 1024 * 1024  # bytes: more of an error's body than this tells nobody anything
_DIGITS: Final = 20  # of a length; Python refuses to read a number of thousands
_MOMENT: Final = 0.001  # seconds: a timeout of 0 means something else to a socket
_API_KEY: Final = "x-api-key"
_SECRET_KEY: Final = "x-secret-key"  # noqa: S105 - the header's name, not its value
_KEYS: Final = frozenset({_API_KEY.encode(), _SECRET_KEY.encode()})
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


def open_client(given: object, origin: Origin | None = None) -> httpx.Client:
    """Return the caller's client if it is one, else a connection pool of our own, for one origin."""
    if given is None:
        return _opened(httpx.Client, httpx.HTTPTransport, origin)
    if not isinstance(given, httpx.Client):
        raise _wrong_client(given, "httpx.Client")
    enforce(given)
    return given


def open_async_client(given: object, origin: Origin | None = None) -> httpx.AsyncClient:
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


def exchange(client: httpx.Client, outgoing: OutgoingRequest) -> Reply | Failure:
    """Send one request and read its response."""
    reading = _Reading(client, outgoing)
    with reading:
        response = _sent(client, outgoing, reading.limits)
        with closing(response):
            if reading.begin(response):
                for chunk in response.iter_raw():
                    if not reading.take(chunk):
                        break
    return reading.outcome()


def _sent(client: httpx.Client, outgoing: OutgoingRequest, limits: _Limits) -> httpx.Response:
    """Send a request; one that can be cancelled queues for a connection again and again until it is."""
    while True:
        try:
            request = _request(client, outgoing, limits)
            return client.send(request, stream=True, auth=None, follow_redirects=False)
        except httpx.PoolTimeout:
            repair(client, limits)
            if not limits.may_queue_again():
                raise


async def exchange_async(client: httpx.AsyncClient, outgoing: OutgoingRequest) -> Reply | Failure:
    """Send one request and read its response."""
    reading = _Reading(client, outgoing)
    with reading:
        request = _request(client, outgoing, reading.limits)
        response = await client.send(request, stream=True, auth=None, follow_redirects=False)
        async with aclosing(response):
            if reading.begin(response):
                async for chunk in response.aiter_raw():
                    if not reading.take(chunk):
                        break
    return reading.outcome()


_EMPTY: Final = Body("", 0)


class _Reading:
    """What is known of a response so far; as a context manager it keeps httpx's exceptions in."""

    def __init__(self, client: httpx.Client | httpx.AsyncClient, outgoing: OutgoingRequest) -> None:
        self.limits = _Limits(outgoing)
        self._client = client
        self._hop = outgoing
        self._status = 0
        self._headers: dict[str, str] = {}
        self._body = _EMPTY
        self._failure: Failure | None = None

    def begin(self, response: httpx.Response) -> bool:
        """Take status and headers; return whether the body is still to be read."""
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
        """Add a chunk of the body; return whether to go on reading."""
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


def _request(
    client: httpx.Client | httpx.AsyncClient, outgoing: OutgoingRequest, limits: _Limits
) -> httpx.Request:
    """Build the request for httpx; the keys go in here, last, and only if `outgoing` has them.

    Not with client.build_request, which takes thrice as long and adds the client's `params`; and with a body
    that is known, since looking for one takes a third of what is left.
    """
    request = httpx.Request(
        outgoing.verb,
        outgoing.url,
        cookies=client.cookies,
        stream=httpx.ByteStream(outgoing.content),
        extensions={"timeout": limits},
    )
    request.read()  # a hook of the caller's may look at the body
    ours = dict(outgoing.headers).keys() | (frozenset[bytes]() if outgoing.keys is None else _KEYS)
    theirs = [pair for pair in client.headers.raw if pair[0].lower() not in ours]
    host = [] if "host" in client.headers else [(b"Host", request.url.netloc)]
    request.headers = _KeyHeaders(
        [*host, *theirs, *outgoing.headers, *request.headers.raw, *_key_headers(outgoing)]
    )
    return request


def _key_headers(outgoing: OutgoingRequest) -> tuple[tuple[bytes, bytes], ...]:
    if outgoing.keys is None:
        return ()
    return (
        (_API_KEY.encode(), outgoing.keys.api_key.reveal().encode()),
        (_SECRET_KEY.encode(), outgoing.keys.secret_key.reveal().encode()),
    )


class _Limits(dict[str, float | None]):
    """Each phase's limit, in seconds, as httpcore asks for it when the phase begins: no more than is left.

    With fixed ones connecting, sending, the headers and the body could each take all there was at first. What
    it gives is a `Limit`, so that a connection can go by what is left later.
    """

    def __init__(self, outgoing: OutgoingRequest) -> None:
        super().__init__(outgoing.timeout.within(outgoing.remaining()))
        self._hop = outgoing
        self.by_budget = False  # whether that is the limit of the phase that began last
        self._queued_until: float | None = None

    def get(self, phase: str, default: Any = None) -> Any:
        """Return the limit of a phase that begins now."""
        outgoing = self._hop
        cap: float | None = getattr(outgoing.timeout, phase, default)
        if cap is None:
            cap = math.inf
        left = outgoing.remaining()
        self.by_budget = left < cap
        seconds = cap if left >= cap else left if left > _MOMENT else _MOMENT
        if seconds == math.inf and outgoing.cancelled is None:
            return None
        limit = Limit.of(outgoing, cap, seconds)
        if outgoing.cancelled is None or phase != "pool":
            return limit
        if self._queued_until is None:
            self._queued_until = time.monotonic() + limit
        return min(limit, SLICE)

    def may_queue_again(self) -> bool:
        """Return whether a request that can be cancelled has time to wait for a free connection once more."""
        if self._hop.cancelled is not None and self._hop.cancelled.is_set():
            raise Cancelled
        return self._queued_until is not None and time.monotonic() < self._queued_until


class _KeyHeaders(httpx.Headers):
    """Headers that mask the keys in their repr, which httpx does for `authorization` only."""

    def __repr__(self) -> str:
        hidden = (_API_KEY, _SECRET_KEY)
        return repr(
            httpx.Headers([(name, MASK if name in hidden else value) for name, value in self.multi_items()])
        )

    def copy(self) -> _KeyHeaders:
        return _KeyHeaders(self)


def _failure(error: Exception, outgoing: OutgoingRequest, limits: _Limits) -> Failure:
    """Turn an exception of httpx into a value without the request in it."""
    if isinstance(error, httpx.RemoteProtocolError) and "location header" in str(error):  # httpx reads it too
        text = "it was answered with a redirect to an address that can't be read"
        return Failure(FailureKind.REFUSED, text, passing=False)
    if isinstance(error, httpx.TimeoutException):
        return _timeout(error, outgoing, limits)
    kind = next((kind for base, kind in _KINDS if isinstance(error, base)), FailureKind.REFUSED)
    text = str(error) or type(error).__name__
    hopeless = kind is FailureKind.REFUSED or "CERTIFICATE_VERIFY_FAILED" in text
    return Failure(kind, _scrubbed(text, outgoing), passing=not hopeless)


def _timeout(error: httpx.TimeoutException, outgoing: OutgoingRequest, limits: _Limits) -> Failure:
    """Say which limit of time was reached: a phase's or the budget."""
    phase, doing = next(
        ((phase, doing) for kind, phase, doing in _PHASES if isinstance(error, kind)), ("read", "")
    )
    limit: float | None = getattr(outgoing.timeout, phase)
    if limit is None or limits.by_budget or outgoing.remaining() <= _MOMENT:
        return _used_up(outgoing, doing)
    return Failure(FailureKind.TIMEOUT, f"the {phase} timeout of {limit:g} s ran out {doing}", limit=phase)


def _used_up(outgoing: OutgoingRequest, doing: str) -> Failure:
    budget = "the time" if outgoing.budget == math.inf else f"the budget of {outgoing.budget:g} s"
    return Failure(FailureKind.TIMEOUT, f"{budget} ran out {doing}", limit="budget")


def _scrubbed(text: str, outgoing: OutgoingRequest) -> str:
    return text if outgoing.keys is None else outgoing.keys.scrub(text)


def _of_a_name(error: UnicodeError) -> bool:
    """Return whether an error is a socket's about a host's name: the API's or a proxy's."""
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


_PROXY: Final = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_KEY_LOG: Final = "SSLKEYLOGFILE"
_CERTIFICATES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")  # httpx takes the first that is set
_SEPARATORS: Final = re.compile(r"[,\s]+")
_ENTRY: Final = re.compile(r"(?:\w+://)?(?:\[(?P<bracketed>[^\]]*)\]|(?P<plain>[^:]*))(?::(?P<port>\d+))?")

_NETWORK: Final = re.compile(r"\[([^\]]*)\](/\d+)?")


def proxy_for(origin: Origin) -> str | None:
    """Return the proxy that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY or the system name for an origin, if any.

    NO_PROXY is read here, not by httpx, which makes no client if an entry looks unlike a host to it.
    """
    proxies = getproxies()
    proxy = proxies.get(origin.scheme) or proxies.get("all")
    if not proxy or _exempt(origin, proxies.get("no", "")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _exempt(origin: Origin, no_proxy: str) -> bool:
    """Return whether NO_PROXY names an origin.

    Its entries are hosts, which stand for their subdomains too, addresses, networks such as 10.0.0.0/8, or
    "*", with a port if it is only that one. An entry that is none of these names nothing.
    """
    host = origin.host.lower().rstrip(".")
    address = _address(host)
    return any(_names(entry, host, address, origin.port) for entry in _SEPARATORS.split(no_proxy.lower()))


def _names(entry: str, host: str, address: IPv4Address | IPv6Address | None, port: int) -> bool:
    if entry == "*":
        return True
    if address is not None:
        with suppress(ValueError):
            if address in ip_network(_unbracketed(entry), strict=False):
                return True
    parts = _ENTRY.fullmatch(entry)
    if parts is None or parts["port"] not in (None, str(port)):
        return False
    name = (parts["bracketed"] or parts["plain"] or "").removeprefix("*").lstrip(".").rstrip(".")
    if address is not None:
        return _address(name) == address
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _unbracketed(entry: str) -> str:
    """Return a network without the brackets that some write around its address."""
    parts = _NETWORK.fullmatch(entry)
    return entry if parts is None else parts[1] + (parts[2] or "")


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """Read an address; one of IPv4 in IPv6's form is the former."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def unusable(error: Exception) -> ConfigurationError | None:
    """Turn what httpx raised instead of making a client into an error that names the variables set.

    None where no variable can be the reason.
    """
    if isinstance(error, OSError):
        return _tls(error)
    set_here = sorted(name for name, value in os.environ.items() if value and name.lower() in _PROXY)
    names = " or ".join(set_here) or "The proxy in the system's settings"
    if isinstance(error, ImportError):
        return ConfigurationError(
            f"{names} can't be used: a SOCKS proxy needs the package socksio, which is not installed.",
            remedy='pip install "httpx[socks]", or name a proxy that begins with http://, or unset it.',
        )
    return ConfigurationError(
        f"{names} can't be used: it holds an address that can't be read, or one of no HTTP or SOCKS proxy.",
        remedy="Write a proxy as http://127.0.0.1:3128, NO_PROXY as hosts with commas between, or unset it.",
    )


def _tls(error: OSError) -> ConfigurationError | None:
    logged = error.filename is not None and error.filename == os.environ.get(_KEY_LOG)
    name = _KEY_LOG if logged else next(filter(os.environ.get, _CERTIFICATES), None)
    if name is None:
        return None
    remedy = "Name a file that can be written" if logged else "Name certificates that can be read, as PEM"
    return ConfigurationError(
        f"{name} can't be used: {error.strerror or type(error).__name__}.", remedy=f"{remedy}, or unset it."
    )
