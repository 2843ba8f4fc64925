"""The documentation site: built without a warning, every public name on a page, no broken link."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from sphinx.util.inventory import InventoryFile

ROOT = Path(__file__).parents[2]
PUBLIC = ["futureagi_simulate", "futureagi_simulate_mock", "futureagi_simulate_contract"]
PUBLIC += ["futureagi_simulate_api.models", "futureagi_simulate_cli.gate", "futureagi_simulate_cli.failures"]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site that SITE names, else build it; every warning is an error."""
    if "SITE" in os.environ:
        return Path(os.environ["SITE"])
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        *["-q", "-W", "--keep-going", "-b", "html", "docs"],
        str(folder),
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    return folder


@pytest.mark.parametrize("package", PUBLIC)
def test_every_public_name_is_on_a_page(package: str, site: Path) -> None:
    inventory = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="").data
    described = {name for kind, found in inventory.items() if kind.startswith("py:") for name in found}
    loaded = importlib.import_module(package)
    homes = {name: getattr(getattr(loaded, name), "__module__", package) for name in loaded.__all__}
    missing = [
        name for name, home in homes.items() if not {f"{package}.{name}", f"{home}.{name}"} & described
    ]
    assert missing == []


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = {""}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value is None:
                continue
            if name == "id":
                self.anchors.add(value)
            elif name in ("href", "src") and not urlsplit(value).scheme:
                self.links.append(value)


def _broken(site: Path) -> Iterator[str]:
    pages = {path: _Links(path.read_text("utf-8")) for path in site.rglob("*.html")}
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists() or (
                target in pages and unquote(parts.fragment) not in pages[target].anchors
            ):
                yield f"{path.name}: {link}"


def test_no_link_of_the_site_is_broken(site: Path) -> None:
    assert sorted(_broken(site)) == []


def test_every_page_that_llms_txt_names_is_there(site: Path) -> None:
    named = re.findall(r"\]\(([^)]+)\)", (site / "llms.txt").read_text("utf-8"))
    assert len(named) > 10
    assert [name for name in named if not (site / name).exists()] == []


def test_no_page_is_outside_of_the_menu(site: Path) -> None:
    menu = (site / "index.html").read_text("utf-8")
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")} - {"index"}
    assert sorted(page for page in pages if f'href="{page}.html"' not in menu) == []
