"""Every example in docs/ and README.md does what the page says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from futureagi_simulate.mock import Mock

from .pages import Page, agrees, read_page, run

ROOT = Path(__file__).parents[2]
PAGES = [read_page(path) for path in sorted([*ROOT.glob("docs/*.md"), ROOT / "README.md"])]


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    with Mock() as mock, mock.serve() as server:
        yield {**mock.settings(server.base_url).environment(), "NO_COLOR": "1"}


@pytest.mark.parametrize("page", [pytest.param(page, id=page.path.name) for page in PAGES if page.examples])
def test_the_examples_print_what_the_page_shows(
    page: Page, tmp_path: Path, environment: dict[str, str]
) -> None:
    for example in page.examples:
        printed = run(example, tmp_path, environment)
        if example.language == "console":
            where = f"{page.path.name}, line {example.line}: $ {example.source}"
            assert agrees(example.expected, printed), (
                f"{where}\n--- shown\n{example.expected}\n--- printed\n{printed}"
            )


def test_every_command_has_its_page() -> None:
    from futureagi_simulate.cli.table import COMMANDS

    missing = [entry.name for entry in COMMANDS if not (ROOT / "docs" / f"{entry.name}.md").exists()]
    assert missing == []
