"""What a gate leaves for a CI system: a JUnit file, and GitHub's summary of a step."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from futureagi_simulate_cli.commands.trouble import usage

if TYPE_CHECKING:
    from futureagi_simulate_cli.gate.verdict import Verdict


def begin_reports(junit: Path | None) -> None:
    """Write a JUnit report of a gate without a verdict, which holds until there is one.

    So a file that can't be written is told before anything is asked, and whatever ends the gate, no report of
    an earlier one stays behind. A pipe or a device is left alone: what is written there can't be taken back.
    """
    if junit is None or (junit.exists() and not junit.is_file() and not junit.is_dir()):
        return
    from futureagi_simulate_cli.gate.junit import without_verdict

    _write(junit, without_verdict())


def write_reports(verdict: Verdict, junit: Path | None) -> None:
    """Write the verdict to the JUnit file, and where GitHub asks for a summary, add it there."""
    if junit is not None:
        from futureagi_simulate_cli.gate.junit import as_junit

        _write(junit, as_junit(verdict))
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        _add_summary(verdict, Path(summary))


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise usage(
            f"The report {path} can't be written: {error.strerror}.", "Name a file in a folder that exists."
        ) from error


def _add_summary(verdict: Verdict, path: Path) -> None:
    """Add the verdict to the summary; nobody asked for it by an option, so a failure is only noted."""
    from futureagi_simulate_cli.commands.console import progress, say
    from futureagi_simulate_cli.gate.render import as_markdown

    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(as_markdown(verdict))
    except OSError as error:
        say(progress(), f"note: the summary {path} can't be written: {error.strerror}.")
