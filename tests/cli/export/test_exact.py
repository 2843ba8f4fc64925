"""An export has every call once, or says that it may not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from futureagi_simulate import Client, IncompleteListingError
from futureagi_simulate_cli import main
from futureagi_simulate_mock import Mock

from .asking import StopError, answered, ids_in, job

COUNT = 200
ROWS = [{"id": f"call {number}", "status": "completed"} for number in range(COUNT)]
Rows = Callable[[int, int], list[dict[str, str]]]


def server(
    rows: Rows, count: int = COUNT, asked: list[tuple[int, int]] | None = None, largest: int = 1_000
) -> Callable[..., httpx.Response]:
    """Answer with the rows of a page number and a size."""

    def answer(request: httpx.Request) -> httpx.Response:
        number, size = int(request.url.params["page"]), min(int(request.url.params["limit"]), largest)
        if asked is not None:
            asked.append((number, size))
        following = "more" if number * size < count else None
        return httpx.Response(
            200, json={"count": count, "next": following, "previous": None, "results": rows(number, size)}
        )

    return answer


def cut(rows: list[dict[str, str]], number: int, size: int) -> list[dict[str, str]]:
    return rows[(number - 1) * size : number * size]


def tied(number: int, size: int) -> list[dict[str, str]]:
    """Order rows of equal times anew for page 3, as a database does: one row is lost, one comes twice."""
    rows = list(ROWS)
    if size < COUNT and number == 3:
        rows[39], rows[40] = rows[40], rows[39]
    return cut(rows, number, size)


@pytest.mark.parametrize("pages", [None, 2, 5])
def test_rows_of_equal_times_are_not_lost(mock: Mock, tmp_path: Path, pages: int | None) -> None:
    target, left = tmp_path / "calls.jsonl", pages

    def stop(*_: object) -> None:
        nonlocal left
        if left is not None:
            left -= 1
            if not left:
                raise StopError

    asked: list[tuple[int, int]] = []
    with answered(mock, server(tied, asked=asked)) as client:
        if pages:
            with pytest.raises(StopError):
                job(mock, target).run(client, stop)
        assert job(mock, target).run(client) == COUNT
    assert sorted(ids_in(target)) == sorted(row["id"] for row in ROWS)
    assert asked[-1] == (1, COUNT + 50)  # one page of all settles it


def test_a_listing_that_adds_up_is_read_once(mock: Mock, tmp_path: Path) -> None:
    asked: list[tuple[int, int]] = []
    with answered(mock, server(lambda number, size: cut(ROWS, number, size), asked=asked)) as client:
        assert job(mock, tmp_path / "calls.jsonl").run(client) == COUNT
    assert asked == [(number, 20) for number in range(1, 11)]


def test_a_call_that_slipped_between_pages_while_the_count_moved_is_read(mock: Mock, tmp_path: Path) -> None:
    """One is deleted while pages are read: what was on page 4 is on page 3 by then."""
    rows = list(ROWS)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.params["page"] == "4":
            rows[:] = [row for row in rows if row["id"] != "call 0"]
        return server(lambda number, size: cut(rows, number, size), len(rows))(request)

    with answered(mock, answer) as client:
        assert job(mock, tmp_path / "calls.jsonl").run(client) == COUNT
    assert sorted(ids_in(tmp_path / "calls.jsonl")) == sorted(row["id"] for row in ROWS)


def hidden(number: int, size: int) -> list[dict[str, str]]:
    """Hide a row that is counted; in small pages it can't be shown that no other is missing."""
    return [row for row in cut(ROWS, number, size) if row["id"] != "call 7"]


def test_what_cannot_be_shown_to_be_complete_is_written_and_raised(mock: Mock, tmp_path: Path) -> None:
    with (
        answered(mock, server(hidden, largest=20)) as client,
        pytest.raises(
            IncompleteListingError, match="has 199 calls, and the server counts 200: 1 may be missing"
        ),
    ):
        job(mock, tmp_path / "calls.jsonl").run(client)
    assert len(ids_in(tmp_path / "calls.jsonl")) == 199
    assert [path.name for path in tmp_path.iterdir()] == ["calls.jsonl"]


def test_the_command_says_how_many_may_be_missing_and_ends_with_3(
    mock: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from futureagi_simulate_cli.export import job as module

    def short(*_: object) -> int:
        raise IncompleteListingError("calls.jsonl has 199 calls: 1 may be missing.", remedy="Again.")

    monkeypatch.setattr(module.Export, "run", short)
    for name, value in mock.settings(mock.base_url).environment().items():
        monkeypatch.setenv(name, value)
    assert main(["export", str(tmp_path / "calls.jsonl")]) == 3
    assert "1 may be missing" in capsys.readouterr().err


def test_a_failure_after_the_file_is_written_costs_nothing(
    mock: Mock, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from futureagi_simulate_cli.export.partial import Partial

    def fail(_: Partial) -> None:
        raise StopError

    with monkeypatch.context() as patch:
        patch.setattr(Partial, "remove", fail)
        with pytest.raises(StopError):
            job(mock, tmp_path / "calls.csv").run(client)
    before = (tmp_path / "calls.csv").read_bytes()
    job(mock, tmp_path / "calls.csv").run(client)
    assert (tmp_path / "calls.csv").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["calls.csv"]


def test_modules_in_the_current_folder_never_run(mock: Mock, tmp_path: Path) -> None:
    names = ["json", "csv", "pyarrow", "duckdb", "pandas", "numpy", "futureagi_simulate", "rich", "httpx"]
    for name in names:
        (tmp_path / f"{name}.py").write_text("open('ran', 'w').close(); raise SystemExit(9)")
    program = str(Path(sys.executable).with_name("fi-simulate"))
    with mock.serve() as served:
        subprocess.run(
            [program, "export", "calls.duckdb", "--page-size", "20"],
            cwd=tmp_path,
            env=mock.settings(served.base_url).environment(),
            check=True,
            timeout=60,
            capture_output=True,
        )
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == sorted(["calls.duckdb", *(f"{name}.py" for name in names)])


def test_the_package_starts_no_process() -> None:
    """What is started finds modules in the current folder, and has the keys in its environment."""
    import futureagi_simulate

    (home,) = futureagi_simulate.__path__
    starts = (
        "import subprocess",
        "import multiprocessing",
        "sys.executable",
        "os.system",
        "os.exec",
        "os.spawn",
    )
    files = [path for path in Path(home).rglob("*.py") if any(word in path.read_text() for word in starts)]
    assert files == []
