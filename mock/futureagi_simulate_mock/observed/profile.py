"""Answers of the five endpoints as the real server was seen to give them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from futureagi_simulate_mock.documented.listings import (
    ALL,
    Clause,
    calls_of_execution,
    calls_of_version,
    executions_of,
)
from futureagi_simulate_mock.facts import Call, Execution, RunTest
from futureagi_simulate_mock.messages import Query, Response, json_response
from futureagi_simulate_mock.observed import runs
from futureagi_simulate_mock.observed.answers import (
    Answered,
    crashed,
    crashed_page,
    invalid_page,
    missing,
    no_such_format,
)
from futureagi_simulate_mock.observed.columns import column_order
from futureagi_simulate_mock.observed.context import Surroundings
from futureagi_simulate_mock.observed.execution_rows import execution_row
from futureagi_simulate_mock.observed.filters import apply_filters, read_filters
from futureagi_simulate_mock.observed.groups import group_rows, read_groups
from futureagi_simulate_mock.observed.paging import (
    Page,
    lenient_size,
    page_by_framework,
    page_by_hand,
    sorted_link,
    whole,
)
from futureagi_simulate_mock.observed.params import as_uuid, check_detail, check_runs, is_true
from futureagi_simulate_mock.observed.rows import detail_row, listing_row
from futureagi_simulate_mock.observed.search import calls_like, scenarios_like
from futureagi_simulate_mock.observed.snapshots import snapshot_entry, snapshot_row
from futureagi_simulate_mock.observed.version_rows import version_row
from futureagi_simulate_mock.profile import Endpoint, Organization
from futureagi_simulate_mock.reading import Reader
from futureagi_simulate_mock.rendered import Rendered
from futureagi_simulate_mock.store import Store
from futureagi_simulate_mock.times import to_ms

_HUGE: Final = 2**63
_CALLS: Final = "Failed to retrieve call executions: "
_EXECUTIONS: Final = "Failed to retrieve test executions: "
_EXECUTION: Final = "Failed to retrieve test execution: "


class Observed:
    """The service as it was seen, with its leaks closed: no organization sees another's rows."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._catalogue = store.catalogue
        self._reader = Reader(store)
        self._rendered = Rendered(self._reader)
        self._around = Surroundings(self._reader)
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
                if query.get("format") not in (None, "json"):
                    raise no_such_format()
                return self._answers[endpoint](ids, query, organization.number)
            except Answered as end:
                return end.response

    # run-tests/{run_test_id}/call-executions/

    def _call_executions(self, ids: dict[str, str], query: Query, organization: int) -> Response:
        test = self._run_test(ids, organization)
        number, size = self._whole(query, "page", 1), self._whole(query, "limit", 10)
        search = query.get("search") or ""
        if "\0" in search or "\0" in (query.get("status") or ""):
            raise crashed(f"{_CALLS}A string literal cannot contain NUL (0x00) characters.")
        clause = calls_like(self._catalogue, organization, search)
        ranks = self._ranks_of_run_test(test, clause, query.get("status"), odd=number % 2 == 1)
        if number < 1 or size < 0 or max(number, size) >= _HUGE:
            raise crashed(f"{_CALLS}Negative indexing is not supported.")
        page = page_by_hand(query, number, size, len(ranks))
        shown = self._not_deleted(page.of(ranks))
        return page.envelope(self._rendered.calls("listing", self._listing_row, shown))

    def _run_test(self, ids: dict[str, str], organization: int) -> RunTest:
        test = self._catalogue.run_test(organization, ids["run_test_id"])
        if test is None:
            raise missing("Run test not found")
        return test

    @staticmethod
    def _whole(query: Query, name: str, default: int) -> int:
        text = query.get(name)
        if text is None:
            return default
        number = whole(text)
        if number is None:
            raise crashed(f"{_CALLS}invalid literal for int() with base 10: {text[:200]!r}")
        return number

    def _ranks_of_run_test(
        self, test: RunTest, clause: Clause, status: str | None, *, odd: bool
    ) -> array[int]:
        """Rank calls and snapshots, deleted ones too, last update first; equal times swap at each page."""
        where, values = clause
        if status:
            where, values = f"{where} AND status = ?", (*values, status)
        sql = (
            f"SELECT number FROM call WHERE run_test = ? AND {where} "  # noqa: S608 - no values
            f"ORDER BY updated_at DESC, number {'DESC' if odd else 'ASC'}"
        )
        return self._store.ranks(sql, (test.number, *values))

    def _not_deleted(self, numbers: array[int]) -> list[int]:
        rows = self._store.rows_of("SELECT number FROM call WHERE deleted = 1 AND number IN ({})", numbers)
        deleted = {row[0] for row in rows}
        return [number for number in numbers if number not in deleted]

    def _listing_row(self, call: Call) -> dict[str, Any]:
        around = self._around.of(call)
        if call.original is None:
            return listing_row(call, around)
        ((original_id,),) = self._store.rows("SELECT id FROM call WHERE number = ?", (call.original,))
        return snapshot_row(call, original_id, around)

    # run-tests/{run_test_id}/executions/

    def _test_executions(self, ids: dict[str, str], query: Query, organization: int) -> Response:
        test = self._run_test(ids, organization)
        search = (query.get("search") or "").strip()
        where: list[str] = ["1"]
        values: list[Any] = []
        if "\0" in search:
            raise crashed_page()
        if search:
            if scenarios_like(self._catalogue, organization, search):
                raise crashed(f"{_EXECUTIONS}agent_definition is both deferred and traversed")
            where.append("status LIKE ?")
            values.append("\0" if "\\" in search else f"%{search}%")
        if status := query.get("status"):
            where.append("status = ?")
            values.append(status)
        ranks = executions_of(self._store, [test], (" AND ".join(where), tuple(values)))
        page = page_by_framework(
            query, lenient_size(query), len(ranks), crashed(f"{_EXECUTIONS}Invalid page.")
        )
        return page.envelope(
            [
                msgspec.json.encode(execution_row(one, self._reader.tally(one.number), self._catalogue))
                for one in self._reader.executions(page.of(ranks))
            ]
        )

    # test-executions/{test_execution_id}/

    def _test_execution(self, ids: dict[str, str], query: Query, organization: int) -> Response:
        check_detail(query)
        filters = read_filters(query.get("filters"))
        execution = self._reader.execution(organization, ids["test_execution_id"])
        if execution is None:
            raise crashed(f"{_EXECUTION}No TestExecution matches the given query.")
        columns = column_order(execution, self._catalogue)
        number = int(query.get("page") or 1)
        group = read_groups(query.get("row_groups"))
        if group is not None:
            return self._groups(organization, group, columns, number, int(query.get("limit") or 30))
        applied = apply_filters(filters, self._catalogue, self._catalogue.evals_of(execution.run_test))
        clause = calls_like(self._catalogue, organization, query.get("search"))
        ranks = calls_of_execution(self._store, execution, *applied.clauses, clause)
        more = {
            "column_order": columns,
            "error_messages": applied.messages,
            "status": execution.status,
        }
        size = int(query.get("limit") or 10)
        pages = max(1, -(-len(ranks) // size))
        if number > pages:
            past = Page(number, size, len(ranks), max(1, -(-len(ranks) // 30)))
            return past.envelope([], more)
        following = sorted_link(query, number + 1) if number < pages else None
        before = sorted_link(query, number - 1) if number > 1 else None
        page = Page(number, size, len(ranks), pages, following, before)
        agent = self._around.of_execution(execution.number).agent
        more |= {"provider": agent.provider, "agent_type": agent.channel}
        return page.envelope(self._details(page.of(ranks)), more)

    def _details(self, numbers: Sequence[int] | array[int]) -> list[bytes]:
        rows = self._store.rows_of(
            "SELECT original, number FROM call WHERE original IN ({}) ORDER BY updated_at DESC", numbers
        )
        kept: dict[int, list[int]] = {}
        for original, number in rows:
            kept.setdefault(original, []).append(number)

        def row(call: Call) -> dict[str, Any]:
            snapshots = self._rendered.calls("snapshot", snapshot_entry, kept.get(call.number, []))
            return detail_row(call, self._around.of(call), [msgspec.Raw(one) for one in snapshots])

        return self._rendered.calls("detail", row, numbers)

    def _groups(
        self, organization: int, column: str, columns: list[dict[str, Any]], number: int, size: int
    ) -> Response:
        rows = group_rows(self._store, organization, column, columns)
        pages = max(1, -(-len(rows) // size))
        following = f"?page={number + 1}" if number < pages else None
        before = f"?page={min(number - 1, pages)}" if number > 1 else None
        page = Page(number, size, len(rows), pages, following, before)
        part = rows[(number - 1) * size : number * size]
        more = {"column_order": columns, "error_messages": []}
        return page.envelope([msgspec.json.encode(row) for row in part], more)

    # agent-definitions/{agent_id}/versions/{version_id}/call-executions/

    def _version_call_executions(self, ids: dict[str, str], query: Query, organization: int) -> Response:
        version = self._catalogue.version(organization, ids["agent_id"], ids["version_id"])
        if version is None:
            raise missing("Agent version not found.")
        ranks = calls_of_version(self._store, version)
        page = page_by_framework(query, lenient_size(query), len(ranks), invalid_page())
        provider = self._catalogue.agents[version.agent].provider

        def row(call: Call) -> dict[str, Any]:
            return version_row(call, version.id, provider)

        return page.envelope(self._rendered.calls("version", row, page.of(ranks)))

    # sdk/api/v1/simulation/runs/

    def _runs(self, _: dict[str, str], query: Query, organization: int) -> Response:
        check_runs(query)
        names = runs.Names.read(query.get("eval_name"))
        if call_id := query.get("call_execution_id"):
            return self._run_of_call(organization, as_uuid(call_id) or "", names)
        if execution_id := query.get("execution_id"):
            execution = self._reader.execution(organization, as_uuid(execution_id) or "")
            if execution is None:
                raise missing("Test execution not found.")
            return self._run_of_execution(execution, query, names)
        tests = self._catalogue.run_tests_named(organization, query.get("run_test_name") or "")
        if not tests:
            raise missing("Run test not found.")
        ranks = executions_of(self._store, tests, ALL)
        page = self._run_page(query, len(ranks))
        found = self._reader.executions(page.of(ranks))
        head = {"total_pages": page.pages, "current_page": page.number, "count": page.count}
        return _result(head | {"results": [runs.execution_result(self._reader, one, names) for one in found]})

    def _run_page(self, query: Query, count: int) -> Page:
        asked = Query(query.url, tuple(pair for pair in query.pairs if pair != ("page", "")))
        failed = crashed("The simulation runs can't be fetched.")
        if asked.get("page") == "last":
            raise failed
        return page_by_framework(asked, lenient_size(query), count, failed)

    def _run_of_call(self, organization: int, call_id: str, names: runs.Names) -> Response:
        number = self._reader.call_number(organization, call_id)
        if number is None:
            raise missing("Call execution not found.")
        (call,) = self._reader.calls([number])
        return _result(runs.call_result(call, self._around.of(call).execution.id, names))

    def _run_of_execution(self, execution: Execution, query: Query, names: runs.Names) -> Response:
        ranks = calls_of_execution(self._store, execution)
        page = self._run_page(query, len(ranks))
        calls = self._reader.calls(page.of(ranks))
        result = runs.execution_result(self._reader, execution, names)
        result["call_results"] = {
            "total_pages": page.pages,
            "current_page": page.number,
            "count": page.count,
            "results": [runs.call_entry(call, names) for call in calls],
        }
        if is_true(query.get("summary")):
            result |= runs.summary(self._reader, execution)
        return _result(result)


def _result(result: dict[str, Any]) -> Response:
    return json_response({"status": True, "result": result})
