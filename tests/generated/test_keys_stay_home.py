from __future__ import annotations

import copy
import logging
import os
import pickle
import traceback
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from futureagi_simulate_api import Client
from futureagi_simulate_api.api.simulation import list_call_executions
from futureagi_simulate_api.errors import APIError, UnexpectedStatus

ID = "cc3c8111-0000-4000-8000-000000000001"
EMPTY_PAGE = {"count": 0, "next": None, "previous": None, "results": []}


def test_both_keys_are_sent_as_the_spec_names_them(call, root):
    yaml = pytest.importorskip("yaml")
    schemes = yaml.safe_load((root / "openapi.yaml").read_text())["components"]["securitySchemes"]

    call(list_call_executions, call.client(httpx.Response(200, json=EMPTY_PAGE)), ID)

    sent = call.requests[0].headers
    assert {name: sent[name] for name in (scheme["name"] for scheme in schemes.values())} == {
        "X-Api-Key": "key-one",
        "X-Secret-Key": "key-two",
    }


def test_the_repr_of_a_client_hides_both_keys():
    text = repr(Client(api_key="key-one", secret_key="key-two"))

    assert "key-" not in text
    assert "base_url='https://api.futureagi.com'" in text


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_client_cannot_be_duplicated(duplicate):
    with pytest.raises(TypeError, match="holds keys"):
        duplicate(Client(api_key="key-one", secret_key="key-two"))


@pytest.mark.parametrize("key", ["", "key\n", "schlüssel"])
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(key):
    with pytest.raises(ValueError, match="secret_key is empty or holds characters") as caught:
        Client(api_key="key-one", secret_key=key)

    assert not key or key not in str(caught.value)


@pytest.mark.parametrize(
    "elsewhere", ["https://other.example/x", "http://api.futureagi.com/x", "https://api.futureagi.com:8443/x"]
)
def test_a_followed_redirect_to_another_origin_carries_no_key(call, elsewhere):
    def answer(request: httpx.Request) -> httpx.Response:
        if str(request.url) == elsewhere:
            return httpx.Response(200, json=EMPTY_PAGE)
        return httpx.Response(302, headers={"location": elsewhere})

    call(list_call_executions, call.client(answer, httpx_args={"follow_redirects": True}), ID)

    first, second = call.requests
    assert "x-api-key" in first.headers
    assert not {"x-api-key", "x-secret-key"} & set(second.headers)


def test_a_followed_redirect_within_the_origin_carries_the_keys(call):
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/moved":
            return httpx.Response(200, json=EMPTY_PAGE)
        return httpx.Response(302, headers={"location": "/moved"})

    call(list_call_executions, call.client(answer, httpx_args={"follow_redirects": True}), ID)

    assert call.requests[1].headers["x-secret-key"] == "key-two"


def test_no_redirect_is_followed_unasked(call):
    client = call.client(httpx.Response(302, headers={"location": "https://other.example/"}))

    with pytest.raises(UnexpectedStatus, match="HTTP 302"):
        call(list_call_executions, client, ID)

    assert len(call.requests) == 1


def test_a_traceback_with_its_variables_shows_no_key(call):
    client = call.client(httpx.Response(418))

    with pytest.raises(UnexpectedStatus) as caught:
        call(list_call_executions, client, ID)

    assert not shows_a_key(caught.value)


def shows_a_key(error: BaseException) -> bool:
    """Tell whether a traceback with local variables shows a key, outside of the frames of these tests."""
    frames, below = [], error
    while below is not None:
        frames += traceback.TracebackException.from_exception(below, capture_locals=True).stack
        below = below.__cause__ or below.__context__
    ours = [frame for frame in frames if "/tests/" not in frame.filename]
    assert ours
    return any("key-" in value.replace("x-api-key", "") for frame in ours for value in (frame.locals or {}).values())


@pytest.mark.parametrize("status", [200, 400, 418, 500])
def test_an_error_whose_body_repeats_the_keys_masks_them(call, status):
    body = {"status": False, "message": "key-one is not key-two", "code": "x", "type": "y"}
    with pytest.raises(APIError) as caught:
        call(list_call_executions, call.client(httpx.Response(status, json=body)), ID)

    assert "key-" not in f"{caught.value!r} {caught.value} {vars(caught.value)}"
    assert not shows_a_key(caught.value)


def test_an_error_of_httpx_holds_no_key(call):
    def fail(request: httpx.Request) -> httpx.Response:
        raw = request.headers.raw  # as httpcore has it in its frames
        raise httpx.ConnectError(f"no connection, {len(raw)} headers", request=request)

    with pytest.raises(httpx.ConnectError, match="no connection") as caught:
        call(list_call_executions, call.client(fail), ID)

    assert not shows_a_key(caught.value)
    assert caught.value.request.headers["x-api-key"] == "***"


def test_the_logs_of_the_libraries_underneath_hold_no_key(call, caplog):
    caplog.set_level(logging.DEBUG)
    client = call.client(httpx.Response(200, json=EMPTY_PAGE))
    logging.getLogger("hpack.hpack").debug("Adding %s=%s", b"x-api-key", b"key-one")
    logging.getLogger("hpack.hpack").debug("Encoded header block to %s", b"compressed")
    logging.getLogger("httpcore.http11").debug("return_value=%r", [(b"x-echo", b"key-two")])
    call(list_call_executions, client, ID)

    assert "***" in caplog.text
    assert "key-" not in caplog.text.replace("x-api-key", "")
    assert "compressed" not in caplog.text


def test_threads_share_one_pool(call):
    client = call.client(httpx.Response(200, json=EMPTY_PAGE))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.request(method="GET", url="/"), range(32)))
    assert len(client._sync) == 1
    with client:
        pass
    assert not client._sync


def test_another_process_uses_neither_the_pool_nor_a_given_transport(monkeypatch):
    client, given = (
        Client(api_key="key-one", secret_key="key-two", httpx_args=args)
        for args in ({}, {"transport": httpx.MockTransport(lambda _: httpx.Response(200, json=EMPTY_PAGE))})
    )
    given.request(method="GET", url="/")
    ours = client._sync.setdefault(os.getpid(), httpx.Client())
    monkeypatch.setattr(os, "getpid", lambda: -1)
    with pytest.raises(httpx.HTTPError):
        client.request(method="GET", url="http://127.0.0.1:9/")
    with pytest.raises(RuntimeError, match="after a fork"):
        given.request(method="GET", url="/")
    assert client._sync[-1] is not ours
    assert not ours.is_closed
    with client, ours:
        pass
