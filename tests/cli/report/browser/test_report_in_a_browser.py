"""The report as a person meets it, in headless Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from futureagi_simulate_cli.report import build_page

from ..material import make_material

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: install it, or name it in CHROMIUM")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield started
        started.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(build_page(make_material(250)), "utf-8")
    return path


@pytest.fixture
def page(browser: Any, file: Path) -> Iterator[Any]:
    context = browser.new_context()
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("console", lambda message: troubles.append(message.text))
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("request", lambda asked: troubles.append(asked.url) if asked.url.startswith("http") else None)
    opened.on("dialog", lambda dialog: troubles.append(dialog.message))
    opened.goto(file.as_uri())
    opened.wait_for_selector("html[data-ready]")
    yield opened
    assert troubles == []
    assert opened.evaluate("window.ran") is None
    context.close()


def shown(page: Any) -> str:
    return str(page.locator("#shown").inner_text())


def wait_until_shown(page: Any, words: str) -> None:
    page.locator(f"#shown:text('{words}')").wait_for()


def column(page: Any, number: int) -> list[str]:
    return [str(text) for text in page.locator(f"#table tbody tr > td:nth-child({number})").all_inner_texts()]


def test_search_looks_at_rows_and_at_what_was_said(page: Any) -> None:
    page.get_by_label("Search").fill("this is call 137.")
    wait_until_shown(page, "1 of 250")
    assert column(page, 1) == ["00000089"]
    page.get_by_label("Search").fill("no such words anywhere")
    wait_until_shown(page, "0 of 250")


def test_filters_narrow_to_a_status_and_a_failed_eval(page: Any) -> None:
    assert shown(page) == "250 of 250 calls"
    page.get_by_label("Status").select_option("failed")
    page.locator("#shown:not(:text('250 of 250'))").wait_for()
    assert set(column(page, 2)) == {"failed"}
    page.get_by_label("Status").select_option("")
    page.get_by_label("Failed eval").select_option("Coherence")
    wait_until_shown(page, "50 of 250")
    assert set(column(page, 7)) == {"Coherence"}


def test_sorting_goes_both_ways_and_says_so(page: Any) -> None:
    heading = page.locator("#table th", has_text="Duration")
    heading.get_by_role("button").click()
    page.wait_for_selector("th[aria-sort=descending]")
    falling = [float(text.split()[0]) for text in column(page, 5)]
    assert falling == sorted(falling, reverse=True)
    heading.get_by_role("button").click()
    page.wait_for_selector("th[aria-sort=ascending]")
    rising = [float(text.split()[0]) for text in column(page, 5)]
    assert rising == sorted(rising)


def test_failed_calls_come_first(page: Any) -> None:
    statuses, evals = column(page, 2), column(page, 7)
    troubled = [status == "failed" or bool(names) for status, names in zip(statuses, evals, strict=True)]
    assert troubled == sorted(troubled, reverse=True)
    assert any(troubled)


def test_a_cluster_narrows_to_its_calls(page: Any) -> None:
    options = page.get_by_label("Cluster").locator("option")
    page.get_by_label("Cluster").select_option(index=options.count() - 1)
    wait_until_shown(page, "2 of 250")
    assert sorted(column(page, 1)) == ["00000001", "00000002"]


def test_comparison_and_trend_are_tables(page: Any) -> None:
    compared = page.locator(".scroll[aria-label='Compared with the baseline']")
    assert "Coherence" in compared.inner_text()
    trend = page.locator(".scroll[aria-label='The last executions'] tbody tr")
    assert trend.count() == 2
    assert "80 %" in trend.nth(1).inner_text()


def test_a_redacted_report_opens(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "redacted.html"
    path.write_text(build_page(make_material(20).without_names()), "utf-8")
    opened = browser.new_page()
    opened.goto(path.as_uri())
    opened.wait_for_selector("html[data-ready]")
    opened.locator(".unfold").first.click()
    opened.wait_for_selector(".turns")
    assert "[name]" in opened.locator("#table tbody").inner_text()
    opened.close()


def test_unfolding_shows_the_transcript_with_the_failing_turn(page: Any) -> None:
    button = page.locator(".unfold").first
    button.click()
    page.wait_for_selector(".turns li.marked")
    assert "seventeen years" in page.locator(".turns li.marked").inner_text()
    assert button.get_attribute("aria-expanded") == "true"
    button.click()
    assert page.locator(".turns").count() == 0


def test_hostile_texts_are_shown_as_text(page: Any) -> None:
    for number in range(15):
        page.locator(".unfold").nth(number).click()
    page.locator(".turns").nth(14).wait_for()
    assert "<script>window.ran = 1</script>" in page.locator(".turns").first.inner_text()
    assert page.locator(".turns img, .turns iframe, .turns script, .turns a, .turns svg").count() == 0


def test_the_keyboard_is_enough(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "unfold":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector(".turns")
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"


def test_more_rows_come_on_demand(page: Any) -> None:
    assert page.locator("#table tbody tr").count() == 200
    page.get_by_role("button", name="Show more").click()
    assert page.locator("#table tbody tr").count() == 250
    assert not page.get_by_role("button", name="Show more").is_visible()


@pytest.mark.parametrize("width", [360, 768, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_at_any_width(browser: Any, file: Path, width: int, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_paper_gets_dark_text_on_white_without_the_controls(browser: Any, file: Path) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(file.as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator("#filters").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(31, 35, 40)"
    assert page.locator("img.light").first.is_visible()
    assert not page.locator("img.dark").first.is_visible()
    context.close()


def test_ten_thousand_calls_still_open(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "large.html"
    path.write_text(build_page(make_material(10_000)), "utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]")
    page.get_by_label("Search").fill("this is call 9876.")
    wait_until_shown(page, "1 of 10000")
    page.locator(".unfold").first.click()
    page.wait_for_selector(".turns")
    page.close()
