"""The page at `/docs`: the rendered reference where there is one, the contract's text otherwise."""

from __future__ import annotations

import os
from pathlib import Path

from futureagi_simulate_mock.pages import docs_page, rendered_reference


def make_checkout(root: Path, *, page_is_older: bool) -> Path:
    (root / "build").mkdir()
    (root / "openapi.yaml").write_text("openapi: 3.1.0")
    page = root / "build" / "reference.html"
    page.write_text("<title>Reference</title>", "utf-8")
    os.utime(page, (1, 1) if page_is_older else None)
    return root


def test_the_rendered_reference_is_served_when_it_is_there(tmp_path: Path) -> None:
    assert rendered_reference(make_checkout(tmp_path, page_is_older=False)) == "<title>Reference</title>"


def test_a_reference_older_than_an_example_is_not_served(tmp_path: Path) -> None:
    root = make_checkout(tmp_path, page_is_older=False)
    (root / "spec" / "examples").mkdir(parents=True)
    example = root / "spec" / "examples" / "A.yaml"
    example.write_text("value: 1")
    later = (root / "build" / "reference.html").stat().st_mtime + 1
    os.utime(example, (later, later))
    assert rendered_reference(root) is None


def test_a_reference_older_than_the_contract_is_not_served(tmp_path: Path) -> None:
    assert rendered_reference(make_checkout(tmp_path, page_is_older=True)) is None


def test_without_a_reference_the_contract_is_shown_as_text(tmp_path: Path) -> None:
    assert rendered_reference(tmp_path) is None
    assert "listCallExecutions" in docs_page()


def test_the_plain_page_fetches_nothing_from_elsewhere() -> None:
    assert "http" not in docs_page().split("<pre>")[0]
