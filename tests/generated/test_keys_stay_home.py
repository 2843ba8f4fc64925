from __future__ import annotations

import copy
import pickle
import traceback

import httpx
import pytest
from futureagi_simulate_api import Client
from futureagi_simulate_api.api.simulation import list_call_executions
from futureagi_simulate_api.errors import UnexpectedStatus

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

    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    frames = [frame for frame in shown.stack if "futureagi_simulate_api" in frame.filename]
    assert frames
    assert not any("key-" in value for frame in frames for value in (frame.locals or {}).values())
