"""The options that commands share: the connection, what is told, pages, conditions, JSON and output files."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from futureagi_simulate.retry import SystemClock
from futureagi_simulate_api.operations import FILTER_OPERATORS, FILTER_TYPES
from futureagi_simulate_cli import main
from futureagi_simulate_cli.commands import connection
from futureagi_simulate_cli.commands.app import _PRINTING, COMMANDS, build_command
from futureagi_simulate_cli.commands.conditions import parse_condition
from futureagi_simulate_cli.commands.process import CommandError, in_option_words
from futureagi_simulate_mock import Mock

from .conftest import Ran, Run

EVAL = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"


@pytest.fixture(autouse=True)
def _log_as_found() -> Iterator[None]:
    logger = logging.getLogger("futureagi_simulate")
    level, handlers = logger.level, list(logger.handlers)
    yield
    logger.setLevel(level)
    logger.handlers[:] = handlers


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Collect what the client would have waited, in seconds."""
    waited: list[float] = []
    monkeypatch.setattr(SystemClock, "sleep", lambda _, seconds: waited.append(seconds))
    monkeypatch.setattr(SystemClock, "wait", lambda _, seconds, event: waited.append(seconds))
    return waited


def faulty(monkeypatch: pytest.MonkeyPatch, run: Run, fault: str, *words: str) -> tuple[Ran, int]:
    """Run a command against a mock with a fault; return also how many requests came."""
    with Mock(faults=[fault], calls=20, executions=2) as mock, mock.serve() as server:
        for name, value in mock.settings(server.base_url).environment().items():
            monkeypatch.setenv(name, value)
        return run(*words), mock.journal.total


# The connection.


@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_for_another_attempt_is_told_with_its_length(
    status: int, run: Run, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran, requests = faulty(monkeypatch, run, f"{status}:1,retry-after=7", "calls", "--limit", "1")
    assert (ran.code, requests) == (0, 2)
    assert ran.err.splitlines()[0] == f"The server answered {status}; waiting 7 s."
    assert waits == [7.0]


def test_a_wait_after_no_connection_is_told(
    run: Run, server: dict[str, str], waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FI_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(connection, "LEAST_WAIT", 0.0)
    ran = run("calls", server["FI_RUN_TEST_ID"], "--retries", "2")
    assert ran.code == 4
    told = [line for line in ran.err.splitlines() if "; waiting" in line]
    assert len(told) == len(waits) == 2
    assert all(re.fullmatch(r"No connection; waiting \d+ s\.", line) for line in told)
    assert "no connection" in ran.err.splitlines()[-2]
    assert "(3 attempts)" in ran.err


@pytest.mark.parametrize(("seconds", "told"), [(0, False), (1, True)])
def test_a_wait_of_less_than_a_second_is_not_told(
    seconds: int, told: bool, run: Run, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran, _ = faulty(monkeypatch, run, f"503:1,retry-after={seconds}", "calls", "--limit", "1")
    assert ran.code == 0
    assert ("waiting" in ran.err) is told


def test_quiet_tells_neither_waits_nor_counts(
    run: Run, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran, _ = faulty(monkeypatch, run, "429:1,retry-after=7", "calls", "--limit", "1", "-q")
    assert (ran.code, ran.err) == (0, "")
    assert len(ran.out.splitlines()) == 2
    assert waits == [7.0]


def test_quiet_tells_errors(run: Run, server: dict[str, str]) -> None:
    ran = run("executions", "-q", "nope")
    assert ran.code == 2
    assert ran.err.startswith("error: ")


@pytest.mark.parametrize("flag", ["-v", "--verbose"])
def test_verbose_tells_each_request_and_no_key(flag: str, run: Run, server: dict[str, str]) -> None:
    ran = run("calls", server["FI_RUN_TEST_ID"], "--limit", "0", flag)
    told = [line for line in ran.err.splitlines() if line.startswith("GET http")]
    assert len(told) == 6
    assert all(
        re.fullmatch(r"GET \S+/call-executions/\?page=\d\S* 200 in \d+ ms \(attempt 1\)", one) for one in told
    )
    assert server["FI_API_KEY"] not in ran.err
    assert server["FI_SECRET_KEY"] not in ran.err
    assert run("calls", server["FI_RUN_TEST_ID"], "--limit", "1").err.startswith("1 of ")


@pytest.mark.parametrize(("retries", "requests", "code"), [("0", 1, 4), ("1", 2, 4), ("2", 3, 0)])
def test_retries_are_further_attempts(
    retries: str,
    requests: int,
    code: int,
    run: Run,
    waits: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran, came = faulty(monkeypatch, run, "503:2,retry-after=0", "calls", "--limit", "1", "--retries", retries)
    assert (ran.code, came) == (code, requests)


def test_a_timeout_ends_a_request_and_is_named_in_words_of_the_command_line(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran, _ = faulty(monkeypatch, run, "stall", "calls", "--timeout", "50ms", "--retries", "0")
    assert ran.code == 4
    first, second = ran.err.splitlines()
    assert "timeout of 0.05 s ran out" in first
    assert second == "try: Allow more with --timeout, or ask for smaller pages."


def test_a_rate_spaces_requests_evenly(
    run: Run, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    clock = SimpleNamespace(monotonic=lambda: 100.0, sleep=slept.append)
    monkeypatch.setattr(connection, "time", clock)
    ran = run("calls", server["FI_RUN_TEST_ID"], "--limit", "0", "--rate", "4")
    assert ran.code == 0
    assert slept == [0.0, 0.25, 0.5, 0.75, 1.0, 1.25]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--timeout", "soon", 'The duration "soon"'),
        ("--timeout", "0", 'The duration "0"'),
        ("--retries", "-1", "'--retries'"),
        ("--retries", "x", "'--retries'"),
        ("--rate", "0", "'--rate'"),
    ],
)
def test_a_wrong_value_of_a_connection_option_is_wrong_usage(
    option: str, value: str, said: str, run: Run, server: dict[str, str]
) -> None:
    ran = run("calls", server["FI_RUN_TEST_ID"], option, value)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err.splitlines()[0]
    assert len(ran.err.splitlines()) == 2


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_the_same_option_is_described_by_the_same_words(entry: Any) -> None:
    """One spelling and one description each, wherever a command has the option."""
    spelled = {"--verbose": "-v", "--quiet": "-q", "--output": "-o"}
    for parameter in build_command(entry).params:
        for option, short in spelled.items():
            if option in parameter.opts:
                assert short in parameter.opts
        if "--timeout" in parameter.opts:
            assert parameter.metavar == "TIME"


def test_every_command_that_reads_the_server_has_the_options_of_the_connection() -> None:
    wanted = {"--timeout", "--retries", "--rate", "--verbose", "--quiet"}
    for entry in COMMANDS:
        options = {word for one in build_command(entry).params for word in one.opts}
        if entry.name not in ("demo", "mock", "mcp", "drift"):
            assert wanted <= options, entry.name


@pytest.mark.parametrize("entry", [None, *COMMANDS], ids=lambda entry: entry.name if entry else "-")
def test_h_is_help(entry: Any, run: Run) -> None:
    words = [entry.name] if entry else []
    short = run(*words, "-h")
    assert short.code == 0
    assert short.out == run(*words, "--help").out


# Pages and JSON.


def ids(ran: Ran) -> list[str]:
    return [line.split()[0] for line in ran.out.splitlines()[1:]]


def test_pages_follow_each_other_and_are_counted(run: Run, server: dict[str, str]) -> None:
    where = ("calls", server["FI_RUN_TEST_ID"], "--limit")
    first, second, both = (
        run(*where, "3", "--page", "1"),
        run(*where, "3", "--page", "2"),
        run(*where, "6"),
    )
    assert first.err == "1 to 3 of 300 shown.\n"
    assert second.err == "4 to 6 of 300 shown.\n"
    assert ids(first) + ids(second) == ids(both)
    default = run("calls", server["FI_RUN_TEST_ID"], "--page", "2")
    assert default.err == "21 to 40 of 300 shown.\n"


@pytest.mark.parametrize("command", ["executions", "runs"])
def test_other_lists_have_pages_too(command: str, run: Run, server: dict[str, str]) -> None:
    ran = run(command, server["FI_RUN_TEST_ID"], "--limit", "5", "--page", "3")
    assert ran.err == "11 to 14 of 14 shown.\n"
    assert len(ids(ran)) == 4


def test_a_page_beyond_the_last_has_nothing(run: Run, server: dict[str, str]) -> None:
    ran = run("calls", server["FI_RUN_TEST_ID"], "--page", "999")
    assert (ran.code, ran.err) == (0, "Nothing found.\n")


@pytest.mark.parametrize("limit", ["0", "101"])
def test_a_page_needs_a_size(limit: str, run: Run, server: dict[str, str]) -> None:
    ran = run("calls", server["FI_RUN_TEST_ID"], "--page", "2", "--limit", limit)
    assert ran.code == 2
    assert ran.err.startswith("error: --page needs pages of 1 to 100 rows.")


LISTS = [
    "executions {FI_RUN_TEST_ID} --limit 3",
    "calls {FI_RUN_TEST_ID} --limit 3",
    "calls --execution {FI_TEST_EXECUTION_ID} --limit 3",
    "runs {FI_RUN_TEST_NAME_} --limit 3",
    "failures {FI_TEST_EXECUTION_ID}",
]


@pytest.mark.parametrize("command", LISTS)
def test_json_is_an_array_and_jsonl_its_elements_line_by_line(
    command: str, run: Run, server: dict[str, str]
) -> None:
    words = command.format(**server, FI_RUN_TEST_NAME_=server["FI_RUN_TEST_ID"]).split()
    array, lines = run(*words, "--json"), run(*words, "--jsonl")
    assert (array.code, lines.code) == (0, 0)
    found = json.loads(array.out)
    assert len(found) >= 3
    assert [json.loads(line) for line in lines.out.splitlines()] == found
    assert run(*words, "--json", "--jsonl").code == 2


OBJECTS = [
    ("runs --execution {FI_TEST_EXECUTION_ID}", "execution/1"),
    ("runs --call {FI_CALL_EXECUTION_ID}", "call/1"),
    ("compare previous {FI_TEST_EXECUTION_ID} --run-test {FI_RUN_TEST_ID}", "compare/1"),
    ("flaky {FI_RUN_TEST_ID} --last 2", "flaky/1"),
    ("gate {FI_TEST_EXECUTION_ID}", "gate/1"),
    ("watch {FI_TEST_EXECUTION_ID}", "gate/1"),
    ("doctor", "doctor/1"),
]


@pytest.mark.parametrize(("command", "schema"), OBJECTS)
def test_an_object_names_its_schema(command: str, schema: str, run: Run, server: dict[str, str]) -> None:
    ran = run(*command.format(**server).split(), "--json")
    assert ran.code in (0, 1)
    assert json.loads(ran.out)["schema"] == f"futureagi-simulate/{schema}"


# Conditions.

CONDITIONS = [
    ("overall_score < 50", "overall_score", "less_than", 50.0),
    ("overall_score<=50", "overall_score", "less_than_or_equal", 50.0),
    ("overall_score > 50", "overall_score", "greater_than", 50.0),
    ("overall_score >= 50", "overall_score", "greater_than_or_equal", 50.0),
    ("overall_score = 50", "overall_score", "equals", 50.0),
    ("overall_score == 50", "overall_score", "equals", 50.0),
    ("overall_score != 50", "overall_score", "not_equals", 50.0),
    ("response_time between 1 and 2.5", "response_time", "between", (1.0, 2.5)),
    ("scenario ~ Billing", "scenario", "contains", "Billing"),
    ("scenario !~ 'Billing inquiry'", "scenario", "not_contains", "Billing inquiry"),
    ("scenario in A,B C", "scenario", "in", ("A", "B C")),
    ("scenario = in between", "scenario", "equals", "in between"),
    ("status in failed, CANCELLED", "status", "in", ("failed", "cancelled")),
    ('status = "Failed"', "status", "in", ("failed",)),
    ("status != failed", "status", "not_equals", "failed"),
    ("call_type = inbound", "call_type", "in", ("Inbound",)),
    ("timestamp > 2026-03-01", "timestamp", "greater_than", "2026-03-01T00:00:00Z"),
    (
        "timestamp between 2026-03-01 and 2026-03-02T12:00:00+02:00",
        "timestamp",
        "between",
        ("2026-03-01T00:00:00Z", "2026-03-02T10:00:00Z"),
    ),
    (f"{EVAL} = passed", EVAL, "equals", "true"),
    (f"{EVAL} = failed", EVAL, "equals", "false"),
    (f"{EVAL} < 50", EVAL, "less_than", 50.0),
    (f"{EVAL} ~ calm", EVAL, "contains", "calm"),
]


@pytest.mark.parametrize(("text", "column", "operator", "value"), CONDITIONS, ids=lambda value: str(value))
def test_a_condition_is_a_column_an_operator_and_a_value(
    text: str, column: str, operator: str, value: object
) -> None:
    made = parse_condition(text)
    assert (made.column_id, made.operator, made.value) == (column, operator, value)


def test_every_operator_but_one_can_be_written() -> None:
    written = {parse_condition(text).operator for text, *_ in CONDITIONS}
    known = {operator for operators in FILTER_OPERATORS.values() for operator in operators}
    assert known - written == {"not_in_between"}


NUMBER = "Operators for it: =, !=, >, <, >=, <=, between."
WRONG = [
    ("nonsense", "can't be read", "overall_score < 50"),
    ("overall_score <", "can't be read", "overall_score < 50"),
    ("", "can't be read", "overall_score < 50"),
    (
        "nope < 3",
        "nope is no column to filter by",
        f"Columns: {', '.join(FILTER_TYPES)}, or the id of an eval.",
    ),
    ("overall_score ~ 3", "~ doesn't go with overall_score", NUMBER),
    ("overall_score in 1,2", "in doesn't go with overall_score", NUMBER),
    ("overall_score <> 3", "<> doesn't go with overall_score", NUMBER),
    ("overall_score =< 3", "=< doesn't go with overall_score", NUMBER),
    ("scenario < 3", "< doesn't go with scenario", "Operators for it: =, !=, ~, !~, in."),
    ("overall_score < low", '"low" is no number', "Give a number."),
    ("overall_score < nan", "nan isn't a value", "finite"),
    ("overall_score between 3", '"3" isn\'t two values', '"overall_score between A and B"'),
    ("overall_score between 50 and 20", "bounds 50.0 and 20.0", "lower bound first"),
    ("timestamp > soon", '"soon" is no time', '"2026-03-01"'),
    ("status = nope", '"nope" isn\'t known', "Known: pending, queued, ongoing, completed, failed"),
    ("call_type = sideways", '"sideways" isn\'t known', "Known: Inbound, Outbound."),
]


@pytest.mark.parametrize(("text", "problem", "remedy"), WRONG, ids=lambda value: str(value)[:30])
def test_a_wrong_condition_is_told_with_what_is_known(text: str, problem: str, remedy: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse_condition(text)
    assert caught.value.exit_code == 2
    assert f'--filter "{text}"' in caught.value.problem
    assert problem in caught.value.problem
    assert remedy in caught.value.remedy


def test_conditions_and_a_status_hold_together(run: Run, server: dict[str, str]) -> None:
    where = ("calls", "--execution", server["FI_TEST_EXECUTION_ID"], "--json")
    every = json.loads(run(*where).out)
    low = json.loads(run(*where, "--filter", "overall_score < 50").out)
    assert [one["id"] for one in low] == [one["id"] for one in every if (one["overall_score"] or 100) < 50]
    both = json.loads(run(*where, "--filter", "overall_score < 50", "--filter", "scenario ~ billing").out)
    assert {one["scenario"] for one in both} == {"Billing inquiry"}
    assert {one["id"] for one in both} < {one["id"] for one in low}
    failed = json.loads(run(*where, "--status", "FAILED").out)
    assert {one["status"] for one in failed} == {"failed"}
    assert json.loads(run(*where, "--status", "failed", "--filter", "overall_score < 50").out) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["calls", "{FI_RUN_TEST_ID}", "--filter", "overall_score < 50"], "Name it with --execution."),
        (["calls", "{FI_RUN_TEST_ID}", "--status", "nope"], "--status 'nope' isn't known."),
        (["executions", "{FI_RUN_TEST_ID}", "--status", "nope"], "--status 'nope' isn't known."),
        (["calls", "--execution", "{FI_TEST_EXECUTION_ID}", "--status", "nope"], '--status: "nope" isn\'t'),
        (["runs", "{FI_RUN_TEST_ID}", "--eval", ""], "--eval '' isn't a text"),
        (["runs", "{FI_RUN_TEST_ID}", "--eval", "a,b"], "--eval holds 'a,b'"),
    ],
    ids=str,
)
def test_a_message_names_options_and_no_arguments_of_python(
    words: list[str], said: str, run: Run, server: dict[str, str]
) -> None:
    ran = run(*(word.format(**server) for word in words))
    assert ran.code == 2
    assert said in ran.err
    assert not re.search(r"\b[a-z_]+=(?:\s|$|['\"])", ran.err)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("FI_API_KEY (api_key=) is blank.", "FI_API_KEY is blank."),
        ("Set FI_API_KEY or pass api_key= to the client. Keys", "Set FI_API_KEY. Keys"),
        ("Ask for smaller pages with page_size=.", "Ask for smaller pages with --page-size or --limit."),
        ("Check base_url and the settings of http_client=.", "Check FI_BASE_URL."),
        ("x=1 in a text of the server", "x=1 in a text of the server"),
    ],
)
def test_words_of_the_library_become_words_of_the_command_line(said: str, meant: str) -> None:
    assert in_option_words(said) == meant


# Output files.

FILES = {
    "executions": "executions {FI_RUN_TEST_ID} --limit 2",
    "calls": "calls {FI_RUN_TEST_ID} --limit 2 --json",
    "runs": "runs --execution {FI_TEST_EXECUTION_ID}",
    "failures": "failures {FI_TEST_EXECUTION_ID} --prompt",
    "compare": "compare previous {FI_TEST_EXECUTION_ID} --run-test {FI_RUN_TEST_ID}",
    "flaky": "flaky {FI_RUN_TEST_ID} --last 2 --json",
    "gate": "gate {FI_TEST_EXECUTION_ID}",
    "watch": "watch {FI_TEST_EXECUTION_ID} --json",
    "doctor": "doctor",
    "drift": "drift --run-test {FI_RUN_TEST_ID} --rate 100000 --max-requests 3 --json",
}


def test_every_command_that_writes_a_file_takes_o() -> None:
    taking = {
        entry.name for entry in COMMANDS if any("-o" in one.opts for one in build_command(entry).params)
    }
    assert set(FILES) == set(_PRINTING)
    assert taking == {*FILES, "export", "sync", "report"}


@pytest.mark.parametrize("name", FILES)
def test_o_writes_what_would_be_printed_and_a_dash_prints_it(
    name: str, run: Run, server: dict[str, str]
) -> None:
    words = FILES[name].format(**server).split()
    printed = run(*words)
    Path("out.txt").write_text("before")
    written = run(*words, "-o", "out.txt")
    assert (written.code, written.out) == (printed.code, "")
    assert written.code in (0, 1, 3)
    assert Path("out.txt").read_text(encoding="utf-8") == printed.out != ""
    assert os.listdir() == ["out.txt"]
    assert run(*words, "--output", "-").out == printed.out


@pytest.mark.parametrize("words", [["export", "-o", "out.jsonl"], ["export", "out.jsonl"]])
def test_export_takes_its_file_as_an_argument_or_by_o(
    words: list[str], run: Run, server: dict[str, str]
) -> None:
    ran = run(*words, "--execution", server["FI_TEST_EXECUTION_ID"], "-q")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert len(Path("out.jsonl").read_text(encoding="utf-8").splitlines()) == 52


def test_export_and_report_write_to_standard_output(run: Run, server: dict[str, str]) -> None:
    execution = server["FI_TEST_EXECUTION_ID"]
    exported = run("export", "-o", "-", "--execution", execution)
    assert len(exported.out.splitlines()) == 52
    page = run("report", execution, "-o", "-")
    assert page.code == 0
    assert page.out.startswith("<!doctype html>")
    assert page.err.startswith("Wrote standard output")
    assert os.listdir() == []


@pytest.mark.parametrize(
    ("command", "remedy"),
    [("export", "fi-simulate export calls.parquet"), ("sync", "fi-simulate sync FOLDER")],
)
def test_a_file_is_named_once(command: str, remedy: str, run: Run, server: dict[str, str]) -> None:
    none = run(command)
    assert none.code == 2
    assert remedy in none.err
    twice = run(command, "a.duckdb", "-o", "b.duckdb")
    assert twice.code == 2
    assert '--output and "a.duckdb" both name a file.' in twice.err


@pytest.mark.parametrize("name", [*FILES, "report", "export"])
def test_a_file_that_cannot_be_made_is_told_before_any_request(
    name: str, run: Run, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FI_BASE_URL", "http://127.0.0.1:1")
    commands = FILES | {"report": "report {FI_TEST_EXECUTION_ID}", "export": "export"}
    words = commands[name].format(**server).split()
    for path, said in (
        ("folder.jsonl", "folder.jsonl is a folder."),
        ("no/out.jsonl", "There is no folder "),
    ):
        Path("folder.jsonl").mkdir(exist_ok=True)
        ran = run(*words, "-o", path)
        assert (ran.code, ran.out) == (2, "")
        first, second = ran.err.splitlines()
        assert first.startswith("error: ")
        assert said in first
        assert second.startswith("try: ")


def test_an_error_leaves_the_file_as_it_was(run: Run, server: dict[str, str]) -> None:
    Path("out.txt").write_text("before")
    assert run("calls", "--execution", "00000000-0000-4000-8000-000000000000", "-o", "out.txt").code == 4
    assert Path("out.txt").read_text() == "before"
    assert os.listdir() == ["out.txt"]


def test_a_file_keeps_its_permissions_and_a_link_its_target(run: Run, server: dict[str, str]) -> None:
    Path("real.txt").write_text("before")
    Path("real.txt").chmod(0o640)
    Path("link.txt").symlink_to("real.txt")
    assert run("calls", server["FI_RUN_TEST_ID"], "--limit", "1", "-o", "link.txt").code == 0
    assert Path("link.txt").is_symlink()
    assert Path("real.txt").read_text().startswith("Call ")
    assert Path("real.txt").stat().st_mode & 0o777 == 0o640


# Standard output.


class Gone(BytesIO):
    """A pipe whose reader has gone."""

    def write(self, _: Any) -> int:
        raise BrokenPipeError

    def fileno(self) -> int:
        return self._spare

    def __init__(self, spare: int) -> None:
        super().__init__()
        self._spare = spare


@pytest.mark.parametrize("form", [[], ["--json"], ["--jsonl"]], ids=str)
def test_a_reader_that_has_gone_ends_the_command_without_an_error(
    form: list[str],
    server: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    with open(tmp_path / "spare", "wb") as spare:
        monkeypatch.setattr(sys, "stdout", TextIOWrapper(Gone(spare.fileno()), write_through=True))
        code = main(["calls", server["FI_RUN_TEST_ID"], "--limit", "2", *form])
        told = capsys.readouterr().err
    assert code == 141
    assert "error" not in told
    assert "Traceback" not in told


def test_a_closed_standard_output_is_no_error(
    server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["calls", server["FI_RUN_TEST_ID"], "--limit", "1", "-q"]) == 0
    sys.stdout.close()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_stream_without_a_character_gets_a_question_mark_and_json_stays_utf_8(
    encoding: str, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def printed(*more: str) -> bytes:
        kept = BytesIO()
        monkeypatch.setattr(sys, "stdout", TextIOWrapper(kept, encoding=encoding))
        assert (
            main(["calls", server["FI_RUN_TEST_ID"], "--search", "Appointment", "--limit", "1", *more]) == 0
        )
        sys.stdout.flush()
        return kept.getvalue()

    assert re.search(r"Appointment to move \(r[?é]sum[?é] review\)", printed().decode(encoding))
    assert (
        json.loads(printed("--json").decode("utf-8"))[0]["scenario"] == "Appointment to move (résumé review)"
    )
