"""Render openapi.yaml to one HTML page that works offline: `build/reference.html`, or the path given.

Descriptions say in words which description of the API has a part: the documents, the server, or both.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "contract")]

from futureagi_simulate_contract.document import read  # noqa: E402 (found only now)
from futureagi_simulate_contract.views import whole_view  # noqa: E402 (as above)
from tools.spec_lint import QUIET, NoNodeError, find_node, install  # noqa: E402 (found only now)

_BUNDLE: Final = Path("node_modules", "@redocly", "cli", "lib", "chunks", "redoc.standalone.js")
_PRELOAD: Final = re.compile(r'<link rel="modulepreload" href="([^"]+)" integrity="sha384-([^"]+)"[^>]*>')
_LOGO: Final = re.compile(rb"https://cdn\.redoc\.ly/redoc/[\w-]+\.svg")
_NO_LOGO: Final = b"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>"
_REMOTE: Final = re.compile(r"""(?:src=|<link[^>]+href=|import[^;]+from )["'](https?:[^"']+)""")


class PageError(Exception):
    """The page can't be made to work offline; the message says why."""


def render(root: Path = ROOT) -> str:
    """Return the page; raise `PageError` or `NoNodeError` where that can't be done."""
    find_node()
    spec = root / "spec"
    install(spec)
    with tempfile.TemporaryDirectory() as folder:
        page, view = Path(folder, "page.html"), Path(folder, "openapi.json")
        view.write_text(json.dumps(whole_view(read(root / "openapi.yaml"))), "utf-8")
        command = [str(spec / "node_modules/.bin/redocly"), "build-docs", str(view)]
        command += ["--config", "redocly.yaml", "--output", str(page)]
        done = subprocess.run(
            command, cwd=spec, env={**os.environ, **QUIET}, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise PageError(f"redocly build-docs failed:\n{done.stdout}{done.stderr}")
        return offline(page.read_text("utf-8"), (spec / _BUNDLE).read_bytes())


def offline(page: str, bundle: bytes) -> str:
    """Put the script that the page would fetch into the page; it has to be the very one that it asks for."""
    preload = _PRELOAD.search(page)
    if preload is None:
        raise PageError("the page asks for no script: redocly builds it otherwise now")
    address, wanted = preload.groups()
    if base64.b64encode(hashlib.sha384(bundle).digest()).decode() != wanted:
        raise PageError(f"the installed script is not the one that the page asks for at {address}")
    script = base64.b64encode(_LOGO.sub(_NO_LOGO, bundle)).decode()
    inside = f"data:text/javascript;base64,{script}"
    page = page.replace(preload[0], "").replace(address, inside)
    remote = _REMOTE.search(page)
    if remote:
        raise PageError(f"the page still fetches {remote[1]}")
    return page


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", nargs="?", type=Path, default=ROOT / "build" / "reference.html")
    path: Path = parser.parse_args(arguments).path
    try:
        page = render()
    except (NoNodeError, PageError) as error:
        print(error, file=sys.stderr)
        return 2
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, "utf-8")
    print(f"{path}: {len(page) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
