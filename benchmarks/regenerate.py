"""Generate the client again from openapi.yaml: how long it takes, and how many lines come out."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.peers import DEFAULT, OPENAPI_GENERATOR, PYDANTIC, generators, lines, view
from benchmarks.timing import Figure, compare
from tools.generate import PACKAGE, ROOT, render

WORK = "regenerate"


def measure(quick: bool) -> list[Figure]:
    """Compare our generation, from reading the spec to the files, with each peer's generator alone."""
    view()
    made = generators()
    with TemporaryDirectory() as name:
        folder = Path(name)

        def fresh(peer: str) -> None:
            made[peer](folder)

        peers = {peer: partial(fresh, peer) for peer in made}
        ratios = compare({**peers, "ours": lambda: render(ROOT)}, 3 if quick else 7).ratios
        written = {
            "ours": ROOT / PACKAGE,
            DEFAULT: folder / "default_client",
            PYDANTIC: folder / "pydantic_models.py",
            OPENAPI_GENERATOR: folder / "openapi_generator" / "openapi_client",
        }
        counts = {peer: lines(path) for peer, path in written.items() if path.exists()}
        shutil.rmtree(folder / "openapi_generator", ignore_errors=True)
    own = ratios.pop("ours")
    del ratios[DEFAULT]
    return [
        Figure.at_most(WORK, f"ours, to {DEFAULT}", own.median, 2, str(own)),
        *(Figure.seen(WORK, f"{peer}, to {DEFAULT}", one.median, str(one)) for peer, one in ratios.items()),
        *(Figure.seen(WORK, f"{peer}, lines", count, f"{count:,}") for peer, count in counts.items()),
    ]
