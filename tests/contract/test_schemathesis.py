"""schemathesis searches the mock for responses that the strict view of its profile doesn't allow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from futureagi_simulate_contract.document import load, operations
from futureagi_simulate_contract.views import Profile, strict_view
from futureagi_simulate_mock import Mock
from futureagi_simulate_mock.documented import Documented
from futureagi_simulate_mock.generated import OPERATIONS
from futureagi_simulate_mock.store import Store

from .conftest import PROFILES

CONFIG = Path(__file__).parent / "schemathesis"
PHASES = "examples,coverage,fuzzing,stateful"
QUICK = ["--seed", "1", "--max-examples", "30"]
LONG = ["--max-examples", "600"]
_ERROR = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}


def _searched(profile: str) -> dict[str, Any]:
    """Return a strict view in which bad parameters are refused: the documents name no answer to them."""
    view = strict_view(load(), Profile(profile))
    served = {OPERATIONS[endpoint].path for endpoint in Documented(Store()).answered}
    view["paths"] = {path: item for path, item in view["paths"].items() if path in served}
    if profile == Profile.DOCUMENTED:
        for _path, operation in operations(view).values():
            responses = operation["responses"]
            refusal = {"description": "A parameter cannot be used.", "content": _ERROR}
            operation["responses"] = {"200": responses["200"], "400": refusal, **responses}  # type: ignore[index]
    return view


@pytest.mark.parametrize("profile", PROFILES)
def test_every_phase_passes(profile: str, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    view = tmp_path / "openapi.json"
    view.write_text(json.dumps(_searched(profile)), encoding="utf-8")
    extent = LONG if pytestconfig.getoption("--long", default=False) else QUICK
    with Mock(profile=profile) as mock, mock.serve() as server:
        found = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG / f"{profile}.toml")),
                *("run", str(view), "--url", server.base_url, "--phases", PHASES, *extent),
            ],
            env={**os.environ, "FI_API_KEY": mock.api_key, "FI_SECRET_KEY": mock.secret_key},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        asked = mock.journal.total
    assert found.returncode == 0, (
        f"the lines that begin with curl show it again:\n{found.stdout}\n{found.stderr}"
    )
    assert asked > 300
    assert "5 selected / 5 total" in found.stdout
