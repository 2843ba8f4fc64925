"""What `breakages.py` breaks: five places each of the client, the templates and the contract."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

_CORE: Final = "overrides/futureagi_simulate"
_TEMPLATES: Final = "generator-templates"


@dataclass(frozen=True)
class Breakage:
    """One defect: in `file`, `old`, which is there once, becomes `new`.

    Then `command`, a module or a script with its arguments, fails, and its output holds `names`: for pytest,
    the test that failed. With `regenerate`, generated/ is written anew before.
    """

    name: str
    file: str
    old: str
    new: str
    command: str
    names: str
    regenerate: bool = False

    @property
    def said(self) -> str:
        """Return what the output has to hold."""
        return f"FAILED {self.names}" if self.command.startswith("pytest ") else self.names

    def anchor_fault(self, root: Path) -> str | None:
        """Say why it can't be made in the checkout at `root`, None if it can."""
        path = root / self.file
        found = path.read_text(encoding="utf-8").count(self.old) if path.is_file() else 0
        return None if found == 1 else f"its anchor is {found} times in {self.file}, not once: {self.old!r}"

    def make(self, root: Path) -> None:
        """Break the checkout at `root`."""
        path = root / self.file
        path.write_text(path.read_text(encoding="utf-8").replace(self.old, self.new), encoding="utf-8")


CLIENT: Final = (
    Breakage(
        "the cap on what a server may ask to wait is gone",
        f"{_CORE}/retry.py",
        "return min(asked, self.retry_after_cap)",
        "return asked",
        "pytest tests/client/test_retry.py",
        "tests/client/test_retry.py::test_what_the_server_asks_for_is_waited_up_to_the_cap",
    ),
    Breakage(
        "a redirect to another origin is followed",
        f"{_CORE}/options.py",
        "if not self.owns(target):",
        "if not target:",
        "pytest tests/client/test_redirects.py",
        "tests/client/test_redirects.py::test_a_redirect_to_another_origin_is_refused_by_name",
    ),
    Breakage(
        "a last page that isn't full is forgotten",
        f"{_CORE}/pagination.py",
        "return max(1, -(-count // size))",
        "return max(1, count // size)",
        "pytest tests/client/test_planner.py",
        "tests/client/test_planner.py::test_the_first_page_tells_where_the_end_is",
    ),
    Breakage(
        "rows that came while reading count as seen before",
        f"{_CORE}/exact.py",
        "if seen >> 4 < number <= seen & 15",
        "if seen >> 4 <= number <= seen & 15",
        "pytest tests/client/test_exact_proof.py",
        "tests/client/test_exact_proof.py::"
        "test_a_table_is_complete_when_as_many_ids_as_were_counted_were_seen_before_and_after",
    ),
    Breakage(
        "an odd value is dropped",
        f"{_CORE}/answers/mend.py",
        "return _read_anyhow(data)",
        "return None",
        "pytest tests/client/test_tolerance.py",
        "tests/client/test_tolerance.py::test_an_odd_value_is_kept_and_told_with_its_path",
    ),
)

TEMPLATES: Final = (
    Breakage(
        "a model keeps other bytes than it came from",
        f"{_TEMPLATES}/types.py.jinja",
        '"_raw_json", bytes(data))',
        '"_raw_json", bytes(data).strip(b"}"))',
        "pytest tests/generated/test_models.py",
        "tests/generated/test_models.py::test_a_model_keeps_the_bytes_it_came_from_and_what_the_spec_does_not_know",
        regenerate=True,
    ),
    Breakage(
        "a word that the contract doesn't know is refused",
        f"{_TEMPLATES}/types.py.jinja",
        "if not isinstance(value, str):",
        "if True:",
        "pytest tests/generated/test_models.py",
        "tests/generated/test_models.py::test_an_unknown_enum_value_is_kept",
        regenerate=True,
    ),
    Breakage(
        "an id can lead to another path",
        f"{_TEMPLATES}/endpoint_module.py.jinja",
        ", safe='')",
        ", safe='/?')",
        "pytest tests/generated/test_low_level_functions.py",
        "tests/generated/test_low_level_functions.py::test_an_id_cannot_leave_its_place_in_the_path",
        regenerate=True,
    ),
    Breakage(
        "keys go wherever a redirect leads",
        f"{_TEMPLATES}/client.py.jinja",
        "if _origin(request.url) == _origin(httpx.URL(self.base_url)):",
        "if _origin(request.url):",
        "pytest tests/generated/test_keys_stay_home.py",
        "tests/generated/test_keys_stay_home.py::test_a_followed_redirect_to_another_origin_carries_no_key",
        regenerate=True,
    ),
    Breakage(
        "types don't say what may be null",
        f"{_TEMPLATES}/python_type.jinja",
        """ %} | None{% endfor -%}""",
        """ %}{% endfor -%}""",
        "mypy --no-incremental generated/futureagi_simulate_api tests/typing",
        'Expression is of type "float", not "float | None"',
        regenerate=True,
    ),
)

SPEC: Final = (
    Breakage(
        "a cost is a text",
        "openapi.yaml",
        """          description: Cost of the call in cents.
          anyOf: [{type: integer,""",
        """          description: Cost of the call in cents.
          anyOf: [{type: string,""",
        "tools/check_spec.py --no-lint",
        "by-call: not valid in the documented view: $.result.cost.total_cost_cents",
    ),
    Breakage(
        "a status is missing",
        "openapi.yaml",
        "enum: [pending, queued, ongoing, completed, failed, analyzing, cancelled]",
        "enum: [pending, queued, ongoing, completed, failed, cancelled]",
        "tools/check_spec.py --no-lint",
        "#/components/schemas/CallStatus: x-provenance",
    ),
    Breakage(
        "a reference leads nowhere",
        "openapi.yaml",
        "$ref: '#/components/responses/BadRunsRequest'",
        "$ref: '#/components/responses/BadRunRequest'",
        "tools/check_spec.py --no-lint",
        "nothing stands at /components/responses/BadRunRequest",
    ),
    Breakage(
        "a parameter has another name",
        "openapi.yaml",
        """    Limit:
      name: limit
""",
        """    Limit:
      name: page_size
""",
        "pytest tests/spec/test_documented.py",
        "tests/spec/test_documented.py::test_every_documented_parameter_is_there_and_no_other[listCallExecutions]",
    ),
    Breakage(
        "a key goes by another header",
        "openapi.yaml",
        "name: X-Secret-Key",
        "name: X-Secret",
        "pytest tests/generated/test_keys_stay_home.py",
        "tests/generated/test_keys_stay_home.py::test_both_keys_are_sent_as_the_spec_names_them",
    ),
)

BREAKAGES: Final = (*CLIENT, *TEMPLATES, *SPEC)
