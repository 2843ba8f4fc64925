"""Ids that the mock's data always holds, whatever the seed: the ones the contract's examples use."""

from __future__ import annotations

from hashlib import sha1
from typing import Final
from uuid import NAMESPACE_DNS, uuid5

_NAMESPACE: Final = uuid5(NAMESPACE_DNS, "futureagi-simulate.mock")


def make_id(kind: str, *parts: object) -> str:
    """Derive the UUID of the row that `kind` and `parts` name: the same on every machine and Python.

    It is `uuid5`, written out because data of a million calls need a million of them.
    """
    name = "/".join([kind, *map(str, parts)])
    digits = sha1(_NAMESPACE.bytes + name.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


RUN_TEST_NAME: Final = "Support line regression"
RUN_TEST_ID: Final = make_id("run-test", "acme", 0)
TEST_EXECUTION_ID: Final = make_id("test-execution", "acme", 0, 0)
CALL_EXECUTION_ID: Final = make_id("call-execution", "acme", 0, 0, 0)
AGENT_ID: Final = make_id("agent", "acme", 0)
VERSION_ID: Final = make_id("agent-version", "acme", 0, 0)
EVAL_COHERENCE_ID: Final = make_id("eval", "acme", "Coherence")
EVAL_RESOLUTION_SCORE_ID: Final = make_id("eval", "acme", "Resolution score")
EVAL_TONE_ID: Final = make_id("eval", "acme", "Tone")
SCENARIO_ID: Final = make_id("scenario", "acme", 0)
API_KEY: Final = "mock-api-key-acme"
SECRET_KEY: Final = "mock-secret-key-acme"
OTHER_API_KEY: Final = "mock-api-key-globex"
OTHER_SECRET_KEY: Final = "mock-secret-key-globex"
