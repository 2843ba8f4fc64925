"""Drift is silent on the documents' own mock, and names what the real server does otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs
import msgspec
import pytest
from msgspec.structs import asdict

from futureagi_simulate.contract.asking import Ask, of_mock, politely
from futureagi_simulate.contract.drift.finding import Finding, new_since
from futureagi_simulate.contract.drift.judge import Against, judge
from futureagi_simulate.contract.drift.log import Log
from futureagi_simulate.contract.drift.survey import read, survey, write
from futureagi_simulate.contract.exchange import Answer, Endpoint, Keys, Question, from_record, to_record
from futureagi_simulate.contract.ids import Ids
from futureagi_simulate.contract.kinds import Kind
from futureagi_simulate.mock import Mock
from futureagi_simulate.mock.ids import make_id
from futureagi_simulate.mock.settings import KNOWN_IDS

from .differences import NOT_FOUND, numbers_of
from .mutants import MUTANTS
from .tables import FOUND

FURTHER = (make_id("run-test", "acme", 1), make_id("run-test", "acme", 2))
WANTED = 80
BUDGET = 200


def look(mock: Mock, ask: Ask | None = None, **settings: int) -> Log:
    return survey(ask or of_mock(mock), Ids.of(asdict(mock.ids)), FURTHER, base_url=mock.base_url, **settings)


@pytest.fixture(scope="module")
def observed() -> Log:
    with Mock(profile="observed") as mock:
        return look(mock)


@pytest.fixture(scope="module")
def findings(observed: Log) -> list[Finding]:
    return judge(observed)


@pytest.mark.parametrize("seed", range(5))
def test_the_documented_profile_departs_from_nothing(seed: int) -> None:
    with Mock(profile="documented", seed=seed) as mock:
        assert judge(look(mock)) == []


def test_the_observed_profile_does_nothing_that_was_not_observed(observed: Log) -> None:
    assert [finding.key for finding in judge(observed, Against.OBSERVED)] == []


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
def test_of_the_numbered_differences_at_least_80_are_named(
    seed: int, record_property: Callable[[str, object], None]
) -> None:
    with Mock(profile="observed", seed=seed) as mock:
        log = look(mock)
    findings = judge(log)
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


def test_the_recorded_server_does_what_is_known_of_it(
    recorded: Path, record_property: Callable[[str, object], None]
) -> None:
    findings = judge(read(recorded))
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
        log = look(mock, max_requests=4)
    page = next(log.of(Endpoint.TEST_EXECUTIONS))
    body = msgspec.json.decode(page.answer.body)
    body["results"][0][name] = 1
    odd = attrs.evolve(page, answer=attrs.evolve(page.answer, body=msgspec.json.encode(body)))
    assert [finding.location for finding in judge(Log([odd]))] == [shown]


def test_only_get_is_sent_and_nothing_is_grouped(observed: Log) -> None:
    questions = [exchange.question for exchange in observed.exchanges]
    assert {question.method for question in questions} == {"GET"}
    assert not [question for question in questions if "row_groups" in dict(question.query)]
    assert all(question.path.endswith("/") for question in questions)
    assert len(set(questions)) == len(questions)


@pytest.mark.parametrize("budget", [1, 2, 30])
def test_the_budget_is_kept(budget: int) -> None:
    with Mock(profile="observed") as mock:
        assert len(look(mock, max_requests=budget).exchanges) == budget


@pytest.mark.parametrize("profile", ["documented", "observed"])
def test_what_a_budget_leaves_unasked_is_counted(profile: str) -> None:
    with Mock(profile=profile) as mock:
        whole = len(look(mock).exchanges)
        left = [look(mock, max_requests=budget).unasked or 0 for budget in (5, 100, whole - 1, whole)]
    assert 60 < left[0] <= whole - 5
    assert 30 < left[1] <= whole - 100
    assert left[2:] == [1, 0]


def test_without_access_it_gives_up_early() -> None:
    asked = []

    def refuse(question: Question) -> Answer:
        asked.append(question)
        return Answer(401, {}, b"{}")

    survey(refuse, Ids("a", "b", "c", "d", "e"))
    assert len(asked) < 10


def test_one_run_test_id_is_enough_to_begin_with() -> None:
    with Mock(profile="observed") as mock:
        log = survey(of_mock(mock), Ids(run_test_id=mock.ids.run_test_id))
    asked = {exchange.endpoint for exchange in log.exchanges if exchange.answer.status == 200}
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
        findings = judge(look(mock, mutant.ask(mock)))
    assert PLANTED[name] in {(finding.location, finding.kind) for finding in findings}


def test_what_the_open_source_server_does_not_do_is_marked_as_new() -> None:
    mutant = next(
        one for one in MUTANTS if one.name == "a number comes as a text" and one.profile == "observed"
    )
    with Mock(profile="observed") as mock:
        findings = judge(look(mock, mutant.ask(mock)))
    new = {(finding.location, finding.kind) for finding in findings if not finding.known}
    assert new == {("results[].overall_score", Kind.TYPE)}


def test_exchanges_survive_a_file(tmp_path: Path, observed: Log, findings: list[Finding]) -> None:
    write(tmp_path / "exchanges.jsonl", observed)
    again = read(tmp_path / "exchanges.jsonl")
    assert [one.question for one in again.exchanges] == [one.question for one in observed.exchanges]
    assert again.unasked == 0
    assert {f.key for f in judge(again)} == {f.key for f in findings}
    assert Mock.secret_key not in (tmp_path / "exchanges.jsonl").read_text()


@pytest.mark.parametrize("keys", list(Keys)[:4], ids=str)
def test_a_record_keeps_which_keys_were_sent(keys: Keys) -> None:
    with Mock() as mock:
        exchange = look(mock, max_requests=1).exchanges[0]
    record = to_record(1, type(exchange)(Question("/x/", keys=keys), exchange.answer))
    assert from_record(record).question.keys is keys


def test_a_baseline_hides_what_it_holds_and_nothing_else(findings: list[Finding]) -> None:
    saved = [finding.as_dict() for finding in findings]
    assert new_since(findings, saved) == []
    assert new_since(findings, saved[1:]) == findings[:1]


def test_a_redacted_finding_names_no_value(findings: list[Finding]) -> None:
    ids = [KNOWN_IDS.run_test_id, KNOWN_IDS.test_execution_id, KNOWN_IDS.run_test_name, "mock.invalid"]
    for finding in findings:
        text = str(finding.redacted().as_dict())
        assert not [value for value in ids if value in text]


def test_questions_are_spread_over_time() -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    calm = politely(lambda question: Answer(200, {}, b"{}"), 4, sleep, lambda: now[0])
    for _ in range(5):
        calm(Question("/"))
    assert slept == [0.25] * 4


def test_a_busy_server_is_left_alone_as_long_as_it_says() -> None:
    now, answers = [0.0], [Answer(429, {"retry-after": "7"}, b""), Answer(200, {}, b"{}")]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    calm = politely(lambda question: answers.pop(0), 100, sleep, lambda: now[0])
    assert calm(Question("/")).status == 200
    assert now[0] == pytest.approx(7)


def test_findings_compare_by_rule_and_place(findings: list[Finding]) -> None:
    keys = [finding.key for finding in findings]
    assert len(set(keys)) == len(keys)
    assert all(isinstance(finding, Finding) and finding.expected and finding.got for finding in findings)
