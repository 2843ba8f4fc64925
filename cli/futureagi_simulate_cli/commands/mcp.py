"""`fi-simulate mcp`: the results as tools of the Model Context Protocol, over stdin and stdout."""

from __future__ import annotations

from typing import Annotated

import typer


def mcp(
    redact: Annotated[
        bool,
        typer.Option(
            "--redact/--no-redact",
            help="Take out the names and phone numbers that the service knows; a call whose customer's name "
            "is unknown loses its texts.",
        ),
    ] = True,
    size: Annotated[
        int | None,
        typer.Option("--size", metavar="CHARACTERS", min=1000, help="The most of one answer (20000)."),
    ] = None,
) -> None:
    """Serve executions, calls, failures and the gate to a language model, read-only.

    Speaks the Model Context Protocol over stdin and stdout, until its client closes them.

    Example: fi-simulate mcp --size 10000
    """
    from futureagi_simulate import Client
    from futureagi_simulate_cli.mcp_server import DEFAULT_SIZE, build

    with Client() as client:
        build(client, redact=redact, size=size or DEFAULT_SIZE).run("stdio")
