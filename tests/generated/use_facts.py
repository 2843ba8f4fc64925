"""Use parameters, statuses, columns and a default that the spec has gained: everybody who reads it knows them."""

from __future__ import annotations

import contextlib
import io
import json
import os
from typing import Any

import httpx

from futureagi_simulate import Client, ConfigurationError, column
from futureagi_simulate_cli import main as command
from futureagi_simulate_cli.commands.parameters import words
from futureagi_simulate_contract.claims.listings import default_limit, known_parameters
from futureagi_simulate_contract.exchange import Endpoint
from futureagi_simulate_contract.filtering import Filter, satisfies
from futureagi_simulate_mock import Mock
from futureagi_simulate_mock.messages import Request, Response

documented, observed = Mock(profile="documented"), Mock(profile="observed")
ids = documented.ids
CALLS = f"/simulate/run-tests/{ids.run_test_id}/call-executions/"
EXECUTIONS = f"/simulate/run-tests/{ids.run_test_id}/executions/"
DETAIL = f"/simulate/test-executions/{ids.test_execution_id}/"
RUNS = "/sdk/api/v1/simulation/runs/"


def ask(mock: Mock, path: str, query: str = "", method: str = "GET") -> Response:
    keys = (("x-api-key", mock.api_key), ("x-secret-key", mock.secret_key))
    return mock.handle(Request(method, path, query, keys))


def body(response: Response) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.body)
    return found


def filtered(name: str, kind: str, operator: str, value: object) -> str:
    config = {"filter_type": kind, "filter_op": operator, "filter_value": value}
    return "limit=500&filters=" + json.dumps([{"column_id": name, "filter_config": config}])


def the_mock_takes_and_checks_parameters() -> None:
    for query, status in {
        "": 200,
        "channel=voice": 200,
        "channel=fax": 400,
        "least_turns=1": 200,
        "least_turns=50": 200,
        "least_turns=0": 400,
        "least_turns=51": 400,
        "least_turns=x": 400,
        "no_such_parameter=1": 400,
    }.items():
        assert ask(documented, CALLS, query).status == status, query
    assert "channel" in body(ask(documented, CALLS, "no_such_parameter=1"))["detail"]
    named = f"execution_id={ids.test_execution_id}"
    for query, status in {"channel=voice": 200, "channel=fax": 400, "no_such_parameter=1": 400}.items():
        assert ask(observed, RUNS, f"{named}&{query}").status == status, query
    assert (
        ask(observed, DETAIL, "channel=fax").status == ask(observed, DETAIL, "least_turns=99").status == 400
    )
    assert ask(observed, DETAIL, "channel=voice&least_turns=9").status == 200


def the_mock_answers_past_the_end() -> None:
    assert ask(observed, EXECUTIONS, "page=999").status == 404
    assert ask(observed, EXECUTIONS, "page=0").status == 500


def the_mock_has_the_defaults() -> None:
    execution = documented.add_execution(ids.run_test_id, calls=40)
    path = f"/simulate/test-executions/{execution}/"
    assert len(body(ask(documented, path))["results"]) == 25
    execution = observed.add_execution(ids.run_test_id, calls=40)
    path = f"/simulate/test-executions/{execution}/"
    assert len(body(ask(observed, path))["results"]) == 12


def the_mock_knows_statuses() -> None:
    for mock, shown in ((documented, "PAUSED"), (observed, "Paused")):
        execution = mock.add_execution(ids.run_test_id, status="paused")
        call = mock.add_call(execution, status="paused")
        word = shown if mock is documented else "paused"
        assert [row["id"] for row in body(ask(mock, EXECUTIONS, f"status={word}"))["results"]] == [execution]
        assert body(ask(mock, EXECUTIONS, f"status={word}"))["results"][0]["status"] == shown
        assert call in [row["id"] for row in body(ask(mock, CALLS, "status=paused"))["results"]]
    assert ask(documented, EXECUTIONS, "status=SLEEPING").status == 400


def the_mock_filters_by_columns() -> None:
    rows = body(ask(documented, CALLS, "limit=1000"))["results"]
    here = {row["id"] for row in body(ask(documented, DETAIL, "limit=1000"))["results"]}
    rows = [row for row in rows if row["id"] in here and row["ended_reason"]]
    reason = rows[0]["ended_reason"]
    wanted = {row["id"] for row in rows if row["ended_reason"].lower() == reason.lower()}
    found = body(ask(documented, DETAIL, filtered("ended_reason", "text", "equals", reason)))["results"]
    assert wanted and {row["id"] for row in found} == wanted
    least = sorted(row["duration"] for row in rows if row["duration"] is not None)[3]
    found = body(ask(documented, DETAIL, filtered("duration", "number", "less_than", least)))["results"]
    assert found and all(row["duration"] < least for row in found)
    for query in (
        filtered("ended_reason", "number", "equals", 1),
        filtered("duration", "number", "equals", "x"),
    ):
        assert ask(documented, DETAIL, query).status == 400
    assert ask(observed, DETAIL, filtered("ended_reason", "text", "equals", reason)).status == 200


def the_mock_has_routes_and_says_what_to_write() -> None:
    for mock in (documented, observed):
        answer = ask(mock, "/simulate/run-tests/")
        assert answer.status == 501
        assert f"listRunTests in the {mock.profile} profile" in body(answer)["detail"]
        assert f"{mock.profile}.py" in body(answer)["detail"]
        assert ask(mock, f"/simulate/run-tests/{ids.run_test_id}/execute/", method="POST").status == 501
        assert ask(mock, "/simulate/run-tests/", method="DELETE").header("allow") == "GET, HEAD, OPTIONS"
        assert ask(mock, "/agents/", method="DELETE").header("allow") == "GET, HEAD, POST, OPTIONS"
        assert mock.handle(Request("GET", "/simulate/run-tests/")).status == 401
    assert ask(documented, "/simulate/run-tests/", "limit=0").status == 400


def the_client_has_the_parameters() -> None:
    keys = documented.settings()
    options: dict[str, Any] = {
        "api_key": keys.api_key,
        "secret_key": keys.secret_key,
        "base_url": keys.base_url,
    }
    http = httpx.Client(transport=documented.transport())
    with http, Client(**options, http_client=http) as client:
        every = client.list_call_executions(ids.run_test_id).to_list()
        chosen = client.list_call_executions(ids.run_test_id, channel="voice", least_turns=2).to_list()
        assert len(chosen) == len(every)
        assert documented.journal.last.params["least_turns"] == "2"
        listing = client.list_call_executions(ids.run_test_id, status="paused")
        assert [row.status for row in listing] == ["paused"]
        try:
            client.list_call_executions(ids.run_test_id, channel="fax").to_list()
        except ConfigurationError as error:
            assert "fax" in str(error)
        found = client.get_test_execution(
            ids.test_execution_id, filters=[column("duration").greater_than(10)]
        )
        assert all(call.duration and call.duration > 10 for call in found.calls)


def the_contract_knows_them() -> None:
    assert known_parameters(Endpoint.CALL_EXECUTIONS) >= {"channel", "least_turns"}
    assert (default_limit(Endpoint.TEST_EXECUTION), default_limit(Endpoint.TEST_EXECUTION, "observed")) == (
        25,
        12,
    )
    wanted = Filter("ended_reason", "text", "equals", "completed")
    assert wanted.documented
    assert satisfies({"ended_reason": "Completed"}, wanted) is True
    assert satisfies({"ended_reason": "timeout"}, wanted) is False


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = command(list(arguments))
    return code, out.getvalue(), err.getvalue()


def the_command_has_options() -> None:
    assert "paused" in words("list_call_executions", "status")
    assert "paused" in words("list_test_executions", "status")
    with documented.serve() as server:
        os.environ.update(documented.settings(server.base_url).environment())
        code, out, _ = run(
            "calls", ids.run_test_id, "--param", "channel=voice", "--param", "least_turns=2", "--jsonl"
        )
        assert code == 0 and out.count("\n") > 10
        assert documented.journal.last.params["channel"] == "voice"
        assert documented.journal.last.params["least_turns"] == "2"
        code, _, err = run("calls", ids.run_test_id, "--param", "least_turns=x")
        assert code == 2 and "isn't a whole number" in err
        version = ("--agent", ids.agent_id, "--version", ids.version_id)
        code, _, err = run("calls", *version, "--param", "channel=voice")
        assert code == 2 and 'no parameter "channel"' in err
        filters = ("--execution", ids.test_execution_id, "--filter", "duration > 10", "--jsonl")
        code, out, _ = run("calls", *filters)
        assert code == 0 and all(json.loads(line)["duration_s"] > 10 for line in out.splitlines())


if __name__ == "__main__":
    the_mock_takes_and_checks_parameters()
    the_mock_answers_past_the_end()
    the_mock_has_the_defaults()
    the_mock_knows_statuses()
    the_mock_filters_by_columns()
    the_mock_has_routes_and_says_what_to_write()
    the_client_has_the_parameters()
    the_contract_knows_them()
    the_command_has_options()
    print("used")
