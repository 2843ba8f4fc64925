from __future__ import annotations

import json

import pytest

from futureagi_simulate.failures import Cluster, Demands, Redactor, failed_call, lines, prompt
from futureagi_simulate.failures.redact import redactor_for

from .samples import call, verdict

NAMES = ["María López", "Amelia Li", "Zoë O'Brien", "Mateo Smith-Jones"]

PHONES = [
    "+49 (0)171 555-0110",
    "+14155550110",
    "(415) 555-0110",
    "415.555.0110",
    "0171/5550110",
    "four one five, five five five, oh one one oh",
    "4 1 5 5 5 5 0 1 1 0",
]


@pytest.mark.parametrize("phone", PHONES)
def test_a_phone_number_is_taken_out_however_it_is_written(phone: str) -> None:
    assert Redactor().text(f"Call me at {phone}, please.") == "Call me at [phone], please."


@pytest.mark.parametrize(
    "text",
    [
        "It costs 49.95 on 2026-03-23.",
        "Order 7731 of 2025",
        "call 839b6662-7f6b-4a55-8f0e-0d8f4f1c2b3a",
        "one or two of three",
    ],
)
def test_what_is_no_phone_number_stays(text: str) -> None:
    assert Redactor().text(text) == text


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Ms María López called.", "Ms [name] called."),
        ("MARÍA!", "[name]!"),
        ("López's invoice", "[name]'s invoice"),
        ("Marías Haus", "Marías Haus"),
        ("my name is Jean-Luc Picard and I", "my name is [name] and I"),
        ("This is Zoë.", "This is [name]."),
        ("this is wrong", "this is wrong"),
        ("Maria Lopez, without accents", "[name], without accents"),
        ("Mari\u0301a, written in two code points", "[name], written in two code points"),
        ("Ms Li and the list", "Ms [name] and the list"),
        ("li and Lisbon", "li and Lisbon"),
        ("Mr O\u2019Brien", "Mr [name]"),
        ("Smith, of Smith-Jones", "[name], of [name]"),
        ("ici Loïc Béranger. Je déménage", "ici [name]. Je déménage"),
    ],
)
def test_names_are_taken_out(text: str, redacted: str) -> None:
    assert Redactor(NAMES).text(text) == redacted


def test_nothing_of_a_customer_is_left_in_a_redacted_line_or_prompt() -> None:
    failed = failed_call(
        call(verdict("Coherence", False, "María López (+49 171 5550110) was misled.")), Demands()
    )
    assert failed is not None
    redactor = redactor_for([failed.call])
    clean = redactor.failed_call(failed)
    cluster = redactor.cluster(Cluster("Coherence", "María's case", "López was misled", ("c1",)))
    for text in (
        json.dumps(list(lines(clean, [cluster])), ensure_ascii=False),
        prompt([clean], [cluster]),
    ):
        assert "[name]" in text
        assert "[phone]" in text
        for secret in ("María", "López", "5550110", "555-0110"):
            assert secret not in text
