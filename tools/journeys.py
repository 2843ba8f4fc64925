"""Count what a request crosses: the hand-written files and functions that run in six journeys.

    python tools/journeys.py [--files]

Prints modules and lines of each hand-written package, then each journey beside what it crossed when the
client was written by hand; with `--files` the files too, with the functions of each. Everything runs in this
process, on the mock.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
PACKAGES: Final = {
    "futureagi_simulate": "overrides",
    "futureagi_simulate_mock": "mock",
    "futureagi_simulate_contract": "contract",
    "futureagi_simulate_cli": "cli",
}
BEFORE: Final = {
    "list_call_executions, prefetch 4": (24, 90),
    "get_test_execution with filters": (30, 110),
    "gate": (54, 241),
    "a request to the mock, documented": (24, 75),
    "a request to the mock, observed": (26, 92),
    "a drift finding": (23, 191),
}
"""Files and functions when the client, the mock and the contract were one package."""


def folder_of(package: str) -> Path:
    """Return the folder of a package."""
    return ROOT / PACKAGES[package] / package


def crossed(run: Callable[[], object], *packages: str) -> Counter[Path]:
    """Run something and count the functions of some packages that were called, by file, in all threads.

    A module's own code, lambdas and comprehensions don't count.
    """
    folders = tuple(f"{folder_of(package)}{os.sep}" for package in packages)
    codes: set[CodeType] = set()

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call":
            codes.add(frame.f_code)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return Counter(
        Path(code.co_filename).relative_to(ROOT)
        for code in codes
        if code.co_filename.startswith(folders) and not code.co_name.startswith("<")
    )


def journeys() -> dict[str, tuple[Callable[[], object], tuple[str, ...]]]:
    """Return what to run for each journey, and the packages that count."""
    import httpx

    from futureagi_simulate import Client, column
    from futureagi_simulate_cli import main as command
    from futureagi_simulate_contract.claims import findings_of
    from futureagi_simulate_contract.plan import survey
    from futureagi_simulate_contract.session import Ids, mock_sender
    from futureagi_simulate_mock import Mock
    from futureagi_simulate_mock.messages import Request

    documented, observed = Mock(profile="documented"), Mock(profile="observed")
    ids = documented.ids

    def client() -> Client:
        made = httpx.Client(transport=documented.transport())
        keys = documented.settings()
        return Client(
            api_key=keys.api_key, secret_key=keys.secret_key, base_url=keys.base_url, http_client=made
        )

    def filtered() -> object:
        chosen = [column("overall_score").between(50, 90)]
        return client().get_test_execution(ids.test_execution_id, filters=chosen).calls.to_list()

    def gate() -> object:
        quiet = io.StringIO()
        with documented.serve() as server:
            os.environ.update(documented.settings(server.base_url).environment())
            with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
                return command(["gate", ids.test_execution_id])

    def answer(mock: Mock) -> Callable[[], object]:
        headers = (("x-api-key", mock.api_key), ("x-secret-key", mock.secret_key))
        path = f"/simulate/test-executions/{mock.ids.test_execution_id}/"
        return lambda: mock.handle(Request("GET", path, "limit=5&search=a", headers))

    def drift() -> object:
        found = findings_of(survey(mock_sender(observed), Ids.of_mock(observed)))
        if not found:
            raise ValueError("the observed mock differs from the documents, and nothing was found")
        return found

    simulate, mocked = ("futureagi_simulate",), ("futureagi_simulate_mock",)
    runs: tuple[tuple[Callable[[], object], tuple[str, ...]], ...] = (
        (lambda: client().list_call_executions(ids.run_test_id, prefetch=4).to_list(), simulate),
        (filtered, simulate),
        (gate, ("futureagi_simulate", "futureagi_simulate_cli")),
        (answer(documented), mocked),
        (answer(observed), mocked),
        (drift, ("futureagi_simulate_contract",)),
    )
    return dict(zip(BEFORE, runs, strict=True))


def sizes() -> Iterator[str]:
    """Yield a line for each package: its modules, and the lines in them."""
    for package in PACKAGES:
        modules = [path for path in folder_of(package).rglob("*.py") if path.stat().st_size]
        lines = sum(len(path.read_text("utf-8").splitlines()) for path in modules)
        yield f"{package:34} {len(modules):4} modules {lines:7,} lines"


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", action="store_true", help="name the files, with the functions of each")
    options = parser.parse_args()
    print("\n".join(sizes()))
    for name, (run, packages) in journeys().items():
        found = crossed(run, *packages)
        files, functions = BEFORE[name]
        print(f"{name:34} {len(found):4} files {found.total():5} functions (before: {files} and {functions})")
        if options.files:
            for path, count in found.most_common():
                print(f"    {count:4} {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
