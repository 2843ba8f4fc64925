"""`--want` given more than once for an eval: every command takes all of the choices."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Run

TOGETHER = ("--want", "Tone=calm,neutral")
APART = [
    pytest.param(("--want", "Tone=calm", "--want", "Tone=neutral"), id="the same name"),
    pytest.param(("--want", "Tone=calm", "--want", "tone=neutral"), id="another case"),
]


@pytest.mark.parametrize("apart", APART)
@pytest.mark.parametrize(
    "command",
    [
        ("gate", "--min", "Tone=50", "--max-missing", "20%"),
        ("watch", "--min", "Tone=50", "--max-missing", "20%"),
        ("failures",),
    ],
)
def test_a_command_takes_all_wanted_choices_of_an_eval(
    command: tuple[str, ...], apart: tuple[str, ...], run: Run, server: dict[str, str]
) -> None:
    name, *options = command
    together, repeated = (
        run(name, server["FI_TEST_EXECUTION_ID"], *options, *want) for want in (TOGETHER, apart)
    )
    assert (repeated.code, repeated.out) == (together.code, together.out)
    assert repeated.code == 0


@pytest.mark.parametrize("apart", APART)
def test_a_report_takes_all_wanted_choices_of_an_eval(
    apart: tuple[str, ...], run: Run, server: dict[str, str], tmp_path: Path
) -> None:
    pages = []
    for want in (TOGETHER, apart):
        assert run("report", server["FI_TEST_EXECUTION_ID"], "--to", "page.html", *want).code == 0
        pages.append(
            (tmp_path / "page.html").read_text(encoding="utf-8").count("Tone: accepted choices 55.56 %")
        )
    assert pages[0] == pages[1]
    assert pages[0] > 0
