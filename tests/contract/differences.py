"""Which findings of the drift probe name which of the numbered differences between documents and real server.

A finding is matched by rule, endpoint and a part of its location; for shapes also by kind. A finding that no
line matches is one that isn't among the differences.
"""

from __future__ import annotations

import attrs

from futureagi_simulate_contract.claim import Finding
from futureagi_simulate_contract.exchange import Endpoint

CE, EX, TE = Endpoint.CALL_EXECUTIONS, Endpoint.TEST_EXECUTIONS, Endpoint.TEST_EXECUTION
VC, RN = Endpoint.VERSION_CALL_EXECUTIONS, Endpoint.RUNS


@attrs.frozen
class Line:
    """Findings of `rule` at `endpoint` (None: any) whose location starts with `location` name `numbers`."""

    numbers: tuple[int, ...]
    rule: str
    endpoint: Endpoint | None
    location: str = ""
    kind: str = ""

    def matches(self, finding: Finding) -> bool:
        return (
            finding.rule == self.rule
            and self.endpoint in {None, finding.endpoint}
            and finding.location.startswith(self.location)
            and self.kind in {"", finding.kind.value}
        )


LINES = (
    Line((1,), "shape", CE, "results[].scenario", "type"),
    Line((2,), "shape", CE, "results[].created_at", "missing"),
    Line((3,), "timestamp-is-update", CE),
    Line((4,), "always-empty", CE, "results[].session_id"),
    Line((5,), "phone-as-name", CE),
    Line((6,), "latency-unit", CE),
    Line((7,), "shape", CE, "results[].eval_outputs.{key}"),
    Line((7,), "shape", CE, "results[].eval_metrics.{key}"),
    Line((8,), "shape", CE, "results[", "extra"),
    Line((9,), "shape", CE, "total_pages"),
    Line((9,), "shape", CE, "current_page"),
    Line((10,), "shape", CE, "results[snapshot]", "missing"),
    Line((11,), "shape", CE, "results[snapshot].status", "null"),
    Line((12,), "two-forms-of-evals", CE),
    Line((13,), "snapshot-unit", CE),
    Line((14,), "sometimes-absent", CE),
    Line((15,), "bad-limit", CE, "limit: 0"),
    Line((16,), "endless-next", CE),
    Line((17,), "bad-limit", CE, "limit: -1"),
    Line((18,), "bad-limit", CE, "limit: not a number"),
    Line((20,), "bad-page", CE, "page: 0"),
    Line((20,), "bad-page", CE, "page: -1"),
    Line((21,), "bad-page", CE, "page: not a number"),
    Line((22,), "page-past-the-end", CE),
    Line((23,), "search-wildcard", CE),
    Line((24,), "search-misses", CE, "search: a backslash"),
    Line((25,), "search-fails", CE, "search: a NUL"),
    Line((26,), "status-filter", CE),
    Line((27,), "count-of-pages", CE),
    Line((28,), "short-page", CE),
    Line((29,), "shape", EX, "results[].", "missing"),
    Line((30,), "shape", EX, "", "extra"),
    Line((31,), "joined-scenarios", EX),
    Line((32,), "shape", EX, "results[].status", "casing"),
    Line((33,), "shape", EX, "results[].status", "value"),
    Line((34,), "status-filter", EX),
    Line((35,), "search-fails", EX),
    Line((36,), "page-past-the-end", EX),
    Line((37,), "bad-page", EX, "page: 0"),
    Line((37,), "bad-page", EX, "page: -1"),
    Line((38,), "bad-page", EX, "page: not a number"),
    Line((39,), "bad-limit", EX),
    Line((40,), "zero-for-nothing", EX),
    Line((41,), "casing-of-agent-type", EX),
    Line((42,), "zone-of-times", EX),
    Line((43,), "unknown-id", TE),
    Line((44,), "default-limit", TE),
    Line((45,), "always-empty", TE),
    Line((46,), "shape", TE, "results[].created_at", "missing"),
    Line((47,), "bad-page", TE),
    Line((47,), "bad-limit", TE),
    Line((48,), "unknown-parameter", TE),
    Line((49,), "page-past-the-end", TE),
    Line((50,), "shape", TE, "provider (of a page without items)", "missing"),
    Line((50,), "shape", TE, "agent_type (of a page without items)", "missing"),
    Line((51,), "shape", TE, "provider", "null"),
    Line((52,), "ids-of-columns", TE),
    Line((53,), "shape", TE, "column_order[].type", "missing"),
    Line((53,), "shape", TE, "column_order[].data_type", "missing"),
    Line((54,), "filter-refused", TE, "filters: type list"),
    Line((55,), "filter-refused", TE, "filters: not_in_between"),
    Line((56,), "filter-refused", TE, "filters: in, of another type"),
    Line((57,), "filter-refused", TE, "filters: "),
    Line((58,), "filter-ignored", TE, "filters: call_execution_id"),
    Line((59,), "filter-ignored", TE, "filters: response_time between"),
    Line((60,), "filter-ignored", TE, "filters: scenario in"),
    Line((61,), "filter-ignored", TE, "filters: "),
    Line((63,), "case-of-equals", TE, "filters: scenario"),
    Line((64,), "case-of-equals", TE, "filters: status"),
    Line((65,), "filter-of-another-time", TE),
    Line((66,), "filter-by-day", TE),
    Line((67,), "unknown-column", TE),
    Line((68,), "grouping-fails", TE, "row_groups: scenario"),
    Line((69,), "grouping-fails", TE, "row_groups: another"),
    Line((72,), "shape", VC, "results[].eval_outputs.{key}"),
    Line((70,), "shape", VC, "results[].", "missing"),
    Line((71,), "shape", VC, "", "extra"),
    Line((73,), "page-past-the-end", VC),
    Line((74,), "bad-page", VC),
    Line((75,), "bad-limit", VC),
    Line((76,), "unknown-parameter", VC),
    Line((77,), "text-call-without-transcript", VC),
    Line((78,), "page-past-the-end", RN),
    Line((79,), "bad-page", RN),
    Line((80,), "bad-limit", RN),
    Line((81,), "unknown-parameter", RN),
    Line((83,), "eval-name-case", RN),
    Line((85,), "summary-words", RN),
    Line((88,), "choices-by-text", RN),
    Line((90,), "shape", RN, "result.eval_explanation_summary", "null"),
    Line((93,), "inexact-name", RN),
    Line((97,), "html-error", None, "body of a 404"),
    Line((98,), "html-error", None, "body of a 500"),
    Line((94,), "error-members", None, "body of a 404"),
    Line((95,), "error-members", None, "errors of a 400"),
    Line((99,), "error-type", None),
    Line((101,), "authorization-header", None),
    Line((102,), "leaking-error", None),
    Line((103,), "order-key", CE),
    Line((103,), "order-key", TE),
    Line((103,), "order-key", VC),
    Line((104,), "order-key", EX),
    Line((105,), "unstable-pages", None),
    Line((106,), "address-of-next", None),
)

ALSO_SEEN = (  # of the same server, without a number of their own or with one at another endpoint
    Line((), "shape", TE, "results[].duration", "null"),
    Line((), "shape", TE, "results[].overall_score", "null"),
    Line((), "shape", TE, "results[].eval_outputs.{key}"),
    Line((), "shape", TE, "", "extra"),
    Line((), "shape", RN, "result.call_results.results[].eval_outputs.{key}"),
    Line((), "shape", RN, "result.eval_outputs.{key}"),
    Line((), "timestamp-is-update", TE),
    Line((), "search-wildcard", TE),
    Line((), "sometimes-absent", TE),
    Line((), "shape", RN, "result.eval_explanation_summary.{key}"),
    Line((), "shape", RN, "result.call_results.results[].duration_seconds", "null"),
    Line((), "shape", RN, "result.ended_reason", "null"),
)

NOT_FOUND = {
    19: "the documents name no upper bound either",
    57: "the documents don't say that these pairs mean anything: a refusal departs from nothing",
    62: "the documents name no unit for an eval's score, so neither reading departs from them",
    68: "grouping is never asked for: it makes the server count the calls of all organizations",
    69: "grouping is never asked for",
    77: "the listing of a voice agent's version has no text calls; use the ids of a text agent",
    82: "the documents say that one id is needed, not that two are refused",
    84: "the documents separate names by commas: a name with one can't be asked for there either",
    86: "refusing other words is what the documents' 400 says",
    87: "the documents show an example of Pass/Fail and describe no other entry",
    89: "as 87",
    91: "the documents show one status and list none",
    92: "a name that finds what has the name departs from nothing",
    93: "needs two run tests of one name",
    96: "the documents describe no 401",
    98: "no request of the plan brings it about",
    100: "addresses without the last slash aren't requested: the response would be a redirect",
    105: "the mock's order is stable",
    106: "the mock is asked without a proxy in between",
}


def numbers_of(finding: Finding) -> set[int] | None:
    """Return the numbers that a finding names, empty for one known without a number, None for none."""
    for line in (*LINES, *ALSO_SEEN):
        if line.matches(finding):
            return set(line.numbers)
    return None
