"""The mock's pages for people, which need no network: where to start, and the contract."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from msgspec.structs import asdict
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from futureagi_simulate_mock.ids import Settings
from futureagi_simulate_mock.messages import NAMES, TEMPLATES

_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
body { color: #1c2430; background: #fff; }
pre { background: #f3f5f8; padding: 1rem; overflow-x: auto; border-radius: 6px; font-size: 14px; }
a { color: #0b57a4; } .key { color: #0b57a4; } .note { color: #5b6675; }
nav { columns: 2; } nav a { display: block; }
@media (prefers-color-scheme: dark) {
  body { color: #dfe5ee; background: #14181f; } pre { background: #1d232d; }
  a, .key { color: #7db7f5; } .note { color: #98a3b3; } }
"""
_KEY: Final = re.compile(r"^(\s*(?:- )?)([\w./{}$-]+|'[^']*'|&quot;[^&]*&quot;)(:)(?=\s|$)", re.MULTILINE)
_ANCHOR: Final = re.compile(r"^(?:  (/[^\s:]+):|    ([A-Z]\w+):)\s*$")


def make_pages(settings: Callable[[str], Settings], profile: str) -> Starlette:
    """Build the application that serves the pages; `/` tells the `settings` at its own address."""

    async def landing(request: Request) -> HTMLResponse:
        return HTMLResponse(landing_page(settings(str(request.base_url).rstrip("/")), profile))

    async def docs(_request: Request) -> HTMLResponse:
        return HTMLResponse(rendered_reference() or docs_page())

    async def contract(_request: Request) -> PlainTextResponse:
        return PlainTextResponse(contract_text(), media_type="application/yaml")

    return Starlette(
        routes=[Route("/", landing), Route("/docs", docs), Route("/openapi.yaml", contract)],
    )


def landing_page(settings: Settings, profile: str) -> str:
    """Return the page at `/`: what to paste into a shell, and links that answer in the browser's own way."""
    links = "".join(
        f'<li>{escape(name)}: <a href="{escape(address)}"><code>GET {escape(address)}</code></a></li>'
        for name, address in _addresses(settings).items()
    )
    curl = (
        f"curl -H 'X-Api-Key: {settings.api_key}' -H 'X-Secret-Key: {settings.secret_key}' \\\n"
        f"  '{settings.base_url}{_addresses(settings)['call-executions']}'"
    )
    return _page(
        "Future AGI simulation mock",
        f"<p>This is a mock with made-up data, in its <b>{escape(profile)}</b> profile. "
        '<a href="/docs">Read the contract</a> (<a href="/openapi.yaml">openapi.yaml</a>).</p>'
        f"<h2>Paste into a shell</h2><pre>{escape(settings.exports())}</pre>"
        "<h2>Then</h2><pre>fi-simulate executions\nfi-simulate calls\n"
        f"{escape(curl)}</pre>"
        f"<h2>The endpoints, with ids that exist</h2><ul>{links}</ul>"
        '<p class="note">Each needs both keys as headers; a browser without them sees the 401 they give.</p>',
    )


def _addresses(settings: Settings) -> dict[str, str]:
    ids = asdict(settings.ids)
    made = {name: TEMPLATES[endpoint].format_map(ids) for name, endpoint in NAMES.items()}
    made["runs"] += "?" + urlencode({"run_test_name": settings.ids.run_test_name}, quote_via=quote)
    return made


@cache
def contract_text() -> str:
    """Return openapi.yaml as text: from the installed package, or from beside the roots in a checkout."""
    packaged = files("futureagi_simulate_contract") / "openapi.yaml"
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "openapi.yaml").read_text(encoding="utf-8")


def rendered_reference(root: Path = Path(__file__).parents[2]) -> str | None:
    """Return the reference page that `nox -s docs` rendered in a checkout; None for none, or an old one."""
    page, source = root / "build" / "reference.html", root / "openapi.yaml"
    if not page.is_file() or not source.is_file() or page.stat().st_mtime < source.stat().st_mtime:
        return None
    return page.read_text(encoding="utf-8")


@cache
def docs_page() -> str:
    """Return the plain page at `/docs`: the contract with a list of its paths and schemas to jump to."""
    anchors: list[str] = []
    lines: list[str] = []
    for line in contract_text().splitlines():
        shown = _KEY.sub(r'\1<span class="key">\2</span>\3', escape(line))
        if found := _ANCHOR.match(line):
            name = found[1] or found[2]
            anchors.append(f'<a href="#{escape(name)}">{escape(name)}</a>')
            shown = f'<span id="{escape(name)}">{shown}</span>'
        lines.append(shown)
    return _page(
        "The contract",
        f'<p><a href="/">Back</a>, <a href="/openapi.yaml">as a file</a></p><nav>{"".join(anchors)}</nav>'
        f"<pre>{chr(10).join(lines)}</pre>",
    )


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{body}</body></html>\n"
    )
