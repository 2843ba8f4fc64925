"""The whole client against a server that repeats the keys wherever it can: nobody hears or sees one."""

from __future__ import annotations

import pickle
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from futureagi_simulate import AsyncClient, Client, ConfigurationError, ContractError, ContractWarning
from futureagi_simulate.options import Options

RUN_TEST = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"


def repeats(request: httpx.Request) -> httpx.Response:
    """Answer a page whose every odd corner holds the key: fields, names, links, values of a wrong type."""
    key = request.headers["x-api-key"]
    item = {"id": [key], "status": {key: key}, "duration": key, "unknown": key, key: 1}
    links = {"next": f"https://evil.test/?key={key}", "previous": [key], "total_pages": key}
    return httpx.Response(200, json={"count": 1, "results": [item], **links, key: 1}, headers={"x-echo": key})


def client_of(colour: Any, options: Options, handler: Callable[..., Any], **settings: Any) -> Any:
    kind = colour.pick(Client, AsyncClient)
    keys = {"api_key": options.credentials.api_key, "secret_key": options.credentials.secret_key}
    return kind(**{**keys, "base_url": "https://api.test", "http_client": colour.http(handler), **settings})


def laid_bare(error: BaseException) -> str:
    shown = traceback.TracebackException.from_exception(error, capture_locals=True).format()
    return f"{''.join(shown)}{error!r}{vars(error)}"


def test_links_to_the_next_page_are_not_followed(colour: Any, options: Options) -> None:
    hosts: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        page = int(request.url.params.get("page", "1"))
        items = [{"id": f"{page}-{number}"} for number in range(10)]
        link = "https://evil.test/?page=2" if page == 1 else None
        return httpx.Response(200, json={"count": 20, "next": link, "previous": None, "results": items})

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ContractWarning)
        calls = colour.collect(
            client_of(colour, options, handler).list_call_executions(RUN_TEST, page_size=10)
        )
    assert len(calls) == 20
    assert set(hosts) == {"api.test"}


def test_no_warning_and_no_deviation_says_a_key(colour: Any, options: Options, assert_silent: Any) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pages = colour.collect(client_of(colour, options, repeats).list_call_executions(RUN_TEST).pages())
    assert caught
    assert pages[0].deviations
    assert_silent(options, *[warning.message for warning in caught], *pages, pages[0].deviations)
    assert_silent(options, pages[0].items[0].raw_json, pages[0].items[0].raw)


def test_a_strict_clients_error_shows_no_key_in_any_frame(
    colour: Any, options: Options, assert_silent: Any
) -> None:
    client = client_of(colour, options, repeats, strict=True)
    with pytest.raises(ContractError) as caught:
        colour.collect(client.list_call_executions(RUN_TEST))
    assert_silent(options, laid_bare(caught.value), pickle.dumps(caught.value))


def test_a_client_shows_no_key(colour: Any, options: Options, assert_silent: Any) -> None:
    client = client_of(colour, options, repeats)
    listing = client.list_call_executions(RUN_TEST)
    assert str(options.origin) in repr(client)
    for shown in (client, client.with_options(timeout=1), listing, listing.pages()):
        assert_silent(options, repr(shown), str(shown), getattr(shown, "__dict__", ""))


@pytest.mark.parametrize(
    "wrong",
    [{"base_url": "no scheme"}, {"timeout": -1}, {"retry": 3}, {"strict": "yes"}, {"http_client": 3}],
)
def test_an_argument_refused_shows_no_key_in_the_frames_of_the_client(
    colour: Any, options: Options, assert_silent: Any, wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FI_API_KEY", options.credentials.api_key.reveal())
    monkeypatch.setenv("FI_SECRET_KEY", options.credentials.secret_key.reveal())
    with pytest.raises(ConfigurationError) as caught:
        colour.pick(Client, AsyncClient)(**wrong)
    assert_silent(options, laid_bare(caught.value))


@pytest.mark.parametrize("which", ["api_key", "secret_key"])
def test_keys_given_as_text_are_in_no_local_of_the_clients_frames(
    colour: Any, options: Options, assert_silent: Any, which: str
) -> None:
    def keys() -> dict[str, str]:
        good = {name: getattr(options.credentials, name).reveal() for name in ("api_key", "secret_key")}
        return good | {which: f"{good[which]}\n"}

    with pytest.raises(ConfigurationError) as caught:
        colour.pick(Client, AsyncClient)(**keys())
    assert_silent(options, laid_bare(caught.value))
