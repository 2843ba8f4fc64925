"""A helper process makes of the calls what the main process would."""

from __future__ import annotations

from pathlib import Path

import pytest

from futureagi_simulate import Client
from futureagi_simulate.export import helper
from futureagi_simulate.export.conversion import Conversion
from futureagi_simulate.export.files import Evals
from futureagi_simulate.mock import Mock

from .asking import content, job


@pytest.mark.parametrize("name", ["calls.parquet", "evals.parquet", "calls.duckdb"])
def test_a_helper_makes_the_same_of_the_calls(
    mock: Mock, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    evals: Evals | None = "long" if name.startswith("evals") else None
    alone, helped = tmp_path / f"alone {name}", tmp_path / f"helped {name}"
    job(mock, alone, evals=evals).run(client)
    monkeypatch.setattr(helper, "WORTHWHILE", 0)
    monkeypatch.setattr(Conversion, "run", None)  # in this process, so nothing is made here
    job(mock, helped, evals=evals).run(client)
    if name.endswith(".parquet"):
        assert helped.read_bytes() == alone.read_bytes()
        return
    assert content(helped) == content(alone)


@pytest.mark.parametrize("program", ["raise SystemExit(3)", "open(0).read(); raise SystemExit(3)"])
def test_without_the_helper_that_failed_the_file_is_the_same(
    mock: Mock, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    job(mock, tmp_path / "alone.parquet").run(client)
    monkeypatch.setattr(helper, "WORTHWHILE", 0)
    monkeypatch.setattr(helper, "_PROGRAM", program)
    job(mock, tmp_path / "failed.parquet").run(client)
    assert (tmp_path / "failed.parquet").read_bytes() == (tmp_path / "alone.parquet").read_bytes()


def test_a_helper_whose_main_process_is_gone_gives_up() -> None:
    ends = helper._ends(["7\n"])
    assert next(ends) == 7
    with pytest.raises(SystemExit, match="gone"):
        next(ends)
