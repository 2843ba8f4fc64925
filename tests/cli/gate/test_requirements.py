"""What is required: by default, with a baseline, for a name beside all; of choices, of starts; as values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate_cli.gate import Settings, Verdict, evaluate, gate
from futureagi_simulate_cli.gate.render import as_json

from ..conftest import Run
from .samples import choices, execution, rate, template


def test_a_baseline_alone_asks_only_that_nothing_is_worse() -> None:
    low = execution(rate("Coherence", 10, 10))
    assert not evaluate(low).ready
    verdict = evaluate(low, None, execution(rate("Coherence", 11, 9)))
    assert verdict.ready
    assert [check.kind for check in verdict.checks] == ["status", "baseline"]
    assert as_json(verdict)["settings"]["min"] == []
    assert not evaluate(low, None, execution(rate("Coherence", 20, 0))).ready
    assert not evaluate(low, Settings.of(["*>90"]), execution(rate("Coherence", 11, 9))).ready


def test_a_named_threshold_overrides_that_for_every_eval() -> None:
    found = execution(rate("Coherence", 19, 1), rate("Tone", 12, 8))
    assert not evaluate(found, Settings.of(["*=90"])).ready
    for given in (["*=90", "Tone=50"], ["tone=50", "*=90"]):
        verdict = evaluate(found, Settings.of(given))
        assert verdict.ready
        assert len([check for check in verdict.checks if check.subject == "Tone"]) == 1
    assert not evaluate(found, Settings.of(["*=50", "Tone=90"])).ready


def test_a_named_part_leaves_its_template_to_the_rule_for_every_eval() -> None:
    found = execution(template("Quality", rate("One", 10, 10), rate("Two", 10, 10)))
    assert not evaluate(found, Settings.of(["*=90", "One=50"])).ready


def judged(accepted: str, total: int) -> Verdict:
    tone = execution(choices("Tone", {"calm": 60.0, "neutral": 40.0}, total))
    return evaluate(tone, Settings.of(["Tone=10"], [f"Tone={accepted}"]))


def test_a_choice_that_no_answer_has_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(ConfigurationError) as caught:
        judged("calm,serene", 40)
    assert caught.value.problem == 'No answer of Tone is "serene".'
    assert "calm, neutral" in str(caught.value.remedy)
    with pytest.raises(ConfigurationError):
        judged("calm,neutrl", 10)


def test_of_few_answers_a_choice_that_none_has_is_noted() -> None:
    assert 'No answer of Tone is "serene"; it answered: calm, neutral.' in judged("calm,serene", 10).notes
    assert judged("CALM,neutral", 40).ready


def test_a_choice_that_only_the_baseline_has_is_known() -> None:
    now = execution(choices("Tone", {"calm": 100.0}, 40))
    before = execution(choices("Tone", {"calm": 50.0, "neutral": 50.0}, 40))
    settings = Settings.of(["Tone=10"], ["Tone=calm,neutral"])
    assert evaluate(now, settings, before).ready
    with pytest.raises(ConfigurationError):
        evaluate(now, settings)


def test_a_check_has_its_numbers_as_values() -> None:
    verdict = evaluate(
        execution(rate("Coherence", 31, 14), failed_calls=2), Settings.of(["Coherence>90"], max_failed=1)
    )
    checks: list[Any] = as_json(verdict)["checks"]
    by_kind = {check["kind"]: check for check in checks}
    values = {
        key: by_kind["threshold"][key]
        for key in ("result", "actual", "operator", "required", "hits", "total")
    }
    assert values == {
        "result": "FAIL",
        "actual": 68.89,
        "operator": ">",
        "required": 90,
        "hits": 31,
        "total": 45,
    }
    assert by_kind["threshold"]["interval_95"] == [54.34, 80.47]
    failed = by_kind["failed calls"]
    assert (failed["actual"], failed["operator"], failed["required"]) == (2, "<=", 1)
    assert by_kind["status"]["result"] == "PASS"


def test_the_function_takes_a_run_test(server: dict[str, str]) -> None:
    named = gate(run_test=server["FI_RUN_TEST_NAME"], min=60, max_missing="100%")
    assert named.execution.id == server["FI_TEST_EXECUTION_ID"]
    by_id = gate(run_test=server["FI_RUN_TEST_ID"], baseline="previous", max_missing="100%")
    assert by_id.comparison is not None
    assert str(by_id.comparison.baseline.id).startswith("199082b8")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"execution_id": "11111111-1111-4111-8111-111111111111", "run_test": "x"},
        {"execution_id": "11111111-1111-4111-8111-111111111111", "max_age": "2h"},
        {"run_test": "x", "max_age": "2h", "started_after": "1h"},
        {"run_test": "x", "max_age": "soon"},
    ],
)
def test_the_function_refuses_what_names_no_one_execution(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        gate(**wrong)  # type: ignore[arg-type]


def test_an_execution_that_is_too_old_is_not_judged(run: Run, server: dict[str, str], tmp_path: Path) -> None:
    named = ("gate", "--run-test", server["FI_RUN_TEST_NAME"], "--min", "1", "--max-missing", "100%")
    assert run(*named, "--max-age", "2h").code == 2
    assert run(*named, "--max-age", "200000h").code == 0
    assert run(*named, "--max-age", "2h", "--started-after", "2h").code == 2
    (tmp_path / "pyproject.toml").write_text('[tool.fi-simulate.gate]\nmax-age = "2h"\n', encoding="utf-8")
    ran = run(*named)
    assert (ran.code, ran.out) == (2, "")
    assert "has no finished execution that started at" in ran.err
    assert run(*named, "--started-after", "2020-01-01").code == 0


def test_the_verdict_is_written_as_markdown_and_html(
    run: Run, server: dict[str, str], tmp_path: Path
) -> None:
    ran = run(
        "gate",
        server["FI_TEST_EXECUTION_ID"],
        "--min",
        "Coherence=90",
        "--markdown",
        "v.md",
        "--html",
        "v.html",
    )
    assert ran.code == 1
    sentence = ran.out.splitlines()[-1]
    assert "68.89 % (31/45)" in sentence
    assert "68.89 % (31/45)" in (tmp_path / "v.md").read_text(encoding="utf-8")
    assert "68.89" in (tmp_path / "v.html").read_text(encoding="utf-8")
    ran = run("gate", server["FI_TEST_EXECUTION_ID"], "--html", "no/such/folder/v.html")
    assert (ran.code, ran.out) == (2, "")


def test_the_fixture_takes_a_run_test_or_its_setting(
    server: dict[str, str],
    simulation_gate: Callable[..., Verdict],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    table = {"min": 60, "max_missing": "100%", "run_test": server["FI_RUN_TEST_NAME"]}
    monkeypatch.setattr(
        "futureagi_simulate_cli.gate.settings.find_table", lambda _: (tmp_path / "pyproject.toml", table)
    )
    assert simulation_gate().execution.id == server["FI_TEST_EXECUTION_ID"]
    verdict = simulation_gate(run_test=server["FI_RUN_TEST_ID"], baseline="previous")
    assert verdict.comparison is not None
    assert simulation_gate(server["FI_TEST_EXECUTION_ID"]).ready
    with pytest.raises(ConfigurationError, match="no finished execution"):
        simulation_gate(max_age="1h")
