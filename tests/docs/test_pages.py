"""Every example in docs/ and README.md does what the page says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from futureagi_simulate_mock import Mock

from .pages import FENCE, Page, agrees, read_page, run

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
        if example.language in ("console", "served"):
            where = f"{page.path.name}, line {example.line}: $ {example.source}"
            assert agrees(example.expected, printed), (
                f"{where}\n--- shown\n{example.expected}\n--- printed\n{printed}"
            )


def test_every_command_has_its_page() -> None:
    from futureagi_simulate_cli.commands.app import COMMANDS

    missing = [entry.name for entry in COMMANDS if not (ROOT / "docs" / f"{entry.name}.md").exists()]
    assert missing == []


@pytest.mark.parametrize(
    ("shown", "printed", "agreed"),
    [
        ("Wrote ... calls.", "Wrote 52 calls.", True),
        ("Wrote ... calls.", "Wrote 0 calls.", False),
        ("Wrote ... calls.", "Wrote  calls.", False),
        ("... calls", "0 calls", False),
        ("at ...", "at 0:52", True),
        ("a ... c", "a b\nx c", False),
        ("a\n...\nd", "a\nb\nc\nd", True),
        ("a\n...\nd", "a\nd", True),
        ("a\n...\nd", "a\nb", False),
        ("", "error", False),
        ("...", "", True),
    ],
)
def test_what_a_page_leaves_open_is_bounded(shown: str, printed: str, agreed: bool) -> None:
    assert agrees(shown, printed) is agreed


def test_every_block_of_json_is_json() -> None:
    for path in ROOT.glob("docs/*.md"):
        for match in FENCE.finditer(path.read_text(encoding="utf-8")):
            if match["language"] == "json":
                assert json.loads(match["body"]), path.name


def test_every_block_of_code_is_run_but_for_the_installation() -> None:
    not_run = {("README.md", "pip install"), ("howto_vendor.md", "CHECKS")}
    not_run |= {("tutorial.md", "pip install"), ("tutorial.md", "fi-simulate mock --env-file")}
    # tests/engines runs these, where dlt and Spark are installed
    not_run |= {
        ("warehouse.md", "dlt.pipeline"),
        ("spark.md", "spark.read."),
        ("spark.md", "spark.readStream"),
    }
    for path in [*ROOT.glob("docs/**/*.md"), ROOT / "README.md"]:
        for match in FENCE.finditer(path.read_text(encoding="utf-8")):
            if match["rest"].startswith("{") or match["language"] == "text":
                continue  # a directive of the site, or a drawing
            assert match["language"] in ("console", "json", "python", "toml", "yaml"), (
                path.name,
                match["body"],
            )
            if "no-run" in match["rest"]:
                found = {known for known in not_run if known[0] == path.name and known[1] in match["body"]}
                assert found, (path.name, match["body"])
                not_run -= found
    assert not not_run
