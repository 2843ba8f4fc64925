"""Read the examples of a Markdown page, run them, and hold what they print against what the page shows.

A ```console block holds commands after `$ ` (a line that ends in a backslash goes on), each followed by what
it prints. A line that is `...` stands for any number of lines; elsewhere `...` stands for some text on that
line, but not for the number 0. A ```console until-shown block is ended once it has printed as many lines as
the page shows. Blocks in ```python run too, each on its own, and if they print, then not nothing; those in
```python test are run by pytest. A ```toml block that names a file writes it. A block with `no-run` after its
language is left out.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FENCE = re.compile(r"^```(?P<language>[a-z]*)(?P<rest>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Example:
    """One command, or one block of Python, with the output that the page shows."""

    language: str
    source: str
    expected: str
    line: int


@dataclass
class Page:
    """The examples of one page, in order."""

    path: Path
    examples: list[Example] = field(default_factory=list)


def read_page(path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    page = Page(path)
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 2
        if match["language"] == "console" and "no-run" not in match["rest"]:
            language = "served" if "until-shown" in match["rest"] else "console"
            page.examples += _console(match["body"], line, language)
        elif match["language"] == "python" and "no-run" not in match["rest"]:
            language = "test" if match["rest"].strip() == "test" else "python"
            page.examples.append(Example(language, match["body"], "", line))
        elif match["language"] == "toml" and match["rest"].strip():
            page.examples.append(Example("toml", match["body"], match["rest"].strip(), line))
    return page


def _console(body: str, first: int, language: str) -> Iterator[Example]:
    command, started = "", 0
    expected: list[str] = []
    open_line = False
    for number, line in enumerate(body.splitlines(), first):
        if open_line:
            command += "\n" + line
            open_line = line.endswith("\\")
        elif line.startswith("$ "):
            if command:
                yield Example(language, command, "\n".join(expected), started)
            command, expected, started = line[2:], [], number
            open_line = line.endswith("\\")
        else:
            expected.append(line)
    if command:
        yield Example(language, command, "\n".join(expected), started)


def run(example: Example, folder: Path, environment: Mapping[str, str]) -> str:
    """Run one example in `folder` and give what it prints, errors after results."""
    if example.language == "toml":
        (folder / example.expected).write_text(example.source, encoding="utf-8")
        return ""
    command = _command(example, folder)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    variables = {**os.environ, **environment, "PATH": path, "PYTHONUTF8": "1"}
    variables.pop("COLUMNS", None)  # whoever runs the tests may export it; a pipe has no width
    if example.language == "served":
        return _beginning(command, folder, variables, len(_lines(example.expected)))
    done = subprocess.run(
        command,
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=240,
        check=False,
    )
    printed = done.stdout.decode()
    if example.language != "console" and (done.returncode or ("print(" in example.source and not printed)):
        raise AssertionError(f"exit code {done.returncode}: {printed or 'nothing was printed'}")
    return printed


def _beginning(command: list[str], folder: Path, variables: Mapping[str, str], lines: int) -> str:
    """Run a command that goes on until it is stopped, and give the first lines that it prints."""
    with subprocess.Popen(
        ["timeout", "60", *command],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            assert process.stdout is not None
            return b"".join(process.stdout.readline() for _ in range(lines)).decode()
        finally:
            process.terminate()


def _command(example: Example, folder: Path) -> list[str]:
    if example.language == "served":
        return ["bash", "-c", f"exec {example.source}"]
    if example.language == "console":
        return ["bash", "-c", example.source]
    if example.language == "python":
        return [sys.executable, "-c", example.source]
    file = folder / "test_example.py"
    file.write_text(example.source, encoding="utf-8")
    return [sys.executable, "-m", "pytest", "-q", str(file)]


def agrees(expected: str, printed: str) -> bool:
    """Say whether the output is what the page shows."""
    pattern = "".join(
        r"(?:[^\n]*\n)*?" if line == "..." else f"{SOME_TEXT.join(map(re.escape, line.split('...')))}\n"
        for line in _lines(expected)
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _lines(printed))) is not None


SOME_TEXT = r"(?!0(?![\d:.,]))[^\n]+?"


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]
