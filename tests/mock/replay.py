"""Ask the observed profile what the real server was asked, and compare the shapes of the answers."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

from futureagi_simulate_mock import Mock
from futureagi_simulate_mock.ids import make_id
from futureagi_simulate_mock.messages import Request, Response

from ..recorded import FOLDER, SECOND, exchanges

AGENT, EMPTY_VERSION, EMPTY_EXECUTION = "4f2b1abf", "7baa64e7", "14acb9b3"
DELETED_EXECUTION, NUMERIC_EXECUTION, NUMERIC_NAME = "c5fa7838", "ad4f5591", 'Rafado "Monuvu" binili'
MIXED_EVAL = "75d9ba9b"  # whose outputs are words and booleans; here one eval has one form
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
KEYS = {"KEY": "api_key", "SECRET": "secret_key"}

# Names that datasets' columns have here and there.
GROUP_WORDS = {"persona", "situation", "outcome", "priority", "vip"}
# What the recorded ids stand for, by the start of the id, and what stands for the same here.
IDS = {
    "0527809d": make_id("run-test", "acme", 0),
    "bbf0c916": make_id("run-test", "acme", 1),
    "66bd65a4": make_id("run-test", "acme", 3),
    "7b2adc7c": make_id("run-test", "acme", 4),
    "f813216e": make_id("test-execution", "acme", 0, 0),
    "9ef575f8": make_id("test-execution", "acme", 0, 1),
    "61d1e61f": make_id("test-execution", "acme", 0, 4),
    "10f0c7e4": make_id("test-execution", "acme", 0, 5),
    "8a09215a": make_id("test-execution", "acme", 0, 6),
    "dc72ff82": make_id("test-execution", "acme", 0, 7),
    "f17d7999": make_id("test-execution", "acme", 0, 8),
    "2c7a07cf": make_id("test-execution", "acme", 0, 9),
    "913966a7": make_id("test-execution", "acme", 1, 0),
    "3f46f640": make_id("test-execution", "acme", 1, 1),
    "cd9e9ac4": make_id("test-execution", "acme", 1, 2),
    "6cd24f54": make_id("test-execution", "acme", 1, 4),
    "d1d9d067": make_id("test-execution", "globex", 0, 0),
    "0ca9ef50": make_id("call-execution", "acme", 0, 0, 0),
    "fec7bfe2": make_id("call-execution", "acme", 0, 0, 1),
    "8690de94": make_id("call-execution", "acme", 0, 0, 2),
    "d5296e4d": make_id("call-execution", "acme", 0, 0, 3),
    "95ced610": make_id("call-execution", "acme", 1, 0, 0),
    "c87e2cf7": make_id("snapshot", make_id("call-execution", "acme", 0, 0, 0), 1),
    "535c3c1a": make_id("call-execution", "none", 0),
    "4f2b1abf": make_id("agent", "acme", 0),
    "8867647c": make_id("agent-version", "acme", 0, 0),
    "90e1c382": make_id("agent-version", "acme", 1, 0),
    "75d9ba9b": make_id("eval", "acme", "Coherence"),
    "827410a0": make_id("eval", "acme", "Resolution score"),
    "ca9fe243": make_id("eval", "acme", "Tone"),
    "1d9cdd40": make_id("scenario", "acme", 0),
    # of the second recording
    "57c46fea": make_id("test-execution", "acme", 0, 0),
    "0f2257fb": make_id("test-execution", "acme", 0, 0),
    "46de6111": make_id("test-execution", "acme", 1, 0),
    "fdfeb1d0": make_id("run-test", "acme", 0),
    "9298b86e": make_id("call-execution", "acme", 1, 0, 0),
    "372f7ca9": make_id("call-execution", "acme", 0, 0, 1),
    "b46558ae": make_id("call-execution", "acme", 0, 0, 2),
    "2efd283a": make_id("call-execution", "acme", 0, 0, 3),
    "39477734": make_id("agent", "acme", 1),
    "42256a6a": make_id("agent-version", "acme", 1, 0),
    "9da11eb3": make_id("agent", "acme", 0),
    "075b289a": make_id("agent-version", "acme", 0, 0),
    "2b69217c": make_id("eval", "acme", "Coherence"),
    "e3ee67e0": make_id("eval", "acme", "Task completed"),
}
SECTIONS = {
    "1 run-tests/call-executions rows": ("CE", ".results[]"),
    "1 run-tests/call-executions snap": ("CE", ".results[]"),
    "2 run-tests/executions rows": ("EX", ".results[]"),
    "3 test-executions top": ("TE", ""),
    "3 test-executions rows": ("TE", ".results[]"),
    "4 version call-executions rows": ("VC", ".results[]"),
    "5a runs by call top": ("RN-call", ".result"),
    "5a runs by call rows": ("RN-call", ".result"),
    "5b runs by execution top": ("RN-execution", ".result"),
    "5b runs by execution rows": ("RN-execution", ".result.call_results.results[]"),
    "5c runs by name rows": ("RN-name", ".result.results[]"),
}
# The endpoints that give evals' outputs as they are stored.
STORED = ("VC", "RN-call", "RN-execution")
TYPES = {"null": "NoneType", "object": "dict"}
# Words of the recorded data that searches, filters and names ask for, and what is like them here.
WORDS = {
    'Filike "Monuvu" ladami kunimo': "Support line regression",
    "Savapi bupibu nosiba": "No executions yet",
    "Dekepi kunimo ladami": "Retired run test",
    "Filike Gusudo": "Billing inquiry",
    "Tesero ritazo (vurazu)": "Appointment to move (résumé review)",
    "(vurazu)": "(résumé review)",
    "Dekepi scenario": "Password reset",
    "姶弗": "urgent",
    "Situation 1": "the customer",
    "Tekano": "Support line regression",
    "2026-03-21T09:00:00": "2026-03-23T17:00:00",
    "2026-03-21T09:10:00": "2026-03-23T17:00:01",
    "2026-03-21T09:30:00": "2026-03-23T17:00:02",
    "0108888": "555",
    "search=vurazu": "search=billing",
    '"filter_value":88}': '"filter_value":100}',
    "search=Filike": "search=Billing",
    "search=filike": "search=billing",
    "search=zotepe": "search=refund",
    "Zupasa, loseru": "Coherence",
    "Kimepi fisigi": "Escalation",
}


def recorded() -> list[dict[str, Any]]:
    """Return the exchanges of both recordings."""
    return [*exchanges(), *exchanges(second=True)]


def kind(exchange: dict[str, Any]) -> str:
    """Return what sort of request an exchange is: its name without its number and page."""
    return re.sub(r"-\d+$", "", exchange["id"].removeprefix(SECOND).partition("-")[2])


def make_mock() -> Mock:
    """Make a mock with what the recorded data had and the demo data have not: an execution to come."""
    mock = Mock("observed", executions=24, calls=920)
    mock.add_execution(IDS["0527809d"], status="pending")
    return mock


def question(mock: Mock, exchange: dict[str, Any]) -> Request:
    """Translate a recorded request to this mock's keys, ids and words."""
    asked = exchange["request"]
    headers = {name.lower(): value for name, value in asked["headers"].items() if value != "none"}
    headers |= {name.lower(): value for name, value in asked.get("extra_headers", {}).items()}
    other = "other_" if "orgB" in asked.get("key_role", "") else ""
    for name, value in headers.items():
        headers[name] = getattr(mock, other + KEYS[value]) if value in KEYS else value
    here = dict(IDS)
    if EMPTY_VERSION in asked["path"]:
        here[AGENT], here[EMPTY_VERSION] = mock.version_of(mock.add_run_test("Never used"))
    if EMPTY_EXECUTION in asked["query"]:
        here[EMPTY_EXECUTION] = mock.add_execution(mock.add_run_test("Begun"), status="pending")

    if DELETED_EXECUTION in asked["path"]:
        here[DELETED_EXECUTION] = mock.add_execution(mock.add_run_test("Tidied"))
        mock.delete_execution(here[DELETED_EXECUTION])
    if NUMERIC_EXECUTION in asked["path"] + asked["query"] or quote(NUMERIC_NAME) in asked["query"]:
        test = mock.add_run_test(NUMERIC_NAME, evals={"Coherence": "Pass/Fail", "Apologies": "numeric"})
        here[NUMERIC_EXECUTION] = mock.add_execution(test)
        mock.add_call(here[NUMERIC_EXECUTION])
    if '"filter_type":"boolean"' in unquote(asked["query"]):
        here[MIXED_EVAL] = make_id("eval", "acme", "Task completed")

    def translate(text: str) -> str:
        return UUID.sub(lambda found: _translated(found[0], here), text)

    path, query = translate(asked["path"]), translate(asked["query"])
    for word, ours in WORDS.items():
        for form in (
            word,
            quote(word),
            quote(word, safe="()"),
            quote(json.dumps(word, ensure_ascii=False)[1:-1]),
        ):
            query = query.replace(form, quote(ours, safe="+=&"))
    return Request(asked["method"], path, query, tuple(headers.items()))


def _translated(text: str, here: dict[str, str]) -> str:
    ours = here.get(text[:8].lower(), text)
    return ours.upper() if text.isupper() else ours


def endpoint(exchange: dict[str, Any]) -> str:
    """Return which endpoint was asked, and for runs in which form."""
    path, query = exchange["request"]["path"], unquote(exchange["request"]["query"])
    if "/runs/" in path:
        return (
            "RN-call"
            if re.search(r"\bcall_execution_id=[^&]", query)
            else "RN-execution"
            if re.search(r"\bexecution_id=[^&]", query)
            else "RN-name"
        )
    if "/run-tests/" in path:
        return "CE" if "call-executions" in path else "EX"
    return "TE" if "/test-executions/" in path else "VC"


def shape(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (path, type) of everything in a body; keys that are data become `*`.

    What evals have put out looks the same wherever it is stored, so the way to it is left out.
    """
    yield re.sub(r"^\.result.*(?=\.eval_outputs\.)", "", path), type(value).__name__
    if isinstance(value, dict):
        for key, part in value.items():
            yield from shape(part, f"{path}.{'*' if _is_data(path, key) else key}")
    elif isinstance(value, list):
        for part in value:
            yield from shape(part, f"{path}[]")


def _is_data(path: str, key: str) -> bool:
    if UUID.fullmatch(key) or path.endswith(
        (".scenario_columns", ".total_choices_avg", ".provider_call_data")
    ):
        return True
    if path.endswith(".eval_explanation_summary"):
        return True
    if path.endswith(".value") and ".scenario_columns." in path:
        return True
    if path == ".results[]" and key.removeprefix("Ideal_").lower() in GROUP_WORDS:
        return True
    if path == ".results[]" and key.startswith("scenario_") and "_dataset_" in key:
        return True
    return path.endswith(".result[].output") and not re.fullmatch(
        r"p\d+|pass|fail|pass_count|fail_count", key
    )


def items(body: Any) -> list[dict[str, Any]]:
    """Return the rows of a body, wherever its form keeps them."""
    result = body.get("result") if isinstance(body, dict) else None
    for holder in (body, result, result.get("call_results") if isinstance(result, dict) else None):
        if isinstance(holder, dict) and isinstance(holder.get("results"), list):
            return list(holder["results"])
    return []


class Known:
    """What was ever seen of each endpoint: types by path, and the key sets of rows."""

    def __init__(self, exchanges: list[dict[str, Any]]) -> None:
        self.types: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self.rows: dict[str, set[frozenset[str]]] = defaultdict(set)
        for exchange in exchanges:
            body = decoded(exchange["response"]["body"])
            if exchange["response"]["status"] == 200 and isinstance(body, dict):
                self.types[endpoint(exchange)] |= set(shape(body))
                self.rows[endpoint(exchange)] |= {row_keys(item) for item in items(body)}
        self._add_counted()
        every = set[tuple[str, str]]().union(*(self.types[form] for form in STORED))
        self.stored = {one for one in every if one[0].startswith(".eval_outputs.")}
        # The stored form of a skipped eval is in neither recording; CE and TE show its null type.
        self.stored.add((".eval_outputs.*.output_type", "NoneType"))

    def _add_counted(self) -> None:
        """Add the types that were counted over more exchanges than were kept."""
        section = ""
        for line in (FOLDER / "shapes.txt").read_text(encoding="utf-8").splitlines():
            if line[:1].strip():
                section = line
                continue
            form, prefix = SECTIONS.get(section, ("", ""))
            name, counted = line[3:].split()[0], re.search(r"\{.*?\}", line)
            for word in re.findall(r"'(\w+)':", counted[0] if form and counted else ""):
                self.types[form].add((f"{prefix}.{name}", TYPES.get(word, word)))


def row_keys(item: dict[str, Any]) -> frozenset[str]:
    """Return a row's keys, those that are data as `*`."""
    return frozenset("*" if _is_data(".results[]", key) else key for key in item)


def decoded(body: Any) -> Any:
    """Return a body as JSON when it is."""
    if not isinstance(body, str | bytes):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return None


def differences(exchange: dict[str, Any], answer: Response, known: Known) -> list[str]:
    """Return how an answer differs in shape from the recorded one."""
    told = exchange["response"]
    if answer.status != told["status"]:
        return [f"status {answer.status}, recorded {told['status']}"]
    want, have = decoded(told["body"]), decoded(answer.body)
    if not isinstance(want, dict):
        return [] if have is None else ["JSON, recorded something else"]
    if not isinstance(have, dict):
        return ["no JSON object"]
    found = _keys("envelope", want, have)
    if isinstance(want.get("result"), dict) and isinstance(have.get("result"), dict):
        found += _keys("result", want["result"], have["result"])
    if answer.status == 200 and exchange["request"]["method"] == "GET":
        form = endpoint(exchange)
        if bool(items(want)) != bool(items(have)):
            found.append(f"{len(items(have))} rows, recorded {len(items(want))}")
        unseen = {row_keys(item) for item in items(have)} - known.rows[form]
        found += sorted(f"a row with keys never seen: {_nearest(keys, known.rows[form])}" for keys in unseen)
        odd = set(shape(have)) - known.types[form] - (known.stored if form in STORED else set())
        found += sorted(f"{path} is {kind}" for path, kind in odd)
    return found


def _keys(what: str, want: dict[str, Any], have: dict[str, Any]) -> list[str]:
    if set(want) == set(have):
        return []
    return [f"{what}: {sorted(set(have) - set(want))} too many, {sorted(set(want) - set(have))} missing"]


def _nearest(keys: frozenset[str], known: set[frozenset[str]]) -> str:
    nearest = min(known, key=lambda one: len(one ^ keys), default=frozenset[str]())
    return f"{sorted(keys - nearest)} too many, {sorted(nearest - keys)} missing"
