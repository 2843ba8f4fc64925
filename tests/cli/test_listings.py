"""`fi-simulate executions`, `calls`, `runs` and `demo`, on the mock."""

from __future__ import annotations

import json
import re

import pytest

from futureagi_simulate_api import operations
from futureagi_simulate_cli.commands.parameters import arguments
from futureagi_simulate_cli.commands.process import CommandError
from futureagi_simulate_mock import Mock
from futureagi_simulate_mock.app import App
from futureagi_simulate_mock.ids import KNOWN_IDS, Settings
from futureagi_simulate_mock.messages import json_response
from futureagi_simulate_mock.pages import make_pages
from futureagi_simulate_mock.server import Server

from .conftest import Run

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if re.match(UUID, line)]


def test_executions_are_listed_newest_first(run: Run, server: dict[str, str]) -> None:
    ran = run("executions", server["FI_RUN_TEST_ID"])
    assert (ran.code, ran.err) == (0, "")
    assert len(rows(ran.out)) == 14
    times = [re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d", row) for row in rows(ran.out)]
    found = [time.group() for time in times if time]
    assert found == sorted(found, reverse=True)


def test_executions_can_be_chosen_by_status(run: Run, server: dict[str, str]) -> None:
    ran = run("executions", server["FI_RUN_TEST_ID"], "--status", "completed", "--json")
    found = json.loads(ran.out)
    assert {execution["status"] for execution in found} == {"completed"}
    assert "raw_json" not in found[0]


CALLS = [
    ("{FI_RUN_TEST_ID}",),
    ("--execution", "{FI_TEST_EXECUTION_ID}"),
    ("--agent", "{FI_AGENT_ID}", "--version", "{FI_VERSION_ID}"),
    ("{FI_RUN_TEST_ID}", "--status", "failed"),
]


@pytest.mark.parametrize("whose", CALLS)
def test_a_table_shows_the_first_20_calls_and_json_all_that_it_counts(
    whose: tuple[str, ...], run: Run, server: dict[str, str]
) -> None:
    words = [word.format(**server) for word in whose]
    table = run("calls", *words)
    assert len(rows(table.out)) == 20
    told = re.fullmatch(r"20 of (\d+) shown; --limit 0 shows all\.\n", table.err)
    assert told
    printed = run("calls", *words, "--json").out
    found = json.loads(printed)
    assert len(found) == len({call["id"] for call in found}) == int(told[1])
    assert len(printed.splitlines()) == len(found) + 2


ODD_ROWS = [None, 5, "text", [], True, {"id": None}, {}, {"id": 7, "status": ["x"], "eval_outputs": "x"}]


@pytest.mark.parametrize("json_too", [False, True])
@pytest.mark.parametrize(
    "command",
    [
        ["calls", KNOWN_IDS.run_test_id],
        ["calls", "--execution", KNOWN_IDS.test_execution_id],
        ["calls", "--agent", KNOWN_IDS.agent_id, "--version", KNOWN_IDS.version_id],
        ["executions", KNOWN_IDS.run_test_id],
        ["runs", "A run test"],
    ],
    ids=" ".join,
)
def test_a_row_that_is_no_object_is_a_placeholder_and_a_note(
    command: list[str], json_too: bool, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = {"count": len(ODD_ROWS), "total_pages": 1, "current_page": 1, "results": ODD_ROWS}
    answer = json_response({"status": True, "result": page} if command[0] == "runs" else page)
    with Server(App(lambda _: answer, lambda: make_pages(Settings, "documented"))).in_thread() as server:
        for name, value in Settings(server.base_url).environment().items():
            monkeypatch.setenv(name, value)
        ran = run(*command, *(["--json"] if json_too else []))
    assert ran.code == 0
    assert "results[0] should be an object and is null" in ran.err
    assert len(json.loads(ran.out) if json_too else ran.out.splitlines()[1:]) == len(ODD_ROWS)


def test_a_limit_asks_for_no_more_than_it_shows(run: Run, server: dict[str, str]) -> None:
    ran = run("calls", server["FI_RUN_TEST_ID"], "--limit", "3")
    assert len(rows(ran.out)) == 3
    assert re.fullmatch(r"3 of \d+ shown; --limit 0 shows all\.\n", ran.err)


ONE_PAGE = [
    ("executions", "{run_test_id}"),
    ("calls", "{run_test_id}"),
    ("calls", "--execution", "{test_execution_id}"),
    ("calls", "--agent", "{agent_id}", "--version", "{version_id}"),
    ("runs", "{run_test_name}"),
]


@pytest.mark.parametrize("words", ONE_PAGE, ids=" ".join)
@pytest.mark.usefixtures("futureagi_server")
def test_what_one_page_holds_takes_one_request(
    words: tuple[str, ...], run: Run, futureagi_mock: Mock
) -> None:
    ids = futureagi_mock.ids
    named = {name: getattr(ids, name) for name in ids.__struct_fields__}
    ran = run(*(word.format(**named) for word in words), "--limit", "2")
    assert re.fullmatch(r"2 of \d+ shown; --limit 0 shows all\.\n", ran.err)
    assert futureagi_mock.journal.total == 1


def test_nothing_found_is_said(run: Run, server: dict[str, str]) -> None:
    ran = run("calls", server["FI_RUN_TEST_ID"], "--search", "no such scenario")
    assert (ran.code, ran.err) == (0, "Nothing found.\n")


def test_runs_have_a_column_per_eval(run: Run, server: dict[str, str]) -> None:
    ran = run("runs", server["FI_RUN_TEST_NAME"])
    assert ran.code == 0
    head = ran.out.splitlines()[0]
    assert head.split("Failed  ")[1] == "Coherence  Task completed  Resolution score           Tone"
    assert len(rows(ran.out)) == 14


def test_runs_can_be_limited_to_evals(run: Run, server: dict[str, str]) -> None:
    ran = run("runs", server["FI_RUN_TEST_NAME"], "--eval", "Coherence", "--limit", "2")
    assert ran.out.splitlines()[0].endswith("Failed  Coherence")


def test_a_run_shows_its_evals_with_intervals(run: Run, server: dict[str, str]) -> None:
    ran = run("runs", "--execution", server["FI_TEST_EXECUTION_ID"])
    assert "Coherence          68.89 %  31/45  54.3 to 80.5 %" in ran.out


def test_a_call_shows_each_evals_reason(run: Run, server: dict[str, str]) -> None:
    ran = run("runs", "--call", server["FI_CALL_EXECUTION_ID"])
    assert re.search(r"^Task completed +failed +Turn \d+: ", ran.out, re.MULTILINE)


@pytest.mark.parametrize("profile", ["documented", "observed"])
@pytest.mark.filterwarnings("ignore::futureagi_simulate.errors.ContractWarning")
def test_the_demo_ends_with_the_verdict(profile: str, run: Run) -> None:
    ran = run("demo", "--profile", profile)
    assert (ran.code, ran.err) == (0, "")
    assert 'Executions of "Support line regression"' in ran.out
    assert "    > " in ran.out
    assert (
        "\nNot ready to promote: 5 of 6 checks failed. Coherence: pass rate 68.89 % (31/45), required > 90 %"
        in ran.out
    )
    assert ran.out.endswith('  fi-simulate gate --run-test "Support line regression"\n')


def test_the_demo_needs_no_keys_and_heeds_none(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FI_API_KEY", "someone's")
    monkeypatch.setenv("FI_BASE_URL", "https://api.example.com")
    assert run("demo").code == 0


@pytest.mark.usefixtures("futureagi_server")
def test_a_parameter_without_an_option_is_sent_by_its_name(run: Run, futureagi_mock: Mock) -> None:
    execution = futureagi_mock.ids.test_execution_id
    assert run("runs", "--execution", execution, "--param", "summary=true").code == 0
    assert futureagi_mock.journal.last.params["summary"] == "true"
    run("runs", "--execution", execution, "--param", "summary=false")
    assert "summary" not in futureagi_mock.journal.last.params


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("runs", "--execution", "{e}", "--param", "summary"), '"summary" has no value'),
        (("runs", "--execution", "{e}", "--param", "summary=1"), "the value isn't true or false"),
        (("runs", "--execution", "{e}", "--param", "team=a"), 'parameter "team". try: Use one of summary.'),
        (("runs", "--execution", "{e}", "--param", "eval_name=a"), 'no parameter "eval_name"'),
        (("executions", "{r}", "--param", "search=a"), "try: Leave it out, or use an option."),
        (("executions", "{r}", "--param", "page=2"), 'no parameter "page"'),
    ],
)
def test_a_parameter_that_cannot_be_sent_is_named(
    words: tuple[str, ...], said: str, run: Run, server: dict[str, str]
) -> None:
    known = {"e": server["FI_TEST_EXECUTION_ID"], "r": server["FI_RUN_TEST_ID"]}
    ran = run(*(word.format(**known) for word in words))
    assert ran.code == 2
    assert said in " ".join(ran.err.split())


def test_parameters_are_read_by_their_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = ("text", "integer", "number", "flag", "scalars", "names")
    several = operations.Parameter("several", "query", "uuid", "several", several=True)
    made = [operations.Parameter(kind, "query", kind, f"{kind}_") for kind in kinds]
    operation = operations.Operation("listCalls", "/calls/", (*made, several))
    method = operations.Method("list_calls", operation, operation.parameters)
    monkeypatch.setitem(operations.METHODS, "list_calls", method)
    given = ["text=a=b", "integer=3", "number=.5", "flag=False", 'scalars=["a", 1]', "names=a", "names=b"]
    assert arguments("list_calls", [*given, "several=x"]) == {
        "text_": "a=b",
        "integer_": 3,
        "number_": 0.5,
        "flag_": False,
        "scalars_": ["a", 1],
        "names_": ["a", "b"],
        "several": ["x"],
    }


def test_a_parameter_that_is_needed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = operations.Parameter("team", "query", "text", "team", required=True)
    operation = operations.Operation("listCalls", "/calls/", (needed,))
    method = operations.Method("list_calls", operation, operation.parameters)
    monkeypatch.setitem(operations.METHODS, "list_calls", method)
    assert arguments("list_calls", ["team=blue"]) == {"team": "blue"}
    with pytest.raises(CommandError, match="The parameter team is needed"):
        arguments("list_calls", None)
