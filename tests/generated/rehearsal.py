"""The changes that a maintainer will make, each as a function of the parsed spec, and what comes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Spec = dict[str, Any]


@dataclass(frozen=True)
class Rehearsal:
    """A change, the verdict it must get, and code that has to type-check and run against the new client."""

    edit: Callable[[Spec], None]
    breaking: bool
    verdict: str
    code: str


def _properties(spec: Spec, schema: str) -> Spec:
    properties: Spec = spec["components"]["schemas"][schema]["properties"]
    return properties


def add_facts(spec: Spec) -> None:
    """Add parameters, statuses and columns of filters; change a default and an answer past the end."""
    channel = {"name": "channel", "in": "query", "schema": {"type": "string", "enum": ["voice", "text"]}}
    whole = {"type": "integer", "minimum": 1, "maximum": 50, "default": 1}
    turns = {"name": "least_turns", "in": "query", "schema": whole}
    listing = spec["paths"]["/simulate/run-tests/{run_test_id}/call-executions/"]["get"]
    detail = spec["paths"]["/simulate/test-executions/{test_execution_id}/"]["get"]
    runs = spec["paths"]["/sdk/api/v1/simulation/runs/"]["get"]
    for operation in (listing, detail, runs):
        operation["parameters"] = [*operation["parameters"], channel, turns]
    executions = spec["paths"]["/simulate/run-tests/{run_test_id}/executions/"]["get"]
    executions["x-answers"]["observed"]["past-the-end"] = 404
    schemas = spec["components"]["schemas"]
    for name, word in {
        "CallStatus": "paused",
        "TestExecutionStatus": "paused",
        "TestExecutionStatusFilter": "PAUSED",
        "TestExecutionStatusLabel": "Paused",
    }.items():
        schemas[name]["enum"] = [*schemas[name]["enum"], word]
    columns = schemas["FilterColumn"]
    columns["enum"] = [*columns["enum"], "ended_reason", "duration"]
    columns["x-filter-types"] |= {"ended_reason": "text", "duration": "number"}
    spec["components"]["parameters"]["DetailLimit"]["schema"] |= {
        "default": 25,
        "x-default": {"observed": 12},
    }


def add_field(spec: Spec) -> None:
    _properties(spec, "Column")["width"] = {"type": "integer", "description": "Width in pixels."}


def make_nullable(spec: Spec) -> None:
    field = _properties(spec, "Column")["visible"]
    del field["type"]
    field["anyOf"] = [{"type": "boolean"}, {"type": "null"}]


def rename_field(spec: Spec) -> None:
    fields = _properties(spec, "ToolCall")
    fields["tool"] = fields.pop("name")


def remove_field(spec: Spec) -> None:
    del _properties(spec, "ExplanationCluster")["guidance"]


def add_enum_value(spec: Spec) -> None:
    value = spec["components"]["schemas"]["ColumnType"]
    value["enum"] = [*value["enum"], "formula"]
    value.setdefault("x-provenance", {})["formula"] = "observed"


def add_enum_value_before_its_like(spec: Spec) -> None:
    value = spec["components"]["schemas"]["ColumnType"]
    value["enum"] = ["EVALUATION", *value["enum"]]
    value["x-provenance"] = {"EVALUATION": "observed", **value.get("x-provenance", {})}


def choose_in_another_order(spec: Spec) -> None:
    operation = spec["paths"]["/sdk/api/v1/simulation/runs/"]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    schema["x-chosen-by"] = dict(reversed(schema["x-chosen-by"].items()))


def remove_enum_value(spec: Spec) -> None:
    value = spec["components"]["schemas"]["ColumnType"]
    value["enum"] = [each for each in value["enum"] if each != "tool_evaluation"]


def add_required_parameter(spec: Spec) -> None:
    operation = spec["paths"]["/simulate/run-tests/{run_test_id}/executions/"]["get"]
    parameter = {"name": "team", "in": "query", "required": True, "schema": {"type": "string"}}
    operation["parameters"] = [*operation["parameters"], parameter]


REHEARSALS = {
    "add a field": Rehearsal(
        add_field,
        False,
        "Column.width: field added: int | None",
        """
        from futureagi_simulate_api.models import Column

        column = Column.from_json(b'{"id": "x", "column_name": "X", "visible": true, "width": 3}')
        assert_type(column.width, int | None)
        assert column.width == 3
        """,
    ),
    "make a field nullable": Rehearsal(
        make_nullable,
        True,
        "Column.visible: may be null now: bool | None",
        """
        from futureagi_simulate_api.models import Column

        column = Column.from_json(b'{"id": "x", "column_name": "X", "visible": null}')
        assert_type(column.visible, bool | None)
        assert column.visible is None
        """,
    ),
    "rename a field": Rehearsal(
        rename_field,
        True,
        "ToolCall.name: field renamed to tool",
        """
        from futureagi_simulate_api.models import ToolCall

        assert ToolCall.from_json(b'{"tool": "lookup"}').tool == "lookup"
        """,
    ),
    "remove a field": Rehearsal(
        remove_field,
        True,
        "ExplanationCluster.guidance: field removed",
        """
        from futureagi_simulate_api.models import ExplanationCluster

        cluster = ExplanationCluster.from_json(b'{"guidance": "Be brief."}')
        assert not hasattr(cluster, "guidance")
        assert cluster.raw["guidance"] == "Be brief."
        """,
    ),
    "add an enum value": Rehearsal(
        add_enum_value,
        False,
        "ColumnType: value 'formula' added",
        """
        from futureagi_simulate_api.models import ColumnType

        assert ColumnType("formula") is ColumnType.FORMULA
        """,
    ),
    "remove an enum value": Rehearsal(
        remove_enum_value,
        True,
        "ColumnType: value 'tool_evaluation' removed",
        """
        from futureagi_simulate_api.models import ColumnType

        assert ColumnType("tool_evaluation") not in list(ColumnType)
        """,
    ),
    "add an enum value before one of the same name": Rehearsal(
        add_enum_value_before_its_like,
        True,
        "ColumnType.EVALUATION: means 'EVALUATION' now and meant 'evaluation'",
        """
        from futureagi_simulate_api.models import ColumnType

        assert ColumnType.EVALUATION.value == "EVALUATION"
        assert ColumnType("evaluation") is ColumnType.EVALUATION_2
        """,
    ),
    "choose a model in another order": Rehearsal(
        choose_in_another_order,
        True,
        "get_simulation_runs(): chooses what comes back: "
        "RunsByName for run_test_name, RunsByExecution for execution_id, else RunsByCall",
        """
        from futureagi_simulate_api.api.simulation.get_simulation_runs import _model
        from futureagi_simulate_api.models import RunsByName

        assert _model({"call_execution_id": "a", "run_test_name": "b"}) is RunsByName
        """,
    ),
    "add a required parameter": Rehearsal(
        add_required_parameter,
        True,
        "list_test_executions(team=): required parameter added",
        """
        import httpx

        from futureagi_simulate import Client
        from futureagi_simulate_api.api.simulation import list_test_executions

        ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
        PAGE: dict[str, object] = {"count": 0, "next": None, "previous": None, "results": []}
        teams: list[str] = []


        def answer(request: httpx.Request) -> httpx.Response:
            teams.append(request.url.params["team"])
            return httpx.Response(200, json=PAGE)


        http = httpx.Client(transport=httpx.MockTransport(answer))
        with Client(api_key="a", secret_key="b", base_url="https://x.test", http_client=http) as client:
            client.list_test_executions(ID, team="blue").to_list()
            list_test_executions.sync(ID, client=client, team="blue")
        assert teams == ["blue", "blue"]
        """,
    ),
}
