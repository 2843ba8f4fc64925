"""`fi-simulate mock`: the mock on a port, in the foreground, until Ctrl-C."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from futureagi_simulate_cli.commands import completion
from futureagi_simulate_cli.commands.process import CommandError, check_writable, usage, write_private

if TYPE_CHECKING:
    from futureagi_simulate_mock.core import Mock
    from futureagi_simulate_mock.server import Server
    from futureagi_simulate_mock.service import ProfileName

_SLOW_SCALE = 20_000


def mock(
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = 0,
    profile: Annotated[
        str,
        typer.Option(
            metavar="documented|observed",
            help="Whose answers to give.",
            autocompletion=completion.profiles,
        ),
    ] = "documented",
    scale: Annotated[int | None, typer.Option(metavar="N", min=1, help="How many calls to make up.")] = None,
    executions: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Spread over how many executions.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="The same seed makes the same data.")] = 0,
    latency: Annotated[
        str | None, typer.Option(metavar="TIME", help="Delay of every answer: 50ms, or 20ms-80ms.")
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            "--fault",
            metavar="FAULT",
            help='What goes wrong: KIND[:TIMES][,NAME=VALUE]..., such as "429:2,retry-after=2".',
        ),
    ] = None,
    env_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the settings to this file as well.")
    ] = None,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Allow a --host that other machines can reach.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Log no requests.")] = False,
) -> None:
    """Serve a mock of the simulation API until Ctrl-C.

    Prints lines to paste into a shell, so that clients and commands talk to it, and logs each request on
    stderr: method, path, status, time; never a key. KIND is a status from 400
    to 599, reset, stall, truncate, wrong-type or slow; TIMES is 1 when left out and * for always; names are
    route, after, retry-after, delay, body, sent and type.

    Example: fi-simulate mock --profile observed --scale 100000 --latency 50ms --fault "429:2"
    """
    if not is_loopback(host):
        if not allow_remote:
            raise usage(
                f"{host} can be reached from other machines.",
                "add --allow-remote if they may use this mock, or leave --host out",
            )
        typer.echo(f"warning: other machines can reach this mock at {host}; its keys are public", err=True)
    check_writable(env_file, "--env-file")
    with _mock(_profile(profile), seed, executions, scale, latency, fault or []) as made:
        try:
            server = made.server(host, port, log=None if quiet else _log)
        except OSError as error:
            raise usage(
                f"Can't listen on {host}, port {port}: {error.strerror or error}.", "choose another --port"
            ) from error
        server.in_foreground(lambda running: _announce(made, running, env_file))


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach `host`."""
    import ipaddress

    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _profile(name: str) -> ProfileName:
    from futureagi_simulate_mock.service import PROFILES

    for profile in PROFILES:
        if name == profile:
            return profile
    raise usage(f"There is no profile {name}.", f"--profile {' or --profile '.join(PROFILES)}")


def _mock(
    profile: ProfileName,
    seed: int,
    executions: int | None,
    scale: int | None,
    latency: str | None,
    faults: list[str],
) -> Mock:
    from futureagi_simulate_mock.core import Mock

    if scale is not None and scale > _SLOW_SCALE:
        typer.echo(f"making {scale:,} calls ...", err=True)
    try:
        return Mock(
            profile,
            seed=seed,
            executions=executions,
            calls=scale,
            ticking=True,
            latency=latency,
            faults=faults,
        )
    except ValueError as error:
        raise _wrong(error) from error


def _wrong(error: ValueError) -> CommandError:
    return usage(f"{error}.", "fi-simulate mock --help shows what can be written")


def _log(line: str) -> None:
    typer.echo(line, err=True)


def _announce(made: Mock, server: Server, env_file: Path | None) -> None:
    settings = made.settings(server.base_url)
    if env_file is not None:
        _write(env_file, settings.env_file())
    typer.echo(f"# mock, profile {made.profile}: {server.base_url}/ (Ctrl-C ends it)")
    typer.echo(settings.exports(), nl=False)
    typer.get_text_stream("stdout").flush()


def _write(path: Path, text: str) -> None:
    """Write the file in one step: whoever waits for it finds it whole."""
    try:
        write_private(path, text.encode())
    except OSError as error:
        raise usage(f"Can't write {path}: {error.strerror or error}.", "choose another --env-file") from error
