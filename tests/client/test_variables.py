"""What comes of proxies and TLS files in the environment that httpx can't use."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from futureagi_simulate import AsyncClient, Client, ConfigurationError, ConnectError
from futureagi_simulate.options import Options
from futureagi_simulate.transport import variables, wire
from futureagi_simulate.transport.origin import Origin
from futureagi_simulate.transport.request import Request
from futureagi_simulate.transport.session import AsyncSession, Session

KEYS = {"api_key": "an-api-key-of-tests", "secret_key": "a-secret-key-of-tests"}
PROXY = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
TLS = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXY, *map(str.lower, PROXY), *TLS, "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(params=[Client, AsyncClient])
def refusal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make a client of either colour with variables set, and give the error."""

    def refuse(**environment: str) -> ConfigurationError:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(ConfigurationError) as caught:
            request.param(**KEYS)
        return caught.value

    return refuse


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize(
    "value",
    ["ftp://user:opensesame@proxy.test", "http://user:open/sesame@proxy.test", "http://opensesame:port"],
)
def test_a_proxy_that_cannot_be_one_is_refused_by_its_variable_and_not_shown(
    refusal: Any, name: str, value: str
) -> None:
    error = refusal(**{name: value})
    assert error.problem.startswith(f"{name} can't be used")
    assert "http://127.0.0.1:3128" in error.remedy
    assert "open" not in str(error) + repr(error)
    assert error.__cause__ is error.__context__ is None


NO_PROXY = [  # an entry, hosts that it names, hosts that it doesn't
    ("*", ["api.test", "10.1.2.3", "[::1]"], []),
    ("api.test", ["api.test", "eu.api.test", "API.test", "api.test:8443"], ["myapi.test", "api.test.com"]),
    (".api.test", ["api.test", "eu.api.test"], ["myapi.test"]),
    ("*.api.test", ["eu.api.test"], ["myapi.test"]),
    ("api.test.", ["api.test"], ["other.test"]),
    ("api.test:8443", ["api.test:8443"], ["api.test", "api.test:443"]),
    ("https://api.test", ["api.test"], ["other.test"]),
    ("localhost,127.0.0.1", ["localhost", "127.0.0.1"], ["127.0.0.2", "notlocalhost"]),
    ("10.0.0.0/8", ["10.1.2.3"], ["11.1.2.3", "[::1]", "api.test"]),
    ("10.1.2.3/8", ["10.9.9.9"], ["11.1.2.3"]),
    ("10.1.2.3:8080", ["10.1.2.3:8080"], ["10.1.2.3"]),
    ("fe80::/10", ["[fe80::1]"], ["[fd07::1]", "10.1.2.3", "api.test"]),
    ("fd07::/64", ["[fd07::1]"], ["[fd07:0:0:1::1]"]),
    ("::1/128", ["[::1]"], ["[::2]"]),
    ("::1", ["[::1]", "[0:0::1]"], ["[::2]"]),
    ("[::1]", ["[::1]", "[::1]:8080"], ["[::2]"]),
    ("[::1]:8080", ["[::1]:8080"], ["[::1]", "[::1:8080]"]),
    ("[fd07::]/64", ["[fd07::1]"], ["[fd08::1]"]),
    ("other.test  api.test\tthird.test", ["api.test", "third.test"], ["fourth.test"]),
    ("a:b,,[,]:1,::/999,http://,/,%", [], ["api.test", "10.1.2.3", "[::1]"]),
    ("a:b,api.test", ["api.test"], ["other.test"]),
]


@pytest.mark.parametrize(("entries", "named", "others"), NO_PROXY, ids=[row[0] for row in NO_PROXY])
def test_no_proxy_names_hosts_addresses_networks_and_ports(
    entries: str, named: list[str], others: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "proxy.test:3128")
    monkeypatch.setenv("NO_PROXY", entries)
    for host in named:
        assert variables.proxy_for(Origin.of(f"https://{host}")) is None, host
    for host in others:
        assert variables.proxy_for(Origin.of(f"https://{host}")) == "http://proxy.test:3128", host


@pytest.mark.parametrize("entries", [row[0] for row in NO_PROXY])
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_client_can_be_made_whatever_no_proxy_says(
    kind: Any, entries: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        ssl, "create_default_context", lambda *_, **__: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    )
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test")
    monkeypatch.setenv("NO_PROXY", entries)
    kind(**KEYS)


def test_a_request_goes_through_the_proxy_unless_no_proxy_names_its_host(
    colour: Any, make_options: Callable[..., Options], loopback: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def says(word: bytes) -> Any:
        body = b'{"from": "%s"}' % word
        head = b"HTTP/1.1 200 X\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        return loopback(lambda connection, _: connection.sendall(head + body))

    proxy, server = says(b"proxy"), says(b"server")
    monkeypatch.setenv("HTTP_PROXY", proxy.base_url)
    for entries, answers in (("", b"proxy"), ("127.0.0.0/8", b"server")):
        monkeypatch.setenv("NO_PROXY", entries)
        session = colour.pick(Session, AsyncSession).of(make_options(server.base_url))
        assert answers in colour.run(session.send(Request("getThing", "/things/"))).content
        colour.run(session.aclose() if colour.is_async else session.close())


def test_a_socks_proxy_without_its_package_says_what_to_install(
    refusal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    error = refusal(ALL_PROXY="socks5://user:opensesame@127.0.0.1:1")
    assert error.problem.startswith("ALL_PROXY can't be used: a SOCKS proxy needs the package socksio")
    assert 'pip install "httpx[socks]"' in error.remedy
    assert "opensesame" not in str(error)


def test_a_file_of_certificates_that_is_not_there_is_named_by_its_variable(
    refusal: Any, tmp_path: Path
) -> None:
    error = refusal(SSL_CERT_FILE=str(tmp_path / "none.pem"))
    assert error.problem == "SSL_CERT_FILE can't be used: No such file or directory."
    assert error.remedy == "Name certificates that can be read, as PEM, or unset it."


def test_a_file_without_certificates_is_named_by_its_variable(refusal: Any, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    assert refusal(SSL_CERT_FILE=str(empty)).problem.startswith("SSL_CERT_FILE can't be used: ")


def test_of_several_tls_variables_the_one_that_fails_is_named(refusal: Any, tmp_path: Path) -> None:
    error = refusal(SSL_CERT_DIR=str(tmp_path), SSLKEYLOGFILE=str(tmp_path / "none" / "keys.log"))
    assert error.problem.startswith("SSLKEYLOGFILE can't")
    error = refusal(SSL_CERT_FILE=str(tmp_path / "none.pem"))
    assert error.problem.startswith("SSL_CERT_FILE can't")


def test_a_log_of_tls_keys_that_cannot_be_written_is_named_by_its_variable(
    refusal: Any, tmp_path: Path
) -> None:
    error = refusal(SSLKEYLOGFILE=str(tmp_path / "none" / "keys.log"))
    assert error.remedy == "Name a file that can be written, or unset it."
    assert error.problem == "SSLKEYLOGFILE can't be used: No such file or directory."


def test_without_a_variable_set_the_systems_error_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(ssl, "create_default_context", full)
    with pytest.raises(OSError, match="Too many open files"):
        wire.open_client(None)


def test_a_proxy_of_the_systems_settings_is_called_that() -> None:
    error = variables.unusable(httpx.InvalidURL("Invalid port"))
    assert error is not None
    assert error.problem.startswith("The proxy in the system's settings can't be used")


def test_a_client_of_the_callers_is_taken_whatever_the_variables_say(monkeypatch: pytest.MonkeyPatch) -> None:
    with httpx.Client() as given:
        monkeypatch.setenv("ALL_PROXY", "ftp://proxy.test")
        assert wire.open_client(given) is given


@pytest.mark.parametrize("host", ["proxy..test", f"{'a' * 64}.test"])
def test_a_host_that_no_network_can_name_is_an_error_of_connecting(
    host: str, colour: Any, make_options: Callable[..., Options], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"http://{host}:1")
    with pytest.raises(ConnectError) as caught:
        colour.run(colour.session(make_options()).send(Request("getThing", "/things/")))
    if not colour.is_async:  # asyncio asks the network
        assert "a part of the host's name is empty or too long" in str(caught.value)
        assert caught.value.attempts == 1
