from __future__ import annotations

import msgspec
import pytest

from futureagi_simulate_mock.generated import OPERATIONS
from futureagi_simulate_mock.messages import endpoint_named, find
from futureagi_simulate_mock.service import ProfileName

from .services import DETAIL, KEYS, RUNS, UUID, ask, make_service

PROFILES: list[ProfileName] = ["documented", "observed"]
IDS = dict.fromkeys(("run_test_id", "test_execution_id", "agent_id", "version_id"), UUID)


@pytest.mark.parametrize("endpoint", OPERATIONS)
def test_every_endpoint_is_found_by_its_path_with_its_ids(endpoint):
    route = find(OPERATIONS[endpoint].path.format_map(IDS))
    assert route is not None
    assert (route.endpoint, route.well_formed, route.complete) == (endpoint, True, True)
    assert set(route.ids.values()) <= {UUID}


@pytest.mark.parametrize(
    "path",
    ["", "/", "/simulate/", "/sdk/api/v1/simulation/runs/x/", "/simulate/run-tests//executions/", "x" * 9999],
)
def test_other_paths_lead_nowhere(path):
    assert find(path) is None


def test_an_unknown_endpoint_name_is_refused_with_the_choices():
    with pytest.raises(ValueError, match="choose from call-executions, executions"):
        endpoint_named("calls")


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("path", [RUNS, DETAIL])
def test_the_owner_of_both_keys_is_let_in(profile, path):
    body = msgspec.json.decode(ask(make_service(profile), path).body)
    assert body["organization"] == "acme"


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ((), "not_authenticated"),
        (KEYS[:1], "not_authenticated"),
        (KEYS[1:], "not_authenticated"),
        ((("x-api-key", ""), ("x-secret-key", "")), "not_authenticated"),
        ((KEYS[0], ("x-secret-key", "wrong")), "authentication_failed"),
        ((("x-api-key", "wrong"), KEYS[1]), "authentication_failed"),
        ((KEYS[0], ("x-secret-key", "secret-2")), "authentication_failed"),
        ((("x-api-key", "ké\xffy"), ("x-secret-key", "\x80")), "authentication_failed"),
    ],
)
def test_missing_half_and_wrong_keys_give_401(profile, headers, code):
    response = ask(make_service(profile), headers=headers)
    assert (response.status, response.header("www-authenticate")) == (401, "ApiKey")
    assert msgspec.json.decode(response.body)["code"] == code


def test_a_broken_authorization_header_beats_good_keys_where_the_server_does_so():
    headers = (*KEYS, ("authorization", "Bearer nonsense"))
    assert ask(make_service("observed"), headers=headers).status == 401
    assert ask(make_service("documented"), headers=headers).status == 200


@pytest.mark.parametrize("odd", ["abc", UUID.replace("-", ""), UUID + "0", "..%2f", UUID[:-1] + "g"])
def test_a_malformed_id_is_404_as_json_or_as_a_page(odd):
    path = f"/simulate/run-tests/{odd}/executions/"
    documented, observed = (ask(make_service(profile), path, headers=()) for profile in PROFILES)
    assert (documented.status, documented.header("content-type")) == (404, "application/json")
    assert (observed.status, observed.header("content-type")) == (404, "text/html; charset=utf-8")


def test_an_id_in_upper_case_counts_as_the_same_where_the_documents_rule():
    body = msgspec.json.decode(
        ask(
            make_service(), DETAIL.upper().replace("SIMULATE/TEST-EXECUTIONS", "simulate/test-executions")
        ).body
    )
    assert body["ids"] == {"test_execution_id": UUID}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_missing_slash_at_the_end_redirects_to_the_same_address_with_it(profile, method):
    response = ask(make_service(profile), DETAIL[:-1], "page=2", method, ())
    assert (response.status, response.header("location")) == (301, f"{DETAIL}?page=2")


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW"])
def test_other_methods_are_405_and_say_what_is_allowed(profile, method):
    response = ask(make_service(profile), method=method)
    assert (response.status, response.header("allow")) == (405, "GET, HEAD, OPTIONS")
    assert msgspec.json.decode(response.body)["type"] == "api_error"


def test_keys_are_checked_before_the_method():
    assert ask(make_service(), method="POST", headers=()).status == 401


def test_options_needs_keys_only_at_the_real_server():
    assert ask(make_service("documented"), method="OPTIONS", headers=()).status == 204
    assert ask(make_service("observed"), method="OPTIONS", headers=()).status == 401
    assert ask(make_service("observed"), method="OPTIONS").status == 200


def test_head_gives_the_headers_of_get_and_no_body():
    service = make_service()
    got, headed = ask(service), ask(service, method="HEAD")
    assert (headed.status, headed.body) == (200, b"")
    assert headed.header("content-length") == str(len(got.body))


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("text/html", 406),
        ("application/xml", 406),
        ("*/*", 200),
        ("text/html, application/json;q=0.9", 200),
        ("", 200),
    ],
)
def test_an_accept_header_without_json_is_406_at_the_real_server(accept, status):
    headers = (*KEYS, ("accept", accept))
    assert ask(make_service("observed"), headers=headers).status == status
    assert ask(make_service("documented"), headers=headers).status == 200


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("localhost:8000", f"http://localhost:8000{RUNS}"),
        ("[::1]:80", f"http://[::1]:80{RUNS}"),
        ("evil.example/path?", f"https://mock.invalid{RUNS}"),
        ("", f"https://mock.invalid{RUNS}"),
    ],
)
def test_links_are_made_from_a_sound_host_header_only(host, url):
    assert msgspec.json.decode(ask(make_service(), headers=(*KEYS, ("host", host))).body)["url"] == url
