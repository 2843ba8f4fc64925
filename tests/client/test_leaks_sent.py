"""Who is sent a key: nobody but the configured origin, whatever a server, a caller or a path says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from futureagi_simulate import transport
from futureagi_simulate.errors import (
    ConfigurationError,
    RedirectError,
    TransportError,
)
from futureagi_simulate.http import AsyncSession, OutgoingRequest, Request, Session, flow
from futureagi_simulate.options import Options

HERE = "https://api.test/things/"
THING = Request("getThing", "/things/")
Make = Callable[..., Options]


def raised(colour: Any, session: Any, request: Request = THING) -> BaseException:
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - whatever it is, it must not tell
        colour.run(session.send(request))
    return caught.value


class Hosts:
    """Answers for every host there is, and remembers who was shown a key."""

    def __init__(self, options: Options, routes: dict[str, str]) -> None:
        self._options = options
        self._routes = routes
        self.asked: list[str] = []
        self.shown_to: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        self.asked.append(url)
        keys = {self._options.credentials.api_key.reveal(), self._options.credentials.secret_key.reveal()}
        if any(key in f"{url}{request.headers.multi_items()}" for key in keys):
            self.shown_to.add(f"{request.url.scheme}://{request.url.netloc.decode()}")
        if url in self._routes:
            return httpx.Response(302, headers=[(b"location", self._routes[url].encode())])
        return httpx.Response(200, json={"count": 0})


ELSEWHERE = {
    "another host": "https://evil.test/",
    "another port": "https://api.test:8443/things/",
    "http after https": "http://api.test/things/",
    "a host below ours": "https://evil.api.test/",
    "a host that begins like ours": "https://api.test.evil.test/",
    "our host as a user name": "https://api.test@evil.test/",
    "a user name at our host": "https://user:word@api.test/",
    "no scheme": "//evil.test/things/",
    "a backslash for a slash": "https:\\\\evil.test\\things",
    "a slash and a backslash": "/\\evil.test/",
    "our host after a fragment": "https://evil.test#@api.test/",
    "our host after a backslash": "https://evil.test\\@api.test/",
    "a tab in the host": "https://api.test\t.evil.test/",
    "full-width dots": "https://evil。test/",
    "another scheme": "ftp://api.test/things/",
}


@pytest.mark.parametrize("location", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_a_redirect_to_elsewhere_shows_no_key_to_anyone_else(
    colour: Any, options: Options, location: str
) -> None:
    hosts = Hosts(options, {HERE: location})
    error = raised(colour, colour.session(options, hosts))
    assert isinstance(error, RedirectError | TransportError)  # the latter where httpx can't read the address
    assert (set(hosts.asked), hosts.shown_to) == ({HERE}, {"https://api.test"})


def test_a_chain_that_stays_then_leaves_shows_no_key_at_its_end(colour: Any, options: Options) -> None:
    hosts = Hosts(options, {HERE: "/on/", "https://api.test/on/": "https://evil.test/"})
    raised(colour, colour.session(options, hosts))
    assert hosts.shown_to == {"https://api.test"}


def test_a_chain_that_leaves_and_returns_never_gets_the_keys_back(colour: Any, options: Options) -> None:
    hosts = Hosts(options, {HERE: "https://evil.test/", "https://evil.test/": "https://api.test/logged/"})
    raised(colour, colour.session(options, hosts))
    assert "https://api.test/logged/" not in hosts.asked


def test_a_callers_client_that_follows_redirects_shows_no_key_to_anyone_else(
    colour: Any, options: Options
) -> None:
    hosts = Hosts(options, {HERE: "https://evil.test/"})
    client = colour.http(hosts, follow_redirects=True)
    raised(colour, colour.pick(Session, AsyncSession).of(options, client))
    assert hosts.shown_to == {"https://api.test"}


def test_a_callers_base_url_is_shown_no_key(colour: Any, options: Options) -> None:
    hosts = Hosts(options, {})
    client = colour.http(hosts, base_url="https://evil.test")
    colour.run(colour.pick(Session, AsyncSession).of(options, client).send(THING))
    assert hosts.shown_to == {"https://api.test"}


@pytest.mark.parametrize(
    "path", ["https://evil.test/", "//evil.test/", "/\\evil.test/", "@evil.test/", ":8443/"]
)
def test_a_path_that_is_a_url_is_refused_before_anything_is_sent(
    colour: Any, options: Options, path: str
) -> None:
    hosts = Hosts(options, {})
    assert isinstance(raised(colour, colour.session(options, hosts), Request("x", path)), ConfigurationError)
    assert hosts.asked == []


@pytest.mark.parametrize("path", ["/@evil.test/", "/.evil.test/", "/things/?next=https://evil.test/"])
def test_a_path_that_looks_like_a_host_stays_a_path(colour: Any, options: Options, path: str) -> None:
    hosts = Hosts(options, {})
    colour.run(colour.session(options, hosts).send(Request("x", path)))
    assert hosts.shown_to == {"https://api.test"}


@pytest.mark.parametrize("write", ["/{}/", "/?key={}", "https://api.test/#{}", "/%61{}"])
def test_a_redirect_that_repeats_a_key_is_not_followed_as_addresses_are_logged(
    colour: Any, options: Options, write: str
) -> None:
    hosts = Hosts(options, {HERE: write.format(options.credentials.api_key.reveal().replace("-", "%2D"))})
    assert isinstance(raised(colour, colour.session(options, hosts)), RedirectError)
    assert hosts.asked == [HERE]


def test_the_keys_stay_out_of_a_callers_client(colour: Any, options: Options, assert_silent: Any) -> None:
    client = colour.http(Hosts(options, {}))
    colour.run(colour.pick(Session, AsyncSession).of(options, client).send(THING))
    assert_silent(options, client.headers.multi_items(), dict(client.cookies), vars(client))


def test_a_hop_without_keys_sends_none(colour: Any, options: Options) -> None:
    hosts = Hosts(options, {})
    outgoing = OutgoingRequest("https://evil.test/", (), None, options.timeout, options.max_body, lambda: 1.0)
    colour.run(colour.pick(transport.exchange, transport.exchange_async)(colour.http(hosts), outgoing))
    assert (hosts.asked, hosts.shown_to) == (["https://evil.test/"], set())


def test_the_flow_gives_keys_to_hops_of_its_origin_only(options: Options) -> None:
    astray = replace(options, origin=replace(options.origin, host="api.test@evil.test"))
    assert next(flow(THING, options)).keys is options.credentials
    assert next(flow(THING, astray)).keys is None
