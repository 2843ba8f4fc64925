"""The page at `/docs`: the rendered reference where there is one, the contract as tables otherwise."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
import yaml

from futureagi_simulate_mock.pages import contract_text, docs_page, rendered_reference, text_page


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


def test_without_a_reference_the_contract_is_shown_as_tables(tmp_path: Path) -> None:
    assert rendered_reference(tmp_path) is None
    page = docs_page()
    contract = yaml.safe_load(contract_text())
    for methods in contract["paths"].values():
        operation = methods["get"]
        assert f'<h2 id="{operation["operationId"]}">{operation["summary"]}</h2>' in page
    for name, schema in contract["components"]["schemas"].items():
        assert f'id="{name}"' in page
        assert all(f"<code>{field}</code>" in page for field in schema.get("properties", {}))


def test_every_link_within_the_page_leads_somewhere() -> None:
    page = docs_page()
    targets = re.findall(r'href="#([^"]+)"', page)
    assert len(targets) > 50
    assert [name for name in targets if f'id="{name}"' not in page] == []


def test_without_yaml_the_contract_is_shown_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    docs_page.cache_clear()
    try:
        assert docs_page() == text_page()
    finally:
        docs_page.cache_clear()
    assert "listCallExecutions" in text_page()


def test_the_plain_pages_fetch_nothing_from_elsewhere() -> None:
    assert "http" not in text_page().split("<pre>")[0]
    assert re.findall(r'src=|<script|<link|url\(|href="http', docs_page()) == []
