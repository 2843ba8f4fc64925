"""What a command has to do with the process it runs in: exit codes, errors, standard output, files."""

from __future__ import annotations

import errno
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from futureagi_simulate.printable import one_line

USAGE: Final = 2
UNFINISHED: Final = 3
NO_ACCESS: Final = 4
SOFTWARE: Final = 70
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141

_WORDS: Final = (
    (r" \((?:api|secret)_key=\)", ""),
    (r" \(in Python:? [^)]*\)", ""),
    (r" or pass (?:api|secret)_key= to the client", ""),
    (r"timeout= or retry=RetryPolicy\(budget=\.\.\.\)", "--timeout"),
    (r"several names go into a list", "give --eval again for another"),
    (r"base_url \(FI_BASE_URL\)", "FI_BASE_URL"),
    (r"base_url and the settings of http_client=", "FI_BASE_URL"),
    (r", or without exact=True; `found` of this error has the ids", ""),
    (r" ?With enforce_filters=True [^.]*\.", ""),
    (r"smaller pages with page_size=", "smaller pages with --page-size or --limit"),
    (r"\beval_names=(?=\S)", "--eval "),
    (r"\beval_names=?", "--eval"),
    (r"\b(search|status|timeout|prefetch)=(?=\S)", r"--\1 "),
    (r"\b(search|status|timeout|prefetch)= ", r"--\1 "),
    (r"\b(run_test_id|execution_id|call_execution_id|agent_id|version_id|run_test_name)=(?=\S)", r"\1 "),
)
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class CommandError(Exception):
    """An error as the user sees it: what is wrong, what to do about it, and the exit code."""

    def __init__(self, problem: str, remedy: str, exit_code: int = USAGE) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.exit_code = exit_code

    def __str__(self) -> str:
        return f"error: {one_line(self.problem)}\ntry: {one_line(self.remedy)}"


def in_option_words(text: str) -> str:
    """Return a message of the client in words of the command line: options in place of arguments."""
    for pattern, words in _WORDS:
        text = re.sub(pattern, words, text)
    return text


def usage(problem: str, remedy: str) -> CommandError:
    """Return the error for wrong usage."""
    return CommandError(problem, remedy, USAGE)


def missing_extra(package: str, command: str, extra: str) -> CommandError:
    """Return the error for a command whose extra is not installed."""
    return CommandError(
        f"The command {command} needs the package {package}, which is not installed.",
        f'pip install "futureagi-simulate[{extra}]"',
    )


def system_error(error: OSError) -> CommandError:
    """Return the error for what the operating system refused: a file, a full disk, or something else."""
    names_file = isinstance(error.filename, str | bytes) and bool(error.filename)
    reason = (error.strerror or str(error) or type(error).__name__).rstrip(".")
    problem = f"{reason}: {os.fsdecode(error.filename)}." if names_file else f"{reason}."
    if error.errno in _FULL:
        remedy = "Make room, or write to another disk, and run it again."
        return CommandError(problem, remedy, NO_ACCESS)
    if names_file:
        return CommandError(problem, "Name a file that can be used, in a folder that exists.")
    remedy = "Set that right on this machine; FI_DEBUG=1 shows where it happened."
    return CommandError(problem, remedy, NO_ACCESS)


def database_error(error: Exception) -> CommandError:
    """Return the error for a database that SQLite refused."""
    remedy = "Name another file with --database: a new one, or one that this command has made."
    return CommandError(f"The database can't be used: {error}.", remedy)


class Reader:
    """The reader of standard output; `gone` is set once it has stopped reading."""

    def __init__(self) -> None:
        self.gone = False


READER: Final = Reader()


def prepare_output() -> None:
    """Let standard output take any text, with "?" for what its encoding lacks; open closed streams."""
    READER.gone = False
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the parent process: the exit code may be all it wants
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - as long as we run
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def use_utf8() -> None:
    """Write UTF-8 from now on, whatever the locale is. Half a surrogate pair becomes an escape."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def discard_output() -> None:
    """Redirect standard output to the null device, so that later writes and the final flush succeed."""
    READER.gone = True
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def check_writable(path: Path | None, option: str) -> None:
    """Raise a usage error if the file that `option` names can't be written; create nothing."""
    if path is None:
        return
    if path.is_dir():
        raise usage(f"{path} is a folder.", f"Name a file with {option}.")
    if not path.parent.is_dir():
        raise usage(
            f"There is no folder {path.parent} for {path.name}.", f"Make it, or name another {option}."
        )
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise usage(f"{path} can't be written: no permission.", f"Name another file with {option}.")


@contextmanager
def to_file(name: str | None) -> Iterator[None]:
    """Print to the file `name` instead of standard output; None and "-" are standard output itself.

    The file is replaced whole, also where the command ends with an exit code; an error leaves it as it was.
    """
    if name is None or name == "-":
        yield
        return
    from futureagi_simulate_cli.export.target import require_writable, write_file

    path = Path(name)
    require_writable(path)
    printed = sys.stdout
    with tempfile.TemporaryFile() as kept:
        sys.stdout = TextIOWrapper(kept, encoding="utf-8", errors="backslashreplace", write_through=True)
        try:
            try:
                yield
            finally:
                buffered, sys.stdout = sys.stdout, printed
                buffered.detach()
        except Exception as end:
            if type(end).__name__ != "Exit":
                raise
            kept.seek(0)
            write_file(path, kept.read())
            raise
        kept.seek(0)
        write_file(path, kept.read())


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all; replace a link at `path`.

    A device or a pipe, such as /dev/stdout, is written to as it is.
    """
    if path.exists() and (path.parts[:2] == ("/", "dev") or not path.is_file()):
        path.write_bytes(content)
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")  # 0600, and never a link
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
