"""`fi-simulate doctor`: which server, whether the keys work, through which proxy, with which versions."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from futureagi_simulate_cli.commands.options import RUN_TEST_ID, from_environment, given
from futureagi_simulate_cli.commands.process import NO_ACCESS

_PACKAGES: Final = ("futureagi-simulate", "httpx", "msgspec", "typer", "rich")
_NOBODYS: Final = "00000000-0000-4000-8000-000000000000"


def doctor(
    run_test: Annotated[
        str | None,
        typer.Option("--run-test", metavar="ID", help=f"A run test to ask for; default: {RUN_TEST_ID}."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print it as a JSON object.")] = False,
) -> None:
    """Check the server, the keys, the proxy and the versions.

    Sends one request. No key is ever printed. Exit code 0: the server takes the keys; 2: a setting is missing
    or wrong; 4: no connection, or the keys are refused.

    Example: fi-simulate doctor
    """
    from importlib.metadata import PackageNotFoundError, version
    from platform import python_version

    from futureagi_simulate.options import Options
    from futureagi_simulate_cli.commands.console import output, print_json, say, say_hanging

    run_test = given(run_test, "--run-test") or from_environment(RUN_TEST_ID)
    origin = Options.of().origin
    versions = {"python": python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "not installed"
    works, answer = _ask(run_test)
    proxy = _proxy(origin)
    if json:
        found = {"server": str(origin), "proxy": proxy, "keys_work": works, "answer": answer}
        print_json({"schema": "futureagi-simulate/doctor/1", **found, "versions": versions})
    else:
        console = output()
        say(console, f"Server    {origin}")
        say(console, f"Proxy     {proxy or 'none'}")
        say(console, f"Keys      {'PASS' if works else 'FAIL'}  {answer}", "" if works else "red")
        say_hanging(console, "Versions  ", ", ".join(f"{name} {number}" for name, number in versions.items()))
    raise typer.Exit(0 if works else NO_ACCESS)


def _ask(run_test: str | None) -> tuple[bool, str]:
    """Ask for one execution of a run test, or of one that nobody has; return whether the keys were taken."""
    from futureagi_simulate.errors import APIStatusError, ContractError, TransportError
    from futureagi_simulate.printable import one_line
    from futureagi_simulate_cli.commands.connection import connect

    with connect() as client:
        try:
            next(iter(client.list_test_executions(run_test or _NOBODYS, page_size=1)), None)
        except APIStatusError as error:
            if error.status == 404 and not error.message:
                return False, f"{one_line(error.problem)} Check that FI_BASE_URL leads to the Future AGI API."
            if error.status == 404:
                told = "no such run test" if run_test else "name a run test with --run-test to read one"
                return True, f"The server took the keys ({told})."
            return False, one_line(error.problem)
        except (TransportError, ContractError) as error:
            return False, one_line(error.problem)
    return True, "The server took the keys."


def _proxy(origin: Any) -> str | None:
    """Return the proxy's address without a password; None without one."""
    from urllib.parse import urlsplit

    from futureagi_simulate.transport import proxy_for

    found = proxy_for(origin)
    if not found:
        return None
    parts = urlsplit(str(found))
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
