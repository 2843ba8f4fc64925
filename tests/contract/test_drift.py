"""Drift finds nothing on the documented mock, and names what the real server does otherwise."""

from __future__ import annotations

import html
import json
import socket
import threading
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlencode

import attrs
import msgspec
import pytest
from msgspec.structs import asdict

from futureagi_simulate.auth import Credentials, Secret
from futureagi_simulate.errors import ConnectError, TimeoutError, TransportError
from futureagi_simulate.options import Options
from futureagi_simulate.retry import ManualClock
from futureagi_simulate_contract import recording
from futureagi_simulate_contract.claim import Finding, Kind, Severity
from futureagi_simulate_contract.claims import Against, findings_of
from futureagi_simulate_contract.exchange import (
    Endpoint,
    Exchange,
    Keys,
    Log,
    Request,
    Response,
    Send,
)
from futureagi_simulate_contract.plan import survey
from futureagi_simulate_contract.recording import from_record, to_record
from futureagi_simulate_contract.report import new_since
from futureagi_simulate_contract.server import OutOfTimeError, open_server
from futureagi_simulate_contract.session import Ids, mock_sender, paced
from futureagi_simulate_mock import Mock
from futureagi_simulate_mock.ids import KNOWN_IDS, make_id

from ..recorded import exchanges
from .differences import NOT_FOUND, numbers_of
from .mutants import MUTANTS
from .tables import FOUND

FURTHER = (make_id("run-test", "acme", 1), make_id("run-test", "acme", 2))
WANTED = 87
BUDGET = 200


def drift_log(mock: Mock, send: Send | None = None, **settings: int) -> Log:
    return survey(
        send or mock_sender(mock), Ids.of(asdict(mock.ids)), FURTHER, base_url=mock.base_url, **settings
    )


@pytest.fixture(scope="module")
def observed() -> Log:
    with Mock(profile="observed") as mock:
        return drift_log(mock)


@pytest.fixture(scope="module")
def findings(observed: Log) -> list[Finding]:
    return findings_of(observed)


@pytest.mark.parametrize("seed", range(5))
def test_the_documented_profile_departs_from_nothing(seed: int) -> None:
    with Mock(profile="documented", seed=seed) as mock:
        assert findings_of(drift_log(mock)) == []


def test_the_observed_profile_does_nothing_that_was_not_observed(observed: Log) -> None:
    assert [finding.key for finding in findings_of(observed, Against.OBSERVED)] == []


def named(findings: list[Finding]) -> dict[int, str]:
    """Return for each numbered difference the first finding that names it."""
    found: dict[int, str] = {}
    for finding in findings:
        for number in numbers_of(finding) or ():
            found.setdefault(number, f"{finding.rule}: {finding.location}")
    return found


def as_lines(source: str, found: dict[int, str]) -> str:
    return "\n".join([source, *(f"{number} {text}" for number, text in sorted(found.items()))])


@pytest.mark.parametrize("seed", range(3))
def test_of_the_numbered_differences_at_least_87_are_named(
    seed: int, record_property: Callable[[str, object], None]
) -> None:
    with Mock(profile="observed", seed=seed) as mock:
        log = drift_log(mock)
    findings = findings_of(log)
    assert len(log.exchanges) <= BUDGET
    assert [finding for finding in findings if numbers_of(finding) is None] == [], (
        "no difference, yet reported"
    )
    found = named(findings)
    if seed == 0:
        record_property(FOUND, as_lines(f"the mock, {len(log.exchanges)} requests", found))
    assert len(found) >= WANTED
    assert not set(found) & set(NOT_FOUND), "found now, though listed with a reason why not"
    assert set(range(1, 107)) == set(found) | set(NOT_FOUND)


@pytest.mark.parametrize("second", [False, True], ids=["first recording", "second recording"])
def test_nothing_that_was_recorded_departs_from_what_was_observed(second: bool) -> None:
    log = Log([from_record(exchange) for exchange in exchanges(second=second)])
    assert [finding.key for finding in findings_of(log, Against.OBSERVED)] == []


def test_the_most_severe_findings_come_first(findings: list[Finding]) -> None:
    places = [list(Severity).index(finding.severity) for finding in findings]
    assert places == sorted(places)
    assert len(set(places)) == len(Severity)


def test_the_recorded_server_does_what_is_known_of_it(
    recorded: Path, record_property: Callable[[str, object], None]
) -> None:
    findings = findings_of(recording.read(recorded))
    assert [finding.key for finding in findings if not finding.known] == []
    assert [finding.key for finding in findings if numbers_of(finding) is None] == []
    found = named(findings)
    record_property(FOUND, as_lines("the recorded exchanges", found))
    assert len(found) >= 58


@pytest.mark.parametrize(
    ("name", "shown"), [("nextName", "results[].nextName"), ("Jo's note", "results[].{key}")]
)
def test_an_additional_key_is_named_unless_it_is_data(name: str, shown: str) -> None:
    with Mock(profile="documented") as mock:
        log = drift_log(mock, max_requests=4)
    page = next(log.of(Endpoint.TEST_EXECUTIONS))
    body = msgspec.json.decode(page.response.body)
    body["results"][0][name] = 1
    odd = attrs.evolve(page, response=attrs.evolve(page.response, body=msgspec.json.encode(body)))
    assert [finding.location for finding in findings_of(Log([odd]))] == [shown]


def test_only_get_is_sent_and_nothing_is_grouped(observed: Log) -> None:
    requests = [exchange.request for exchange in observed.exchanges]
    assert {request.method for request in requests} == {"GET"}
    assert not [request for request in requests if "row_groups" in dict(request.query)]
    assert all(request.path.endswith("/") for request in requests)
    assert len(set(requests)) == len(requests)


@pytest.mark.parametrize("budget", [1, 2, 30])
def test_the_budget_is_kept(budget: int) -> None:
    with Mock(profile="observed") as mock:
        assert len(drift_log(mock, max_requests=budget).exchanges) == budget


@pytest.mark.parametrize("profile", ["documented", "observed"])
def test_planned_requests_beyond_the_budget_are_counted(profile: str) -> None:
    with Mock(profile=profile) as mock:
        whole = len(drift_log(mock).exchanges)
        left = [drift_log(mock, max_requests=budget).unsent or 0 for budget in (5, 100, whole - 1, whole)]
    assert 60 < left[0] <= whole - 5
    assert 30 < left[1] <= whole - 100
    assert left[2:] == [1, 0]


def test_without_access_it_gives_up_early() -> None:
    asked = []

    def refuse(request: Request) -> Response:
        asked.append(request)
        return Response(401, {}, b"{}")

    survey(refuse, Ids("a", "b", "c", "d", "e"))
    assert len(asked) < 10


def test_one_run_test_id_is_enough_to_begin_with() -> None:
    with Mock(profile="observed") as mock:
        log = survey(mock_sender(mock), Ids(run_test_id=mock.ids.run_test_id))
    asked = {exchange.endpoint for exchange in log.exchanges if exchange.response.status == 200}
    assert len(asked) == 4


PLANTED = {
    "a field is missing": ("results[].status", Kind.MISSING),
    "a number comes as a text": ("results[].overall_score", Kind.TYPE),
    "a status in another case": ("results[].status", Kind.CASING),
    "a date without a zone": ("results[].created_at", Kind.FORMAT),
    "latency in milliseconds": ("results[].avg_agent_latency", Kind.UNIT),
    "count is one too many": ("count", Kind.COUNT),
    "the default page is larger": ("limit: left out", Kind.DEFAULT),
    "filters are ignored": ("filters: scenario equals (text)", Kind.FILTER),
    "the status filter is ignored": ("status", Kind.FILTER),
    "half of the keys will do": ("status without good keys", Kind.STATUS),
    "an unknown id is a server error": ("status of an unknown id", Kind.STATUS),
    "errors come as HTML": ("body of a 401", Kind.ERROR),
    "a text of the database gets out": None,
    "next never ends": ("next", Kind.PAGING),
    "the last item of a page is lost": ("count", Kind.COUNT),
}


@pytest.mark.parametrize("name", [name for name, found in PLANTED.items() if found])
def test_a_planted_departure_is_found(name: str) -> None:
    mutant = next(one for one in MUTANTS if one.name == name and one.profile == "documented")
    with Mock(profile="documented") as mock:
        findings = findings_of(drift_log(mock, mutant.send_to(mock)))
    assert PLANTED[name] in {(finding.location, finding.kind) for finding in findings}


def test_what_the_open_source_server_does_not_do_is_marked_as_new() -> None:
    mutant = next(
        one for one in MUTANTS if one.name == "a number comes as a text" and one.profile == "observed"
    )
    with Mock(profile="observed") as mock:
        findings = findings_of(drift_log(mock, mutant.send_to(mock)))
    new = {(finding.location, finding.kind) for finding in findings if not finding.known}
    assert new == {("results[].overall_score", Kind.TYPE)}


def test_exchanges_survive_a_file(tmp_path: Path, observed: Log, findings: list[Finding]) -> None:
    (tmp_path / "exchanges.jsonl").write_bytes(recording.write(observed))
    again = recording.read(tmp_path / "exchanges.jsonl")
    assert [one.request for one in again.exchanges] == [one.request for one in observed.exchanges]
    assert again.unsent == 0
    assert {f.key for f in findings_of(again)} == {f.key for f in findings}
    assert Mock.secret_key not in (tmp_path / "exchanges.jsonl").read_text()


@pytest.mark.parametrize("keys", list(Keys)[:4], ids=str)
def test_a_record_keeps_which_keys_were_sent(keys: Keys) -> None:
    with Mock() as mock:
        exchange = drift_log(mock, max_requests=1).exchanges[0]
    record = to_record(1, type(exchange)(Request("/x/", keys=keys), exchange.response))
    assert from_record(record).request.keys is keys


def test_a_baseline_hides_what_it_holds_and_nothing_else(findings: list[Finding]) -> None:
    saved = [finding.as_dict() for finding in findings]
    assert new_since(findings, saved) == []
    assert new_since(findings, saved[1:]) == findings[:1]


def test_a_redacted_finding_names_no_value(findings: list[Finding]) -> None:
    ids = [KNOWN_IDS.run_test_id, KNOWN_IDS.test_execution_id, KNOWN_IDS.run_test_name, "mock.invalid"]
    for finding in findings:
        text = str(finding.redacted().as_dict())
        assert not [value for value in ids if value in text]


def good(_request: Request) -> Response:
    return Response(200, {}, b"{}")


def test_requests_are_spread_over_time() -> None:
    clock = ManualClock()
    send = paced(good, 4, clock)
    for _ in range(5):
        send(Request("/"))
    assert clock.slept == [0.25] * 4


def test_a_busy_server_is_left_alone_as_long_as_it_says() -> None:
    clock, responses = ManualClock(), [Response(429, {"retry-after": "7"}, b""), Response(200, {}, b"{}")]
    send = paced(lambda request: responses.pop(0), 100, clock)
    assert send(Request("/")).status == 200
    assert clock.monotonic() == pytest.approx(7)


@pytest.mark.parametrize("busy", [False, True])
def test_no_wait_ends_after_the_time_for_all_requests(busy: bool) -> None:
    clock = ManualClock()
    send = paced(
        (lambda _: Response(429, {"retry-after": "60"}, b"")) if busy else good, 2, clock, seconds=10
    )
    if not busy:
        for _ in range(20):
            send(Request("/"))
    with pytest.raises(OutOfTimeError, match="longer than 10 s"):
        send(Request("/"))
    assert clock.monotonic() <= 10


def test_when_time_is_over_what_was_seen_is_kept() -> None:
    clock = ManualClock()
    with Mock(profile="observed") as mock:
        log = survey(paced(mock_sender(mock), 5, clock, seconds=8), Ids.of(asdict(mock.ids)))
    assert len(log.exchanges) == 40
    assert log.stopped == "--max-time"
    assert log.unsent is not None
    assert log.unsent > 50
    assert findings_of(log)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError("slow", remedy=""), "an answer took too long"),
        (ConnectError("gone", remedy=""), "the connection failed"),
    ],
)
def test_when_the_server_stops_answering_what_was_seen_is_kept(error: TransportError, reason: str) -> None:
    with Mock(profile="observed") as mock:
        asked = 0

        def send(request: Request) -> Response:
            nonlocal asked
            asked += 1
            if asked > 30:
                raise error
            return mock_sender(mock)(request)

        log = survey(send, Ids.of(asdict(mock.ids)))
    assert (len(log.exchanges), log.stopped) == (30, reason)


def test_a_server_that_never_answers_is_an_error() -> None:
    def send(_request: Request) -> Response:
        raise ConnectError("gone", remedy="")

    with pytest.raises(ConnectError):
        survey(send, Ids.of(asdict(KNOWN_IDS)))


def drip(connection: socket.socket, end: threading.Event) -> None:
    """Send a header that never ends, a byte at a time."""
    with connection, suppress(OSError):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nx-slow: ")
        while not end.wait(0.02):
            connection.sendall(b"a")


@pytest.mark.parametrize(("each", "all_", "kind"), [(0.3, 60.0, TimeoutError), (60.0, 0.3, OutOfTimeError)])
def test_a_request_and_all_of_them_have_a_limit_of_time(
    each: float, all_: float, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("futureagi_simulate_contract.server.PER_REQUEST", each)
    end = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = threading.Thread(target=lambda: drip(listener.accept()[0], end))
        serving.start()
        options = Options.of(
            api_key=Secret("api-key"),
            secret_key=Secret("secret-key"),
            base_url=f"http://127.0.0.1:{listener.getsockname()[1]}",
        )
        begun = time.monotonic()
        try:
            with open_server(options, seconds=all_) as send, pytest.raises(kind):
                send(Request("/"))
            assert time.monotonic() - begun < 30
        finally:
            end.set()
            serving.join()


KEY, SECRET, COOKIE = "api-key-5f0c&1d2e/3b4a", "secret-key-9a8b7c6d", "session-0123456789"
FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in upper case": str.upper,
    "in a URL": lambda text: quote(text, safe=""),
    "in a URL, wholly": lambda text: "".join(f"%{ord(sign):02x}" for sign in text),
    "in a URL in a URL": lambda text: quote(quote(text, safe=""), safe=""),
    "in a form": lambda text: urlencode({"key": text}),
    "in JSON": lambda text: json.dumps({"key": text}),
    "in JSON in JSON": lambda text: json.dumps(json.dumps({"key": text})),
    "in JSON, escaped": lambda text: "".join(f"\\u{ord(sign):04X}" for sign in text),
    "in HTML": html.escape,
    "in HTML, by numbers": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "in hex": lambda text: text.encode().hex(),
    "in UTF-16": lambda text: text.encode("utf-16-le").decode("latin-1"),
    **{
        f"in base64 after {before}": lambda text, before=before: b64encode(
            f"{before}{text}:".encode()
        ).decode()
        for before in ("", "a", "ab", "abc")
    },
    "in base64 for URLs": lambda text: urlsafe_b64encode(f"a{text}".encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("secret", [KEY, SECRET, COOKIE])
def test_a_recording_holds_no_key_and_no_cookie(secret: str, form: Callable[[str], str]) -> None:
    text = form(secret)
    places = {"body": json.dumps({text: [text, {"a": text}]}).encode(), "text": text.encode()}
    headers = {"set-cookie": f'a={COOKIE}; Path=/, b="{COOKIE}"', "cookie": text, "location": f"/{text}"}
    exchanges = [
        Exchange(
            Request(f"/simulate/{text}/", (("search", text),), headers=(("X-Echo", text),)),
            Response(200, headers, body),
        )
        for body in places.values()
    ]
    kept = recording.write(Log(exchanges), Credentials(Secret(KEY), Secret(SECRET))).decode()
    for shown in (text, quote(text), urlencode({"": text})[1:], json.dumps(text)[1:-1], secret):
        assert shown.lower() not in kept.lower()
    assert COOKIE not in kept


def test_a_recording_without_keys_in_it_is_kept_whole() -> None:
    with Mock(profile="observed") as mock:
        log = drift_log(mock)
        keys = Credentials(Secret(mock.api_key), Secret(mock.secret_key))
    assert recording.write(log, keys) == recording.write(log)


def test_findings_compare_by_rule_and_location(findings: list[Finding]) -> None:
    keys = [finding.key for finding in findings]
    assert len(set(keys)) == len(keys)
    assert all(isinstance(finding, Finding) and finding.expected and finding.got for finding in findings)
