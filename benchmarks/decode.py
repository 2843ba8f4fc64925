"""Decode a page of 95 calls with transcripts, 640 KB: our models, the peers', and what bounds them all."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping

import msgspec

from benchmarks.decode_page import documented, page, short_rows
from benchmarks.peers import DEFAULT, OPENAPI_GENERATOR, PYDANTIC, peers
from benchmarks.structs import struct
from benchmarks.timing import Figure, Spread, compare
from benchmarks.walk import RUN_TEST
from futureagi_simulate.decoding import read_page
from futureagi_simulate.http import Answer
from futureagi_simulate.pagination import Ask
from futureagi_simulate.requests import listing_spec
from futureagi_simulate_api.models import CallExecutionPage
from futureagi_simulate_api.operations import LIST_CALL_EXECUTIONS_METHOD

WORK = "decode 640 KB"
CALLS, TURNS = 95, 8
AIMS = {"documented": 1.7, "observed": 2.0, "ASCII only": 2.0, "100 calls of 20 short turns": 2.6}
LIMIT, LOSSLESS = "json.loads", "the client: typed, every item keeps its bytes"


def contenders(data: bytes, *, with_peers: bool = True) -> Mapping[str, Callable[[], object]]:
    """Give everyone who decodes a page, `json.loads` first."""
    typed = msgspec.json.Decoder(CallExecutionPage)
    structs = msgspec.json.Decoder(struct(CallExecutionPage))
    found: dict[str, Callable[[], object]] = {
        LIMIT: lambda: json.loads(data),
        LOSSLESS: reading(data),
        "our models alone, without their bytes": lambda: typed.decode(data),
        "the same as msgspec structs": lambda: structs.decode(data),
    }
    if not with_peers:
        return found
    made = peers()
    default, pydantic, openapi = made.default.CallExecutionPage, made.pydantic.CallExecutionPage, made.openapi
    found[DEFAULT] = lambda: default.from_dict(json.loads(data))
    found[f"{PYDANTIC}, from JSON"] = lambda: pydantic.model_validate_json(data)
    found[f"{PYDANTIC}, from dicts"] = lambda: pydantic.model_validate(json.loads(data))
    if openapi is not None:
        found[OPENAPI_GENERATOR] = lambda: openapi.CallExecutionPage.from_dict(json.loads(data))
    return found


def reading(data: bytes) -> Callable[[], object]:
    """Make a function that reads a page the way the client does, from the bytes of an answer on."""
    spec, ask = listing_spec(LIST_CALL_EXECUTIONS_METHOD, {"run_test_id": RUN_TEST}), Ask(1, CALLS)
    answer = Answer(spec.page(ask), 200, {}, data, 1, 0.0)
    return lambda: read_page(spec.form, answer, ask, strict=True)


def measure(quick: bool) -> list[Figure]:
    """Compare processor time with that of `json.loads` of the same bytes."""
    data = page(CALLS, TURNS)
    ratios = compare(contenders(data), 12 if quick else 60, time.process_time).ratios
    plain = page(CALLS, TURNS, ascii_only=True)
    ours = {
        name: one for name, one in contenders(plain, with_peers=False).items() if name in (LIMIT, LOSSLESS)
    }
    ratios[f"{LOSSLESS}, ASCII only"] = compare(ours, 12 if quick else 60, time.process_time).ratios[LOSSLESS]
    own = ratios.pop(LOSSLESS)
    rounds = 12 if quick else 60
    pages = [figure for name, body in untyped_pages().items() for figure in _to_untyped(name, body, rounds)]
    del ratios[LIMIT]
    return [
        Figure.at_most(WORK, f"{LOSSLESS}, to {LIMIT}", own.median, 0.75, str(own)),
        *(_seen(name, spread) for name, spread in ratios.items()),
        *pages,
    ]


def untyped_pages() -> dict[str, bytes]:
    """Give the pages that are held against msgspec without types, which is the limit of any decoder here."""
    return {
        "documented": documented(CALLS, RUN_TEST),
        "observed": page(CALLS, TURNS),
        "ASCII only": page(CALLS, TURNS, ascii_only=True),
        "100 calls of 20 short turns": short_rows(100, 20),
    }


def _to_untyped(name: str, data: bytes, rounds: int) -> list[Figure]:
    """Compare the client, its models alone and the same models as structs with msgspec without types."""
    untyped, typed = msgspec.json.Decoder(), msgspec.json.Decoder(CallExecutionPage)
    structs = msgspec.json.Decoder(struct(CallExecutionPage))
    found = compare(
        {
            "untyped": lambda: untyped.decode(data),
            LOSSLESS: reading(data),
            "our models alone, without their bytes": lambda: typed.decode(data),
            "the same as msgspec structs": lambda: structs.decode(data),
        },
        rounds,
        time.process_time,
    ).ratios
    work = f"decode {len(data) // 1000} KB, {name}"
    del found["untyped"]
    own = found.pop(LOSSLESS)
    first = Figure.at_most(work, f"{LOSSLESS}, to msgspec untyped", own.median, AIMS[name], str(own))
    return [
        first,
        *(
            Figure.seen(work, f"{one}, to msgspec untyped", all_.median, str(all_))
            for one, all_ in found.items()
        ),
    ]


def _seen(name: str, spread: Spread) -> Figure:
    return Figure.seen(WORK, f"{name}, to {LIMIT}", spread.median, str(spread))
