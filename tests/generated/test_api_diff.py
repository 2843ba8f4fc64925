from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.api_diff import insert_entry, main, next_version, says_enough
from tools.changes import Weight

CALLS = """
openapi: 3.1.0
info: {{title: Calls, version: {version}}}
paths:
  /calls/:
    get:
      operationId: listCalls
      tags: [simulation]
      parameters: [{{name: search, in: query, schema: {{type: string}}}}]
      responses:
        '200':
          description: A call.
          content: {{application/json: {{schema: {{$ref: '#/components/schemas/Call'}}}}}}
        '404':
          description: None.
          content: {{application/json: {{schema: {{$ref: '#/components/schemas/Error'}}}}}}
components:
  schemas:
    Error: {{type: object, properties: {{detail: {{type: string}}}}}}
    Call: {{type: object, properties: {{{fields}}}}}
"""
NAME, SCORE = "name: {type: string}", "score: {type: number}"
SAME = "openapi.yaml gives the same client as before\n"
CHANGELOG = "# Changelog\n\nWords.\n\n## 0.1.0\n\nFirst.\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A git repository whose one commit has version 0.1.0 of a spec with two fields."""
    write(tmp_path, "0.1.0", NAME, SCORE)
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "init.defaultBranch=main"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "First"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True)
    return tmp_path


def write(project: Path, version: str, *fields: str) -> None:
    (project / "openapi.yaml").write_text(CALLS.format(version=version, fields=", ".join(fields)))


@pytest.mark.parametrize(
    ("version", "weight", "expected"),
    [
        ("0.1.0", Weight.TEXT, "0.1.1"),
        ("0.1.0", Weight.COMPATIBLE, "0.1.1"),
        ("0.1.9", Weight.BEHAVIOUR, "0.2.0"),
        ("0.1.9", Weight.BREAKING, "0.2.0"),
        ("1.2.3", Weight.TEXT, "1.2.4"),
        ("1.2.3", Weight.COMPATIBLE, "1.3.0"),
        ("1.2.3", Weight.BREAKING, "2.0.0"),
    ],
)
def test_the_next_version_follows_from_the_heaviest_change(version, weight, expected):
    assert next_version(version, weight) == expected


@pytest.mark.parametrize(
    ("old", "new", "weight", "expected"),
    [
        ("0.1.0", "0.1.0", Weight.COMPATIBLE, True),
        ("0.1.0", "0.1.1", Weight.BREAKING, False),
        ("0.9.0", "0.10.0", Weight.BREAKING, True),
        ("0.1.0", "1.0.0", Weight.BREAKING, True),
        ("1.2.0", "1.3.0", Weight.BREAKING, False),
        ("1.2.0", "2.0.0", Weight.BREAKING, True),
    ],
)
def test_only_a_breaking_change_needs_a_version_that_says_so(old, new, weight, expected):
    assert says_enough(old, new, weight) is expected


def test_no_change_is_said_and_passes(project, capsys):
    assert main(["HEAD"], project) == 0
    assert capsys.readouterr().out == SAME


@pytest.mark.parametrize(
    "fields",
    [
        ("name: {type: string, format: uuid}", SCORE),
        (NAME, "score: {type: number, maximum: 100}"),
        (NAME, "score: {type: number, examples: [1]}"),
    ],
)
def test_a_change_that_leaves_the_client_as_it_is_is_none(fields, project, capsys):
    write(project, "0.1.0", *fields)

    assert main(["HEAD"], project) == 0
    assert capsys.readouterr().out == SAME


def test_what_differs_without_a_name_is_told_by_its_file(project, capsys):
    write(project, "0.1.0", SCORE, NAME)

    assert main(["HEAD"], project) == 0
    assert (
        "Compatible (1)\n  models/call.py: no name or type changed, but the code" in capsys.readouterr().out
    )


def test_a_new_title_changes_texts_only(project, capsys):
    spec = project / "openapi.yaml"
    spec.write_text(spec.read_text().replace("title: Calls", "title: All calls"))

    assert main(["HEAD"], project) == 0
    assert "Texts (1)\n  __init__.py: only docstrings or comments changed\n" in capsys.readouterr().out


def test_a_spec_of_the_past_that_is_refused_is_named_by_its_revision(project, capsys):
    now = (project / "openapi.yaml").read_text()
    write(project, "0.1.0", "self: {type: string}")
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com"]
    subprocess.run([*git, "commit", "-q", "-a", "-m", "Second"], cwd=project, check=True)
    (project / "openapi.yaml").write_text(now)

    assert main(["HEAD"], project) == 2
    error = capsys.readouterr().err
    assert error.startswith(
        "openapi.yaml at HEAD can't be compared: today's generator makes no client of it."
    )
    assert "Compare with a later revision" in error
    assert "\n#/components/schemas/Call: no attribute can be called 'self'" in error


def test_a_breaking_change_fails_until_the_version_says_so(project, capsys):
    write(project, "0.1.0", NAME)

    assert main(["HEAD"], project) == 1
    output = capsys.readouterr().out
    assert "Breaking (1)\n  Call.score: field removed\n" in output
    assert (
        "Version: 0.1.0 -> 0.2.0 (a breaking change raises the minor version while the major is 0)" in output
    )
    assert output.endswith("openapi.yaml says 0.1.0: raise info.version\n")

    write(project, "0.2.0", NAME)
    assert main(["HEAD"], project) == 0
    assert "raise info.version" not in capsys.readouterr().out


def test_a_compatible_change_passes_with_its_proposal(project, capsys):
    write(project, "0.1.0", NAME, SCORE, "mood: {type: string}")

    assert main(["HEAD"], project) == 0
    assert (
        "Compatible (1)\n  Call.mood: field added: str | None\nVersion: 0.1.0 -> 0.1.1"
        in capsys.readouterr().out
    )


def test_the_changelog_gets_one_entry_a_version(project):
    write(project, "0.1.0", NAME)
    main(["HEAD", "--changelog"], project)
    write(project, "0.2.0", NAME, "mood: {type: string}")
    main(["HEAD", "--changelog"], project)

    assert (project / "CHANGELOG.md").read_text() == (
        "# Changelog\n\nWords.\n\n"
        "## 0.2.0\n\n### Breaking\n\n- `Call.score`: field removed\n\n"
        "### Compatible\n\n- `Call.mood`: field added: str | None\n\n"
        "## 0.1.0\n\nFirst.\n"
    )


def test_an_entry_takes_the_lists_of_its_version_and_leaves_prose_and_others():
    first = "## 0.1.0\n\n### Compatible\n\n- first\n"
    before = f"# Changelog\n\n## 0.2.0\n\nProse.\n\n### Breaking\n\n- old\n\n{first}"

    after = insert_entry(before, "## 0.2.0\n\n### Compatible\n\n- new\n")

    assert after == before.replace("### Breaking\n\n- old", "### Compatible\n\n- new")


def test_a_revision_that_git_does_not_know_is_named(project, capsys):
    assert main(["v9"], project) == 2
    assert "git has no openapi.yaml at v9" in capsys.readouterr().err
