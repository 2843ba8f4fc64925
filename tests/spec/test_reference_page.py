"""The reference page is one file that works without a network."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from futureagi_simulate_contract.document import load, operations

from .conftest import ROOT

SCRIPT = b"export const hydrate = () => {};"


def _page(script: bytes, more: str = "") -> str:
    digest = base64.b64encode(hashlib.sha384(script).digest()).decode()
    link = f'<link rel="modulepreload" href="https://cdn.example.com/a.js" integrity="sha384-{digest}" />'
    return f'{link}<script type="module">import {{ hydrate }} from "https://cdn.example.com/a.js";</script>{more}'


def test_the_script_moves_into_the_page() -> None:
    from tools.reference_page import offline

    page = offline(_page(SCRIPT), SCRIPT)
    assert "cdn.example.com" not in page
    assert base64.b64encode(SCRIPT).decode() in page


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("<p>no script</p>", "asks for no script"),
        (_page(b"another script"), "not the one"),
        (_page(SCRIPT, '<script src="https://cdn.example.com/b.js"></script>'), r"still fetches .*b\.js"),
    ],
)
def test_a_page_that_would_need_a_network_is_refused(page: str, reason: str) -> None:
    from tools.reference_page import PageError, offline

    with pytest.raises(PageError, match=reason):
        offline(page, SCRIPT)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tools.reference_page import render
    from tools.spec_lint import NoNodeError

    if not (ROOT / "spec" / "node_modules").is_dir():
        pytest.skip("the page's builder is not installed: run tools/check_spec.py first")
    path = tmp_path_factory.mktemp("reference") / "reference.html"
    try:
        path.write_text(render(), "utf-8")
    except NoNodeError as error:
        pytest.skip(str(error))
    return path


@pytest.fixture
def browser_page() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("there is no Chromium: install it, or name it in CHROMIUM")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def test_a_browser_shows_the_five_operations_and_fetches_nothing(reference: Path, browser_page: Any) -> None:
    complaints: list[str] = []
    fetched: list[str] = []
    browser_page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    browser_page.on("pageerror", lambda error: complaints.append(str(error)))
    browser_page.on("request", lambda request: fetched.append(request.url))
    browser_page.goto(reference.as_uri())
    browser_page.wait_for_function("document.querySelector('#redoc').textContent.length > 1000")
    browser_page.get_by_text("simulation", exact=True).first.click()
    for _path, operation in operations(load()).values():
        browser_page.get_by_role("link", name=operation["summary"]).first.wait_for(timeout=10_000)
    assert complaints == []
    assert [
        url for url in fetched if url != reference.as_uri() and not url.startswith(("data:", "blob:"))
    ] == []
