"""The mock's pages for people, which need no network: where to start, and the contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from msgspec.structs import asdict
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from futureagi_simulate_mock.generated import OPERATIONS
from futureagi_simulate_mock.ids import Settings
from futureagi_simulate_mock.messages import NAMES, parameters

_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
body { color: #1c2430; background: #fff; }
pre { background: #f3f5f8; padding: 1rem; overflow-x: auto; border-radius: 6px; font-size: 14px; }
a { color: #0b57a4; } .key { color: #0b57a4; } .note { color: #5b6675; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; } td p { margin: 0; }
td, th { border-top: 1px solid #8885; padding: .3rem .6rem .3rem 0; vertical-align: top; }
nav { columns: 2; } nav a { display: block; }
@media (prefers-color-scheme: dark) {
  body { color: #dfe5ee; background: #14181f; } pre { background: #1d232d; }
  a, .key { color: #7db7f5; } .note { color: #98a3b3; } }
"""
_BACK: Final = '<p><a href="/">Back</a>, <a href="/openapi.yaml">openapi.yaml</a></p>'
_KEY: Final = re.compile(r"^(\s*(?:- )?)([\w./{}$-]+|'[^']*'|&quot;[^&]*&quot;)(:)(?=\s|$)", re.MULTILINE)
_ANCHOR: Final = re.compile(r"^(?:  (/[^\s:]+):|    ([A-Z]\w+):)\s*$")


def make_pages(settings: Callable[[str], Settings], profile: str) -> Starlette:
    """Build the application that serves the pages; `/` shows the `settings` at its own address."""

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
    made = {
        name: OPERATIONS[endpoint].path.format_map(ids)
        for name, endpoint in NAMES.items()
        if OPERATIONS[endpoint].verb == "GET" and parameters(endpoint, "", "path").keys() <= ids.keys()
    }
    made["runs"] += "?" + urlencode({"run_test_name": settings.ids.run_test_name}, quote_via=quote)
    return made


@cache
def contract_text() -> str:
    """Return openapi.yaml as one text with its examples: from the installed package, or from a checkout."""
    packaged = Path(str(files("futureagi_simulate_contract")))
    folder = packaged if (packaged / "openapi.yaml").is_file() else Path(__file__).parents[2]

    def example(found: re.Match[str]) -> str:
        lines = (folder / found[2]).read_text(encoding="utf-8").splitlines()
        return "\n".join([found[1], *(f"      {line}" for line in lines)])

    text = (folder / "openapi.yaml").read_text(encoding="utf-8")
    return re.sub(r"^(    \w+:) \{\$ref: (spec/\S+)\}$", example, text, flags=re.MULTILINE)


def rendered_reference(root: Path = Path(__file__).parents[2]) -> str | None:
    """Return the reference page that `nox -s docs` rendered in a checkout; None for none, or an old one."""
    page, source = root / "build" / "reference.html", root / "openapi.yaml"
    if not page.is_file() or not source.is_file():
        return None
    if page.stat().st_mtime < max(p.stat().st_mtime for p in (source, *root.glob("spec/examples/*.yaml"))):
        return None
    return page.read_text(encoding="utf-8")


@cache
def docs_page() -> str:
    """Return the page at `/docs` where no reference was rendered: the contract as tables, or as its own text.

    The tables need PyYAML, which the extra `contract` brings.
    """
    try:
        import yaml
    except ModuleNotFoundError:
        return text_page()
    return tables_page(yaml.safe_load(contract_text()))


def text_page() -> str:
    """Return the text of the contract with a list of its paths and schemas to jump to."""
    anchors: list[str] = []
    lines: list[str] = []
    for line in contract_text().splitlines():
        shown = _KEY.sub(r'\1<span class="key">\2</span>\3', escape(line))
        if found := _ANCHOR.match(line):
            name = found[1] or found[2]
            anchors.append(f'<a href="#{escape(name)}">{escape(name)}</a>')
            shown = f'<span id="{escape(name)}">{shown}</span>'
        lines.append(shown)
    return _page("The contract", f"{_BACK}<nav>{''.join(anchors)}</nav><pre>{chr(10).join(lines)}</pre>")


def tables_page(contract: dict[str, Any]) -> str:
    """Return the contract as tables: parameters and responses of each operation, fields of each schema."""
    operations = [
        _operation(contract, f"{method.upper()} {path}", operation)
        for path, methods in contract["paths"].items()
        for method, operation in methods.items()
        if isinstance(operation, dict)
    ]
    schemas = [
        f'<h3 id="{escape(name)}">{escape(name)}</h3>{_prose(schema)}'
        + (_fields(schema["properties"]) if "properties" in schema else f"<p>{_type(schema)}</p>")
        for name, schema in contract["components"]["schemas"].items()
    ]
    names = re.findall(r'<h[23] id="([^"]+)"', "".join(operations + schemas))
    links = "".join(f'<a href="#{name}">{name}</a>' for name in names)
    return _page(
        contract["info"]["title"],
        f"{_BACK}{_prose(contract['info'])}<nav>{links}</nav>{''.join(operations)}"
        f"<h2>Schemas</h2>{''.join(schemas)}",
    )


def _operation(contract: dict[str, Any], address: str, operation: dict[str, Any]) -> str:
    name = escape(operation["operationId"])
    parameters = [_resolved(contract, item) for item in operation.get("parameters", [])]
    responses = {code: _resolved(contract, item) for code, item in operation["responses"].items()}
    parameter_rows = [
        (f"<code>{escape(item['name'])}</code>", escape(item["in"]), _type(item["schema"]), _prose(item))
        for item in parameters
    ]
    response_rows = [(code, _bodies(item), _prose(item)) for code, item in responses.items()]
    return (
        f'<h2 id="{name}">{escape(operation["summary"])}</h2>'
        f"<pre>{escape(address)}</pre><p class=note>{name}</p>{_prose(operation)}"
        f"<h3>Parameters</h3>{_table(('name', 'in', 'type', ''), parameter_rows)}"
        f"<h3>Responses</h3>{_table(('status', 'body', ''), response_rows)}"
    )


def _fields(properties: dict[str, dict[str, Any]]) -> str:
    rows = [(f"<code>{escape(name)}</code>", _type(item), _prose(item)) for name, item in properties.items()]
    return _table(("field", "type", ""), rows)


def _resolved(contract: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    for part in item.get("$ref", "#").split("/")[1:]:
        contract = contract[part]
    return contract if "$ref" in item else item


def _bodies(response: dict[str, Any]) -> str:
    return ", ".join(
        f"{escape(kind)}: {_type(body.get('schema', {}))}"
        for kind, body in response.get("content", {}).items()
    )


def _type(schema: dict[str, Any]) -> str:
    """Return a schema in a few words, with links to those it names."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[1])
        return f'<a href="#{name}">{name}</a>'
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            parts = [_type(part) for part in schema[word]]
            return (" and " if word == "allOf" else " or ").join(dict.fromkeys(filter(None, parts)))
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " ".join(f"<code>{escape(str(value))}</code>" for value in values)
    types = schema.get("type", "object" if "properties" in schema else "any")
    text = " or ".join([types] if isinstance(types, str) else types)
    if "items" in schema:
        text = text.replace("array", f"array of {_type(schema['items'])}")
    return text + (f" ({escape(schema['format'])})" if "format" in schema else "")


def _prose(item: dict[str, Any]) -> str:
    """Return a description as paragraphs; of Markdown it knows `code`, **strong** and *emphasis*."""
    text = escape(item.get("description", "").strip())
    for pattern, tag in ((r"`([^`]+)`", "code"), (r"\*\*([^*]+)\*\*", "b"), (r"\*([^*\s][^*]*)\*", "em")):
        text = re.sub(pattern, rf"<{tag}>\1</{tag}>", text)
    return "".join(f"<p>{paragraph}</p>" for paragraph in text.split("\n\n") if paragraph)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{body}</body></html>\n"
    )
