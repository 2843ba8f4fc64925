from __future__ import annotations

import json

import attrs
import pytest

from futureagi_simulate.failures import Cluster, Demands, Failures, Redactor, failed_call, lines, prompt
from futureagi_simulate.failures.redact import redactor_for
from futureagi_simulate.records import ExecutionRecord

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
    "555 123 4567 555 987 6543 555 111 2222",
    "4111 1111 1111 1111",
]


@pytest.mark.parametrize("phone", PHONES)
def test_a_phone_number_is_taken_out_however_it_is_written(phone: str) -> None:
    assert Redactor().text(f"Call me at {phone}, please.") == "Call me at [phone], please."


def test_a_phone_number_between_dashes_is_taken_out() -> None:
    assert Redactor().text("It is -415 555 0110- please") == "It is -[phone]- please"


@pytest.mark.parametrize(
    "text",
    [
        "It costs 49.95 on 2026-03-23.",
        "Order 7731 of 2025",
        "call 839b6662-7f6b-4a55-8f0e-0d8f4f1c2b3a",
        "call 11111111-1111-4111-8111-111111111111",
        "call 11111111-1111-4111-8111-11111111111a",
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


@pytest.mark.parametrize(
    ("name", "text", "redacted"),
    [
        ("Jose Garcia", "I am José García, not Josefa.", "I am [name], not Josefa."),
        ("José García", "I am Jose Garcia.", "I am [name]."),
        ("Zoe", "Zoë", "[name]"),
        ("Søren", "Soren and SØREN", "[name] and [name]"),
        ("Soren", "Søren", "[name]"),
        ("Łukasz", "Lukasz", "[name]"),
        ("Weiß", "WEISS, Weiss, Weiẞ, Weißer", "[name], [name], [name], Weißer"),
        ("Weiss", "Weiß", "[name]"),
        ("Œdipe Ægir", "Oedipe, ÆGIR", "[name], [name]"),
        ("Jose", "ø Jose\u0301\u0323! ø", "ø [name]! ø"),
        ("O'Brien", "O\u2018Brien", "[name]"),
        ("\u0301", "é à", "é à"),
    ],
)
def test_a_name_is_taken_out_whichever_side_has_the_accents(name: str, text: str, redacted: str) -> None:
    assert Redactor([name]).text(text) == redacted


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("my name is Łukasz Żak, hi", "my name is [name], hi"),
        ("je m\u2019appelle Élodie", "je m\u2019appelle [name]"),
    ],
)
def test_an_introduction_gives_away_a_name_with_any_accent(text: str, redacted: str) -> None:
    assert Redactor().text(text) == redacted


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


def test_the_customers_of_calls_that_failed_as_calls_are_taken_out_of_them() -> None:
    broken = attrs.evolve(call(call_id="c2"), customer_name="Ada King", ended_reason="Ada hung up")
    clean = Failures(ExecutionRecord(), (), (), 1, 0, (broken,)).redacted()
    assert clean.unfinished[0].ended_reason == "[name] hung up"
