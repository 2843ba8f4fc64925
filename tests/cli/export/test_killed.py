"""An export killed at any moment goes on when it is run again, and its file is the same."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from futureagi_simulate import Client
from futureagi_simulate_mock import Mock

from .asking import content, job

PROGRAM = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    import httpx
    from futureagi_simulate import Client
    from futureagi_simulate_cli.export import Export, Source, job, partial
    from futureagi_simulate_mock import Mock

    partial.SAVE_EVERY_S = 0.0
    left = int(sys.argv[2])

    def die_at(home, name):
        real = getattr(home, name)
        def call(*arguments, **named):
            global left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **named)
        setattr(home, name, call)

    with Mock() as mock, httpx.Client(transport=mock.transport()) as http:
        with Client(
            api_key=mock.api_key, secret_key=mock.secret_key, base_url=mock.base_url, http_client=http
        ) as client:
            die_at(os, "fsync")
            die_at(os, "replace")
            die_at(job, "call_record")
            target = Path(sys.argv[1])
            source = Source(run_test_id=mock.ids.run_test_id)
            Export(source, target, page_size=20).run(client)
    """
)
FETCHING = (1, 2, 3, 5, 4, 6, 7, 3, 2, 1)
CONVERTING = (2, 7, 40, 40, 150, 300, 304, 305, 306)
"""How many steps an export gets until it is killed, from each start to the next.

A step is a wait for the disk, a rename, or a call converted. A page takes three, there are 15, and 300 calls.
The 306th step of an export that has received everything is the rename to the name asked for.
"""


@pytest.mark.parametrize(
    ("name", "moments"),
    [
        ("calls.parquet", FETCHING[1::2]),
        ("calls.parquet", CONVERTING),
        ("calls.duckdb", CONVERTING[::2]),
        ("calls.csv", CONVERTING[1::2]),
        ("calls.jsonl", FETCHING[::2]),
    ],
)
def test_killed_again_and_again_and_resumed_the_content_is_the_same(
    mock: Mock, client: Client, tmp_path: Path, name: str, moments: tuple[int, ...]
) -> None:
    whole, killed = tmp_path / f"whole {name}", tmp_path / f"killed {name}"
    job(mock, whole).run(client)
    for moment in (*moments, 0):
        command = [sys.executable, "-c", PROGRAM, str(killed), str(moment)]
        code = subprocess.run(command, check=False, timeout=240).returncode
        assert code == (-signal.SIGKILL if moment else 0)
        assert killed.exists() == (not moment)
    assert content(killed) == content(whole)
    assert sorted(path.name for path in tmp_path.iterdir()) == [killed.name, whole.name]
