"""Answers of the five endpoints as documented."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

import msgspec

from futureagi_simulate_mock.documented import rows
from futureagi_simulate_mock.documented.columns import find_column
from futureagi_simulate_mock.documented.details import column_order
from futureagi_simulate_mock.documented.filters import Known, read_filters
from futureagi_simulate_mock.documented.groups import Groups, read_groups
from futureagi_simulate_mock.documented.listings import (
    ALL,
    calls_of_execution,
    calls_of_run_test,
    calls_of_version,
    executions_of,
    search,
    search_executions,
)
from futureagi_simulate_mock.documented.params import (
    Missing,
    Refused,
    choice,
    cut,
    only,
    page_asked,
    refuse,
    truth,
    uuid_in_path,
    uuid_in_query,
)
from futureagi_simulate_mock.documented.runs import execution_run, explanation
from futureagi_simulate_mock.facts import Call, Execution
from futureagi_simulate_mock.messages import Query, Response, json_response
from futureagi_simulate_mock.paging import envelope
from futureagi_simulate_mock.profile import Endpoint, Organization
from futureagi_simulate_mock.reading import Reader
from futureagi_simulate_mock.rendered import Rendered
from futureagi_simulate_mock.store import Store
from futureagi_simulate_mock.times import to_ms

CALL_STATUSES: Final = ("pending", "queued", "ongoing", "completed", "failed", "analyzing", "cancelled")
_FORMS: Final[dict[str, Callable[[Call], rows.Item]]] = {
    "call": rows.call_item,
    "detail": rows.detail_item,
    "version": rows.version_item,
    "run": rows.run_item,
}


class Documented:
    """The service as its documents describe it; where they are silent, as a careful server would do it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._reader = Reader(store)
        self._rendered = Rendered(self._reader)
        self._answers: dict[Endpoint, Callable[[dict[str, str], Query, int], Response]] = {
            Endpoint.CALL_EXECUTIONS: self._call_executions,
            Endpoint.TEST_EXECUTIONS: self._test_executions,
            Endpoint.TEST_EXECUTION: self._test_execution,
            Endpoint.VERSION_CALL_EXECUTIONS: self._version_call_executions,
            Endpoint.RUNS: self._runs,
        }

    def answer(
        self, endpoint: Endpoint, ids: dict[str, str], query: Query, organization: Organization, now: datetime
    ) -> Response:
        """Answer one question."""
        with self._store.at(to_ms(now)):
            try:
                return self._answers[endpoint](ids, query, organization.number)
            except (Refused, Missing) as answer:
                return answer.response()

    def _calls(self, form: str, numbers: Sequence[int] | array[int]) -> list[bytes]:
        return self._rendered.calls(form, _FORMS[form], numbers)

    def _call_executions(self, ids: dict[str, str], query: Query, organization: int) -> Response:
        test = self._store.catalogue.run_test(organization, uuid_in_path(ids, "run_test_id", "Run test"))
        if test is None:
            raise Missing("Run test")
        only(query, "search", "status", "limit", "page")
        asked = page_asked(query, 10)
        status = choice(query, "status", CALL_STATUSES)
        ranks = calls_of_run_test(
            self._store, test, search(self._store, organization, query.get("search")), status
        )
        part = cut(asked, len(ranks))
        return envelope(part, query, self._calls("call", part.of(ranks)))

    def _test_executions(self, ids: dict[str, str], query: Query, organization: int) -> Response:
        test = self._store.catalogue.run_test(organization, uuid_in_path(ids, "run_test_id", "Run test"))
        if test is None:
            raise Missing("Run test")
        only(query, "search", "status", "limit", "page")
        asked = page_asked(query, 10)
        status = choice(query, "status", tuple(rows.STATUS_GROUPS))
        found = search_executions(self._store, organization, query.get("search"), rows.STATUS_GROUPS)
        ranks = executions_of(self._store, [test], found, rows.STATUS_GROUPS[status] if status else ())
        part = cut(asked, len(ranks))
        items = [
            msgspec.json.encode(
                rows.execution_item(one, self._reader.tally(one.number), self._store.catalogue)
            )
            for one in self._reader.executions(part.of(ranks))
        ]
        return envelope(part, query, items)

    def _test_execution(self, ids: dict[str, str], query: Query, organization: int) -> Response:
        execution = self._reader.execution(
            organization, uuid_in_path(ids, "test_execution_id", "Test execution")
        )
        if execution is None:
            raise Missing("Test execution")
        only(query, "search", "page", "limit", "filters", "row_groups", "group_keys")
        asked = page_asked(query, 30)
        catalogue = self._store.catalogue
        known = Known(
            column=partial(find_column, evals=catalogue.evals_of(execution.run_test)),
            scenarios=lambda: {one.number: one.name for one in catalogue.scenarios.values()},
            outputs=lambda config: [
                value for value, _ in self._reader.eval_counts(execution.number).get(config, [])
            ],
        )
        conditions = read_filters(query.get("filters"), known)
        conditions.append(search(self._store, organization, query.get("search")))
        columns, keys = read_groups(query.get("row_groups"), query.get("group_keys"), known)
        groups = Groups(self._store, execution, known.scenarios())
        if len(keys) < len(columns):
            rows_ = groups.rows(columns, keys, conditions)
            part = cut(asked, len(rows_))
            start = (part.number - 1) * part.size
            items = [msgspec.json.encode(row) for row in rows_[start : start + part.size]]
        else:
            ranks = calls_of_execution(self._store, execution, *conditions, *groups.drill(columns, keys))
            part = cut(asked, len(ranks))
            items = self._calls("detail", part.of(ranks))
        agent = catalogue.agents[catalogue.run_tests[execution.run_test].agent]
        more = {
            "column_order": column_order(execution, catalogue),
            "status": execution.status,
            "error_messages": execution.errors,
            "provider": agent.provider or "",
            "agent_type": agent.channel,
        }
        head = {"total_pages": part.pages, "current_page": part.number}
        return envelope(part, query, items, more, **head)

    def _version_call_executions(self, ids: dict[str, str], query: Query, organization: int) -> Response:
        agent_id = uuid_in_path(ids, "agent_id", "Agent definition")
        version_id = uuid_in_path(ids, "version_id", "Agent version")
        version = self._store.catalogue.version(organization, agent_id, version_id)
        if version is None:
            raise Missing("Agent definition or version")
        only(query, "limit", "page")
        asked = page_asked(query, 10)
        ranks = calls_of_version(self._store, version)
        part = cut(asked, len(ranks))
        return envelope(part, query, self._calls("version", part.of(ranks)))

    def _runs(self, _: dict[str, str], query: Query, organization: int) -> Response:
        only(
            query,
            "run_test_name",
            "execution_id",
            "call_execution_id",
            "eval_name",
            "summary",
            "page",
            "limit",
        )
        call_id = uuid_in_query(query, "call_execution_id")
        execution_id = uuid_in_query(query, "execution_id")
        name = query.get("run_test_name")
        asked = page_asked(query, 10)
        summary = truth(query, "summary")
        names = _names(query.get("eval_name"))
        if call_id is not None:
            return self._run_of_call(organization, call_id, names)
        if execution_id is not None:
            execution = self._reader.execution(organization, execution_id)
            if execution is None:
                raise Missing("Test execution")
            return self._run_of_execution(execution, asked, names, summary=summary)
        if not name:
            reason = "One of run_test_name, execution_id and call_execution_id is required."
            raise refuse("non_field_errors", reason)
        tests = self._store.catalogue.run_tests_named(organization, name)
        if not tests:
            raise Missing("Run test")
        ranks = executions_of(self._store, tests, ALL)
        part = cut(asked, len(ranks))
        found = [execution_run(self._reader, one, names) for one in self._reader.executions(part.of(ranks))]
        return _result(
            {"total_pages": part.pages, "current_page": part.number, "count": part.count, "results": found}
        )

    def _run_of_call(self, organization: int, call_id: str, names: frozenset[str] | None) -> Response:
        number = self._reader.call_number(organization, call_id)
        if number is None:
            raise Missing("Call execution")
        (call,) = self._reader.calls([number])
        (execution,) = self._reader.executions([call.execution])
        return _result(_only_named(rows.call_run(call, execution.id), names))

    def _run_of_execution(
        self, execution: Execution, asked: tuple[int, int], names: frozenset[str] | None, *, summary: bool
    ) -> Response:
        ranks = calls_of_execution(self._store, execution)
        part = cut(asked, len(ranks))
        if names is None:
            items: list[Any] = [msgspec.Raw(item) for item in self._calls("run", part.of(ranks))]
        else:
            items = [_only_named(rows.run_item(call), names) for call in self._reader.calls(part.of(ranks))]
        result = execution_run(self._reader, execution, names)
        result["call_results"] = {
            "total_pages": part.pages,
            "current_page": part.number,
            "count": part.count,
            "results": items,
        }
        return _result(result | explanation(self._reader, execution, names) if summary else result)


def _result(result: rows.Item) -> Response:
    return json_response({"status": True, "result": result})


def _names(text: str | None) -> frozenset[str] | None:
    """Read eval names separated by commas; they are compared in any case."""
    names = frozenset(name.strip().casefold() for name in (text or "").split(",") if name.strip())
    return names or None


def _only_named(item: rows.Item, names: frozenset[str] | None) -> rows.Item:
    if names is not None:
        outputs = item["eval_outputs"]
        item["eval_outputs"] = {key: out for key, out in outputs.items() if out["name"].casefold() in names}
    return item
