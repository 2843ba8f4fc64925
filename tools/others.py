"""Run other people's tools on openapi.yaml as it is, and print a table of what came of it.

Each generated client that runs here sends one request to the mock, in both profiles. TypeScript is compiled
with `tsc --strict`. A tool whose language is missing is left out with a word. Exits with 1 if a tool failed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from socket import create_connection, socket
from typing import Any, Final

import attrs
import httpx

ROOT: Final = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

from futureagi_simulate_contract.document import load, operations  # noqa: E402 (found only now)
from futureagi_simulate_contract.views import flatten  # noqa: E402 (as above)
from futureagi_simulate_mock import Mock, ids  # noqa: E402 (as above)
from tools.spec import pascal, snake  # noqa: E402 (as above)
from tools.spec_lint import NoNodeError, find_node, install  # noqa: E402 (as above)

SPEC: Final = ROOT / "openapi.yaml"
FOLDER: Final = ROOT / "tests" / "others"
CALLS: Final = f"/simulate/run-tests/{ids.RUN_TEST_ID}/call-executions/"
EXECUTION: Final = f"/simulate/test-executions/{ids.TEST_EXECUTION_ID}/"
RUNS: Final = "/sdk/api/v1/simulation/runs/"
VERSION: Final = f"/simulate/agent-definitions/{ids.AGENT_ID}/versions/{ids.VERSION_ID}/call-executions/"
#: One request of each form.
REQUESTS: Final[tuple[tuple[str, dict[str, str]], ...]] = (
    (CALLS, {"limit": "20"}),
    (CALLS.replace("call-executions", "executions"), {}),
    (EXECUTION, {"limit": "20"}),
    (VERSION, {}),
    (RUNS, {"run_test_name": ids.RUN_TEST_NAME}),
    (RUNS, {"execution_id": ids.TEST_EXECUTION_ID, "summary": "true"}),
    (RUNS, {"call_execution_id": ids.CALL_EXECUTION_ID}),
)
_LIMIT: Final = 300.0  # seconds that one command of a tool may take
_TSCONFIG: Final = {
    "compilerOptions": {
        "strict": True,
        "target": "es2022",
        "module": "commonjs",
        "lib": ["es2022", "dom", "dom.iterable"],
        "types": [],
        "skipLibCheck": True,
        "outDir": "out",
        "rootDir": ".",
    },
    "include": ["*.ts", "generated/**/*.ts"],
}


class ToolError(Exception):
    """A tool did not do what it should; the message says what it printed or answered."""


@attrs.frozen
class Bench:
    """What the tools work with: a folder, and both profiles of the mock at an address."""

    folder: Path
    bases: Mapping[str, str]
    headers: Mapping[str, str]

    def place(self, name: str) -> Path:
        """Return a new folder for a tool."""
        place = self.folder / name
        place.mkdir()
        return place

    def settings(self, profile: str) -> dict[str, Any]:
        """Return what the programs that send a request are told."""
        return {
            "base": self.bases[profile],
            "headers": dict(self.headers),
            "runTest": ids.RUN_TEST_ID,
            "call": ids.CALL_EXECUTION_ID,
        }


@attrs.frozen
class Tool:
    """A tool: its pinned version, what it needs beside Python, what is done with it, and how."""

    name: str
    version: str
    needs: tuple[str, ...]
    done: str
    run: Callable[[Bench], str]


TOOLS: Final[list[Tool]] = []


def tool(name: str, pinned: str, done: str, *needs: str) -> Callable[[Callable[[Bench], str]], Any]:
    """Add a function to the table; it returns a result in words, or raises ToolError."""

    def add(run: Callable[[Bench], str]) -> Callable[[Bench], str]:
        TOOLS.append(Tool(name, pinned, needs, done, run))
        return run

    return add


def _npm(name: str) -> str:
    package = json.loads((FOLDER / "package.json").read_text("utf-8"))
    return str(package["devDependencies"][name])


def _pypi(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # the table can be read without the tools
        return "not installed"


def command(*arguments: object, cwd: Path | None = None) -> str:
    """Run a command and return what it printed; raise ToolError with the end of that if it fails."""
    bin_ = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{bin_}{os.pathsep}{os.environ.get('PATH', '')}", "NO_COLOR": "1"}
    texts = [str(argument) for argument in arguments]
    try:
        done = subprocess.run(
            texts, cwd=cwd, env=environment, capture_output=True, text=True, timeout=_LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        raise ToolError(f"{texts[0]} took more than {_LIMIT:g} s") from None
    printed = f"{done.stdout}\n{done.stderr}".strip()
    if done.returncode:
        raise ToolError(f"{Path(texts[0]).name} exited with {done.returncode}: {printed[-1500:]}")
    return printed


def node(name: str) -> Path:
    """Return the path of a command of an npm package."""
    return FOLDER / "node_modules" / ".bin" / name


# ------------------------------------------------------------------------------------ what a client must do


def check_answer(bench: Bench, profile: str, printed: str) -> None:
    """Compare what a generated client read with the mock's own answer to the same request."""
    query = {"limit": "5", "status": "completed"}
    page = httpx.get(f"{bench.bases[profile]}{CALLS}", params=query, headers=bench.headers).json()
    wanted = {"count": page["count"], "first": page["results"][0]["id"], "status": "completed"}
    got = json.loads(printed.splitlines()[-1])
    if got != wanted:
        raise ToolError(f"it read {got} where the mock ({profile}) sent {wanted}")


def request_by_python(bench: Bench, place: Path, program: str) -> None:
    """Send a request by a program of `requests/`, which imports what was generated in `place`."""
    shutil.copy2(FOLDER / "requests" / program, place / "request.py")
    for profile in bench.bases:
        settings = json.dumps(bench.settings(profile))
        check_answer(bench, profile, command(sys.executable, "request.py", settings, cwd=place))


def request_by_typescript(bench: Bench, place: Path, program: str) -> None:
    """Compile what was generated in `place`, and a program of `requests/` that uses it; run that."""
    shutil.copy2(FOLDER / "requests" / program, place / "request.ts")
    (place / "tsconfig.json").write_text(json.dumps(_TSCONFIG), "utf-8")
    (place / "node_modules").symlink_to(FOLDER / "node_modules")
    for profile in bench.bases:
        settings = json.dumps(bench.settings(profile))
        (place / "settings.ts").write_text(f"export const settings = {settings};\n", "utf-8")
        command(node("tsc"), "-p", place)
        check_answer(bench, profile, command("node", place / "out" / "request.js"))


def generated(bench: Bench, language: str, *more: str) -> Path:
    """Run openapi-generator; raise ToolError where it wrote a file twice or lost a schema."""
    place = bench.place(language)
    printed = command(
        *("openapi-generator-cli", "generate", "-g", language, "-i", SPEC, "-o", place / "generated", *more)
    )
    files = re.findall(r"writing file (\S+)", printed)
    twice = sorted({name for name in files if files.count(name) > 1})
    if twice:
        raise ToolError(f"two schemas have one file: {', '.join(twice)}")
    return place


def check_classes(names: set[str], suffix: str, folder: Path) -> int:
    """Raise ToolError if a schema with properties or an enum has no file; return how many there are."""
    schemas = flatten(load())["components"]["schemas"]
    classes = [name for name, schema in schemas.items() if "properties" in schema or "enum" in schema]
    lost = [name for name in classes if not {pascal(name), snake(name), f"Model{pascal(name)}"} & names]
    if lost:
        raise ToolError(f"no {suffix} file in {folder.name} for {', '.join(lost)}")
    return len(classes)


def check_call_fields(text: str, pattern: str) -> int:
    """Raise ToolError unless every field of CallExecution is in `text` as the pattern writes it."""
    fields = flatten(load())["components"]["schemas"]["CallExecution"]["properties"]
    lost = [name for name in fields if not re.search(pattern.format(name), text)]
    if lost:
        raise ToolError(f"CallExecution lost {len(lost)} of {len(fields)} fields: {', '.join(lost)}")
    return len(fields)


# -------------------------------------------------------------------------------------- clients and models


@tool(
    "openapi-python-client",
    _pypi("openapi-python-client"),
    "client with the default templates, warnings are errors; two requests",
)
def _openapi_python_client(bench: Bench) -> str:
    place = bench.place("openapi-python-client")
    command(
        *(sys.executable, "-m", "openapi_python_client", "generate", "--path", SPEC, "--meta", "none"),
        *("--output-path", place / "generated", "--fail-on-warning"),
    )
    models = place / "generated" / "models"
    count = check_classes({path.stem.rstrip("_") for path in models.iterdir()}, ".py", models)
    fields = check_call_fields((models / "call_execution.py").read_text("utf-8"), r"(?m)^    {}: ")
    request_by_python(bench, place, "openapi_python_client.py")
    return f"{count} classes, CallExecution with {fields} fields; requests right in both profiles"


@tool(
    "openapi-generator, python",
    "7.26.0",
    "client; two requests",
    "java",
)
def _openapi_generator_python(bench: Bench) -> str:
    place = generated(bench, "python")
    models = place / "generated" / "openapi_client" / "models"
    count = check_classes({path.stem for path in models.iterdir()}, ".py", models)
    fields = check_call_fields((models / "call_execution.py").read_text("utf-8"), r"(?m)^    {}: ")
    (place / "openapi_client").symlink_to(place / "generated" / "openapi_client")
    request_by_python(bench, place, "openapi_generator.py")
    return f"{count} classes, CallExecution with {fields} fields; requests right in both profiles"


@tool(
    "openapi-generator, typescript-fetch",
    "7.26.0",
    "client, `tsc --strict`; one request",
    "java",
    "node",
)
def _openapi_generator_typescript(bench: Bench) -> str:
    place = generated(bench, "typescript-fetch")
    models = place / "generated" / "models"
    count = check_classes({path.stem for path in models.iterdir()}, ".ts", models)
    text = (models / "CallExecution.ts").read_text("utf-8")
    fields = check_call_fields(text, r"json\['{}'\]")
    request_by_typescript(bench, place, "typescript_fetch.ts")
    return f"{count} classes, CallExecution with {fields} fields; compiled; request right in both profiles"


@tool("openapi-generator, java", "7.26.0", "client; parsed, not compiled: its libraries are on Maven", "java")
def _openapi_generator_java(bench: Bench) -> str:
    place = generated(bench, "java")
    sources = place / "generated" / "src" / "main" / "java"
    models = next(sources.rglob("model"))
    count = check_classes({path.stem for path in models.iterdir()}, ".java", models)
    fields = check_call_fields(
        (models / "CallExecution.java").read_text("utf-8"), r'SERIALIZED_NAME_\w+ = "{}"'
    )
    parser = FOLDER / "requests" / "Parse.java"
    files = command("java", parser, *sorted(sources.rglob("*.java"))) if shutil.which("javac") else "not "
    return f"{count} classes, CallExecution with {fields} fields; {files.strip()} parsed"


@tool(
    "openapi-generator, go",
    "7.26.0",
    "client, `enumClassPrefix=true` (else Go's constants of equal enum words clash); built where Go is",
    "java",
)
def _openapi_generator_go(bench: Bench) -> str:
    place = generated(bench, "go", "--additional-properties=enumClassPrefix=true")
    folder = place / "generated"
    count = check_classes(
        {path.stem.removeprefix("model_") for path in folder.glob("model_*.go")}, ".go", folder
    )
    fields = check_call_fields((folder / "model_call_execution.go").read_text("utf-8"), r'json:"{}')
    return f"{count} classes, CallExecution with {fields} fields; {_built(place)}"


def _built(place: Path) -> str:
    """Build a Go client where Go and the one library it needs are installed as Debian packages."""
    library = Path("/usr/share/gocode")
    if shutil.which("go") is None or not (library / "src" / "gopkg.in" / "validator.v2").is_dir():
        return "not compiled: no Go, or not golang-gopkg-validator.v2-dev"
    source = place / "gopath" / "src" / "client"
    shutil.copytree(place / "generated", source, ignore=shutil.ignore_patterns("test"))
    paths = f"GOPATH={place / 'gopath'}{os.pathsep}{library}"
    command("env", "GO111MODULE=off", paths, f"GOCACHE={place / 'cache'}", "go", "build", ".", cwd=source)
    return "compiled"


@tool(
    "openapi-typescript, openapi-fetch",
    f"{_npm('openapi-typescript')}, {_npm('openapi-fetch')}",
    "types, `tsc --strict`; one request",
    "node",
)
def _openapi_typescript(bench: Bench) -> str:
    place = bench.place("openapi-typescript")
    command(node("openapi-typescript"), SPEC, "-o", place / "generated" / "schema.ts")
    request_by_typescript(bench, place, "openapi_fetch.ts")
    return "compiled; request right in both profiles"


@tool("@hey-api/openapi-ts", _npm("@hey-api/openapi-ts"), "client, `tsc --strict`; one request", "node")
def _hey_api(bench: Bench) -> str:
    place = bench.place("hey-api")
    command(node("openapi-ts"), "-i", SPEC, "-o", place / "generated", cwd=place)
    request_by_typescript(bench, place, "hey_api.ts")
    return "compiled; request right in both profiles"


@tool(
    "datamodel-code-generator",
    _pypi("datamodel-code-generator"),
    "pydantic models; one answer of each form read with them",
)
def _datamodel_code_generator(bench: Bench) -> str:
    place = bench.place("datamodel-code-generator")
    command(
        *("datamodel-codegen", "--input", SPEC, "--input-file-type", "openapi", "--formatters", "builtin"),
        *("--output", place / "models.py", "--output-model-type", "pydantic_v2.BaseModel"),
    )
    for base in bench.bases.values():
        for (path, query), name in zip(REQUESTS, _ANSWERS, strict=True):
            answer = place / "answer.json"
            answer.write_text(httpx.get(f"{base}{path}", params=query, headers=bench.headers).text, "utf-8")
            program = f"import models; models.{name}.model_validate_json(open('answer.json', 'rb').read())"
            command(sys.executable, "-c", program, cwd=place)
    return f"{len(REQUESTS)} answers of each profile read"


_ANSWERS: Final = (
    *("CallExecutionPage", "TestExecutionPage", "TestExecutionDetail", "VersionCallExecutionPage"),
    *("RunsByName", "RunsByExecution", "RunsByCall"),
)


# -------------------------------------------------------------------------------------- mocks and checkers


@contextmanager
def prism(kind: str, *arguments: object) -> Iterator[str]:
    """Serve Prism until the block ends; give its address."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    texts = [str(node("prism")), kind, "-p", str(port), *map(str, arguments)]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(texts, stdout=log, stderr=subprocess.STDOUT)
        try:
            for _try in range(600):
                try:
                    create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    if process.poll() is not None:
                        log.seek(0)
                        raise ToolError(f"prism ended: {log.read().decode()[-500:]}") from None
                    time.sleep(0.1)
            else:
                raise ToolError("prism does not listen after a minute")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def asked(bench: Bench, base: str) -> list[Any]:
    """Send one request of each form and return the bodies; raise ToolError unless each is a 200."""
    bodies = []
    for path, query in REQUESTS:
        answer = httpx.get(f"{base}{path}", params=query, headers=bench.headers, timeout=60)
        if answer.status_code != 200:
            raise ToolError(f"{answer.status_code} for {path}: {answer.text[:500]}")
        bodies.append(answer.json())
    return bodies


@tool(
    "Prism, mock",
    _npm("@stoplight/prism-cli"),
    "one request of each form; by examples, and `--dynamic`",
    "node",
)
def _prism_mock(bench: Bench) -> str:
    with prism("mock", SPEC) as base:
        asked(bench, base)
    good = failed = 0
    with prism("mock", "--dynamic", SPEC) as base:
        for path, query in REQUESTS * 5:
            answer = httpx.get(f"{base}{path}", params=query, headers=bench.headers, timeout=60)
            if answer.status_code == 500 and "json-schema-faker" in answer.text:
                failed += 1  # its `clean` fails where it made up an empty object within a list
            elif answer.status_code != 200:
                raise ToolError(f"{answer.status_code} for {path}: {answer.text[:500]}")
            elif "result" in (body := answer.json()) and not body["status"]:
                raise ToolError("--dynamic: a good answer has status false")
            else:
                good += 1
    if good < failed:
        raise ToolError(f"--dynamic: json-schema-faker failed in {failed} of {good + failed} answers")
    return (
        f"{len(REQUESTS)} answers by examples, {good} dynamic ones, none a good one that says false; "
        f"{failed} ended in an error of json-schema-faker"
    )


@tool("Prism, proxy", _npm("@stoplight/prism-cli"), "one request of each form, `--errors`", "node")
def _prism_proxy(bench: Bench) -> str:
    for target in bench.bases.values():
        with prism("proxy", "--errors", SPEC, target) as base:
            asked(bench, base)
    return f"{len(REQUESTS)} answers of each profile without a violation"


@tool("Portman", _npm("@apideck/portman"), "Postman collection with tests, run by newman", "node")
def _portman(bench: Bench) -> str:
    place = bench.place("portman")
    config = {
        "version": 1.0,
        "tests": {"contractTests": [{"openApiOperation": "*::/*", "statusSuccess": {"enabled": True}}]},
        "globals": {"securityOverwrites": {"remove": True}},
        "operationPreRequestScripts": [],
        "overwrites": [
            {
                "openApiOperation": "*::/*",
                "overwriteRequestHeaders": [
                    {"key": name, "value": value, "overwrite": True, "insert": True}
                    for name, value in bench.headers.items()
                ],
            },
            {
                "openApiOperationId": "getSimulationRuns",
                "overwriteRequestQueryParams": [{"key": "execution_id", "disable": False}],
            },
        ],
    }
    (place / "portman.json").write_text(json.dumps(config), "utf-8")
    printed = command(
        *(node("portman"), "-l", SPEC, "-b", bench.bases["documented"], "-c", place / "portman.json"),
        *("-o", place / "collection.json", "--runNewman"),
        cwd=place,
    )
    found = re.search(r"assertions[^\d]+(\d+)[^\d]+(\d+)", printed)
    if found is None or found[2] != "0" or int(found[1]) < len(operations(load())):
        raise ToolError(f"newman: {printed[-1500:]}")
    return f"{len(operations(load()))} requests, {found[1]} assertions, 0 failed"


@tool("swagger-cli", _npm("swagger-cli"), "`validate`, `bundle`; reads OpenAPI 3.1", "node")
def _swagger_cli(bench: Bench) -> str:
    place = bench.place("swagger-cli")
    command(node("swagger-cli"), "validate", SPEC)
    command(node("swagger-cli"), "bundle", SPEC, "-o", place / "bundle.json")
    bundle = json.loads((place / "bundle.json").read_text("utf-8"))
    if bundle["components"]["schemas"].keys() != load()["components"]["schemas"].keys():
        raise ToolError("the bundle has other schemas than the contract")
    return "valid; the bundle has every schema"


@tool("openapi-core", _pypi("openapi-core"), "requests and answers of each form validated")
def _openapi_core(bench: Bench) -> str:
    for base in bench.bases.values():
        spec = json.dumps({**load(), "servers": [{"url": base}]})
        told = json.dumps({"base": base, "headers": dict(bench.headers), "requests": REQUESTS})
        place = bench.place(f"openapi-core-{base.rpartition(':')[2]}")
        (place / "openapi.json").write_text(spec, "utf-8")
        command(sys.executable, FOLDER / "requests" / "openapi_core_validates.py", told, cwd=place)
    return f"{len(REQUESTS)} requests and answers of each profile valid"


@tool("schemathesis, `st run`", _pypi("schemathesis"), "every example of a parameter, all checks")
def _schemathesis(bench: Bench) -> str:
    headers = [text for name, value in bench.headers.items() for text in ("-H", f"{name}: {value}")]
    printed = command(
        *(
            "st",
            "--no-color",
            "run",
            SPEC,
            "--url",
            bench.bases["documented"],
            *headers,
            "--phases",
            "examples",
        ),
        cwd=bench.place("schemathesis"),
    )
    found = re.search(r"(\d+) generated, (\d+) passed", printed)
    return f"{found[1]} cases, {found[2]} passed" if found else "no issues"


# ------------------------------------------------------------------------------------------------- command


def missing() -> dict[str, str]:
    """Name the languages that are not here, with what a tool in them is left out for."""
    found = {}
    try:
        find_node()
    except NoNodeError:
        found["node"] = "no Node.js 20.19 or newer"
    if shutil.which("java") is None:
        found["java"] = "no Java"
    return found


def rows(bench: Bench, names: Sequence[str], absent: Mapping[str, str]) -> Iterator[tuple[Tool, str, str]]:
    """Run the tools, all or those named; yield each with PASS, FAIL or SKIP and a result in words."""
    for each in TOOLS:
        if names and not any(name in each.name for name in names):
            continue
        reasons = [absent[need] for need in each.needs if need in absent]
        if reasons:
            yield each, "SKIP", f"left out: {reasons[0]}"
            continue
        try:
            yield each, "PASS", each.run(bench)
        except ToolError as error:
            yield each, "FAIL", str(error)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tools and print the table; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="run only the tools whose names contain one of these")
    names: list[str] = parser.parse_args(arguments).names
    absent = missing()
    if "node" not in absent:
        install(FOLDER)
    with ExitStack() as stack:
        bases, headers = {}, {}
        for profile in ("documented", "observed"):
            mock = stack.enter_context(Mock(profile=profile))
            bases[profile] = stack.enter_context(mock.serve()).base_url
            headers = {"X-Api-Key": mock.api_key, "X-Secret-Key": mock.secret_key}
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        print("| tool | version | what was done | result |\n|---|---|---|---|")
        failed = False
        for each, verdict, result in rows(Bench(folder, bases, headers), names, absent):
            failed |= verdict == "FAIL"
            told = " ".join(result.split()) if verdict != "FAIL" else f"FAIL: {result}"
            print(f"| {each.name} | {each.version} | {each.done} | {told} |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
