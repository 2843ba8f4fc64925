from __future__ import annotations

import json
import re
import time
import unicodedata
from dataclasses import asdict, is_dataclass, replace
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from futureagi_simulate.records import CallRecord, ExecutionRecord, call_record
from futureagi_simulate_cli.failures import Cluster, Criteria, Failures, Redactor, failed_call, lines, prompt
from futureagi_simulate_cli.failures.redact import Identities, Redaction, identities_of, redactor_for

from .samples import call, verdict

NAMES = ["María López", "Amelia Li", "Zoë O'Brien", "Mateo Smith-Jones"]

PHONES = [
    "+49 (0)171 555-0110",
    "+14155550110",
    "(415) 555-0110",
    "415.555.0110",
    "0171/5550110",
    "415,555,0110",
    "(415) - (555) - [0110",
    "\uff14\uff11\uff15 \uff15\uff15\uff15 \uff10\uff11\uff11\uff10",
    "\u0664\u0661\u0665\u0665\u0665\u0665\u0660\u0661\u0661\u0660",
    "4\u200b15\u2060555_0110",
    "4 1 5 5 5 5 0 1 1 0",
    "555 123 4567 555 987 6543 555 111 2222",
    "4111 1111 1111 1111",
]


@pytest.mark.parametrize("phone", PHONES)
def test_a_phone_number_is_taken_out_however_it_is_written(phone: str) -> None:
    assert Redactor().text(f"Call me at {phone}, please.") == "Call me at [phone], please."


def test_a_phone_number_between_dashes_is_taken_out() -> None:
    assert Redactor().text("It is -415 555 0110- please") == "It is -[phone]- please"


def test_a_phone_number_with_letters_around_it_is_taken_out() -> None:
    assert Redactor().text("tel4155550110x, id_4155550110abc") == "tel[phone]x, id_[phone]abc"


def test_a_given_number_is_found_by_its_last_digits_and_a_short_one_as_a_whole() -> None:
    redactor = Redactor(numbers=["+49 171 5550110", "11833"])
    assert redactor.text("Or 555-0110; then 55 50 / 11 0!") == "Or [phone]; then [phone]!"
    assert (
        redactor.text("1 18 33 or 11833, not 118330 or 555011") == "[phone] or [phone], not 118330 or 555011"
    )


def test_of_a_call_without_a_known_number_shorter_ones_go_too() -> None:
    assert Redactor().text("555-0110 and 55501, not 5550", least=5) == "[phone] and [phone], not 5550"


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
        ("Marías Haus", "[name]s Haus"),
        ("This is Zoë.", "This is [name]."),
        ("this is wrong", "this is wrong"),
        ("Maria Lopez, without accents", "[name], without accents"),
        ("Mari\u0301a, written in two code points", "[name], written in two code points"),
        ("Ms Li and the list", "Ms [name] and the list"),
        ("li, LI and Lisbon", "[name], [name] and Lisbon"),
        ("Mr O\u2019Brien", "Mr [name]"),
        ("Smith, of Smith-Jones", "[name], of [name]"),
        ("Li_1 9Li\u30fbLis 我Li", "[name]_1 9[name]\u30fb[name]s 我[name]"),
        ("xMARIA_LOPEZ1 maria.lopez@example.org", "x[name]1 [name]@example.org"),
        ("M-a-r-í-a or m a r i a", "[name] or [name]"),
        (r'{"name": "Mar\u00eda", "to": "Zo\xeb"}', '{"name": "[name]", "to": "[name]"}'),
        (r"\nLi said", r"\n[name] said"),
        ("Mar&iacute;a &#90;o&#235; q=Mar%C3%ADa+L%C3%B3pez", "[name] q=[name]"),
    ],
)
def test_names_are_taken_out(text: str, redacted: str) -> None:
    assert Redactor(NAMES).text(text) == redacted


@pytest.mark.parametrize(
    ("name", "text", "redacted"),
    [
        ("Jose Garcia", "I am José García, not Josefa.", "I am [name], not [name]fa."),
        ("José García", "I am Jose Garcia.", "I am [name]."),
        ("Zoe", "Zoë", "[name]"),
        ("Søren", "Soren and SØREN", "[name] and [name]"),
        ("Soren", "Søren", "[name]"),
        ("Łukasz", "Lukasz", "[name]"),
        ("Weiß", "WEISS, Weiss, Weiẞ, Weißer", "[name], [name], [name], [name]er"),
        ("Weiss", "Weiß", "[name]"),
        ("Œdipe Ægir", "Oedipe, then ÆGIR? aegir", "[name], then [name]? [name]"),
        ("Jörg Müller", "Joerg Mueller", "[name]"),
        ("Joerg Mueller", "Jörg, or MU\u0308LLER", "[name], or [name]"),
        (
            "Anna",
            "\uff21\uff4e\uff4e\uff41 \U0001d400\U0001d427\U0001d427\U0001d41a A\u200bn\u00adn\U000e0041a",
            "[name]",
        ),
        ("J. R. Smith", "J. R. Smith, J., r and SMITH", "[name], J., r and [name]"),
        ("김민수", "\u1100\u1175\u11b7민수가", "[name]가"),
        ("محمد", "مُحَمَّد وبمحـــمد", "[name] وب[name]"),
        ("Jose", "ø Jose\u0301\u0323! ø", "ø [name]! ø"),
        ("O'Brien", "O\u2018Brien", "[name]"),
        ("\u0301", "é à", "é à"),
    ],
)
def test_a_name_is_taken_out_whichever_side_has_the_accents(name: str, text: str, redacted: str) -> None:
    assert Redactor([name]).text(text) == redacted


def test_nothing_of_a_customer_is_left_in_a_redacted_line_or_prompt() -> None:
    failed = failed_call(
        call(verdict("Coherence", False, "María López (+49 171 5550110) was misled.")), Criteria()
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


@attrs.frozen
class Answer:
    raw: dict[str, Any]

    @property
    def raw_json(self) -> bytes:
        return json.dumps(self.raw).encode()


def record_of(**fields: Any) -> CallRecord:
    return call_record(Answer({"id": "c1", "status": "failed", **fields}))


def failures_of(*calls: CallRecord, clusters: tuple[Cluster, ...] = ()) -> Failures:
    failed = [found for one in calls if (found := failed_call(one, Criteria()))]
    crashed = tuple(one for one in calls if one.status == "failed")
    execution = ExecutionRecord(run_test_name="Zoë's run", error_reason="Zoë left", raw_json=b"Zo\xc3\xab")
    return Failures(execution, tuple(failed), clusters, len(calls), 0, crashed)


INTRODUCTION = prompt([]).removesuffix("\nNo eval and no call failed.\n")


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def everything_in(found: Failures) -> str:
    """Write down all that a result holds, hidden fields too."""
    held = attrs.asdict(found) if found.redaction else {}
    printed = [line for one in found.everything for line in lines(one, found.clusters)]
    whole = json.dumps([held, printed], default=_plain, ensure_ascii=False)
    return whole + prompt(found.everything, found.clusters, 10**9).removeprefix(INTRODUCTION)


def test_the_customers_of_calls_that_failed_as_calls_are_taken_out_of_them() -> None:
    broken = replace(call(call_id="c2"), customer_name="Ada King", ended_reason="Ada hung up")
    clean = Failures(ExecutionRecord(), (), (), 1, 0, (broken,)).redacted()
    assert clean.unfinished[0].ended_reason == "[name] hung up"


@pytest.mark.parametrize(
    ("answer", "given"),
    [
        ({"customer_name": "Zoë Ng"}, Identities(names=frozenset({"Zoë Ng"}))),
        ({"customer_name": "+33 612 000 110"}, Identities(numbers=frozenset({"33612000110"}))),
        ({"customer_number": "+33612000110"}, Identities(numbers=frozenset({"33612000110"}))),
        ({"phone_number": 33612000110}, Identities(numbers=frozenset({"33612000110"}))),
        ({"phone_number": "sip:+33612000110@h, ext. 22"}, Identities(numbers=frozenset({"33612000110"}))),
        ({"simulator_agent_name": "Sofia"}, Identities(titles=frozenset({"Sofia"}))),
        ({"agent_definition_used_name": "Support line"}, Identities(titles=frozenset({"Support line"}))),
        (
            {"scenario_columns": {"persona": {"value": {"name": "Zoë 0"}, "column_name": "persona"}}},
            Identities(names=frozenset({"Zoë 0"})),
        ),
        ({"persona": "{'name': 'Zoë 0', 'tone': 'angry'}"}, Identities(names=frozenset({"Zoë 0"}))),
        (
            {"provider_call_data": {"vapi": {"customer": {"name": "Ann Lee", "number": "+33612000110"}}}},
            Identities(names=frozenset({"Ann Lee"}), numbers=frozenset({"33612000110"})),
        ),
        (
            {"scenario_columns": {"email": {"value": "j.doe@example.org"}}},
            Identities(titles=frozenset({"j.doe"})),
        ),
        (
            {"customer_name": "Unknown", "scenario_name": "Zoë", "customer_call_id": "cust_9612345"},
            Identities(),
        ),
        ({"eval_outputs": {"e": {"name": "Tone"}}, "scenario": {"name": "Refund"}}, Identities()),
        ({"persona": "A retired teacher who has lost the invoice", "customer_name": None}, Identities()),
    ],
)
def test_what_the_server_gives_away_is_collected_from_anywhere_in_an_answer(
    answer: dict[str, Any], given: Identities
) -> None:
    assert identities_of(record_of(), answer) == given


def test_all_that_an_answer_gives_away_is_taken_out_and_the_result_says_so() -> None:
    one = record_of(
        customer_name="+33612000110",
        scenario_columns={"persona": {"value": {"name": "Zoë Ng"}}},
        simulator_agent_name="Sofia Support",
        call_summary="Zoe NG (0612.00.01.10) spoke with SOFIA of support.",
        session_id="33612000110",
        provider="zoë",
        transcript=[{"speaker_role": "Zoë", "content": "Sofia? Zoë."}],
        eval_outputs={"zoë": {"name": "Zoë", "output": "Failed", "output_type": "Pass/Fail", "reason": "ng"}},
    )
    found = failures_of(one, clusters=(Cluster("Zoë", "Sofia's", "0612000110", ("c1",)),)).redacted()
    assert found.unfinished[0].summary == "[name] ([phone]) spoke with [name] of support."
    assert found.redaction == Redaction(names=2, numbers=1, calls=(), clusters=0)
    left = everything_in(found)
    assert not re.findall(r"zo[eë]|zo\\\\|\bng\b|sofia|12[.]?00", left, re.IGNORECASE)
    assert found.unfinished[0].raw_json == b""
    assert [record.output for record in found.unfinished[0].evals] == [None]
    assert found.execution.raw_json == b""


def test_the_raw_bytes_and_raw_outputs_of_a_redacted_call_are_dropped() -> None:
    dropped = replace(call(replace(verdict("A", False), output="María")), raw_json=b"Mar")
    assert asdict(Redactor().call(dropped))["raw_json"] == b""
    assert Redactor().call(dropped).evals[0].output is None
    assert Redactor().without_texts(dropped).raw_json == b""
    assert Redactor().without_texts(dropped).evals[0].output is None


SECRET = "Grüß Gott, Jörg Müller, vierundzwanzig"


def test_of_a_call_whose_customer_is_unknown_no_free_text_is_left() -> None:
    evals = {
        "e1": {"name": "Coherence", "output": "Failed", "output_type": "Pass/Fail", "reason": SECRET},
        "e2": {"name": "Tone", "output": [SECRET], "output_type": "choices", "reason": SECRET},
    }
    texts = dict.fromkeys(
        ["call_summary", "ended_reason", "scenario", "session_id", "provider", "rerun_type", "x"], SECRET
    )
    turns = [{"speaker_role": SECRET, "content": SECRET}]
    unknown = record_of(**texts, eval_outputs=evals, transcript=turns, phone_number="+33612000110")
    known = replace(call(), id="c2")
    clusters = tuple(Cluster("Coherence", SECRET, SECRET, ids) for ids in (("c1", "c2"), (), ("other",)))
    found = failures_of(unknown, known, clusters=clusters).redacted()
    assert found.redaction is not None
    assert found.redaction.calls == ("c1",)
    assert found.redaction.clusters == 3
    left = everything_in(found)
    assert not [word for word in re.findall(r"\w+", SECRET) if word in left]
    assert "left" not in left.replace("[left out]", "").replace("left out for size", "")
    assert found.calls[0].evals[0].record.name == "Coherence"
    assert found.calls[0].evals[0].turn is None


def test_two_calls_without_an_id_do_not_share_what_is_known_of_them() -> None:
    evals = {"e": {"name": "Tone", "output": "Failed", "output_type": "Pass/Fail", "reason": SECRET}}
    calls = [record_of(id="", eval_outputs=evals, customer_name=name) for name in ("Jörg Müller", None)]
    found = failures_of(*calls, clusters=(Cluster("Tone", SECRET, SECRET, ("",)),)).redacted()
    reasons = [failed.evals[0].record.reason for failed in found.calls]
    assert reasons == ["Grüß Gott, [name], vierundzwanzig", None]
    assert found.clusters[0].name == "[left out]"


def test_each_eval_keeps_its_own_reason_where_two_share_an_id() -> None:
    one = call(verdict("A", False, "first"), verdict("A", False, "second"))
    found = failures_of(one).redacted()
    assert [each.record.reason for each in found.calls[0].evals] == ["first", "second"]


@pytest.mark.parametrize(
    ("name", "text", "redacted"),
    [
        ("李小龍", "我叫李 小龍先生", "我叫[name]先生"),
        ("김민수", "김 민수 씨", "[name] 씨"),
        ("McDonald", "Mr Mc Donald and Mc-Donald", "Mr [name] and [name]"),
        ("Anna", "An-na and An_na can navigate", "[name] and [name] can navigate"),
    ],
)
def test_a_name_that_is_separated_somewhere_is_taken_out(name: str, text: str, redacted: str) -> None:
    assert Redactor([name]).text(text) == redacted


def test_thousands_of_names_are_found_in_bounded_time() -> None:
    names = [
        f"{first}{chr(97 + number % 26)}{number:x} Smithson"
        for number in range(2000)
        for first in ("Ab", "Éo")
    ]
    text = "The caller said that nothing of this had been agreed on. " * 200
    started = time.process_time()
    assert Redactor(names).text(text) == text
    assert time.process_time() - started < 5


SCRIPTS = {
    "Latin": ("Jörg Müller", "María López", "Łukasz Żak", "Zoë O'Brien", "Nguyễn Thị Ánh"),
    "Greek": ("Γιώργος Παπαδόπουλος", "Ελένη"),
    "Cyrillic": ("Алёна Йовчева", "Ђорђе Ћирић"),
    "Han": ("王小明", "歐陽 娜娜"),
    "Kana": ("たなか はなこ", "ガブリエル"),
    "Hangul": ("김민수", "박 서준"),
    "Arabic": ("محمد الأحمد", "فاطمة"),
    "Hebrew": ("דָּוִד כהן", "שרה"),
    "Devanagari": ("प्रिया शर्मा", "अर्जुन"),
    "Thai": ("สมชาย ใจดี", "น้ำฝน"),
    "Armenian": ("Արամ Խաչատրյան",),
    "Tamil": ("கவிதா ரமேஷ்",),
}
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f\U000e0041"
DIGITS = (
    "0123456789",
    "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19",
    "٠١٢٣٤٥٦٧٨٩",
    "०१२३४५६७८९",
    "๐๑๒๓๔๕๖๗๘๙",
)


def simplest(text: str) -> str:
    """Write a text without case, width, marks, or what can't be seen, by means other than the code's."""
    for _ in range(2):
        text = unicodedata.normalize("NFKD", text).casefold()
    return "".join(one for one in text if not unicodedata.combining(one) and one not in ZERO_WIDTH)


@st.composite
def name_forms(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a name, and a text that holds it in another form."""
    name = draw(st.sampled_from([name for names in SCRIPTS.values() for name in names]))
    form = draw(st.sampled_from([name, name.upper(), name.lower(), name.swapcase(), simplest(name)]))
    form = unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"])), form)
    if draw(st.booleans()):
        form = draw(st.sampled_from(ZERO_WIDTH)).join(form)
    if draw(st.booleans()):
        form = re.sub(" ", draw(st.sampled_from(["", "_", ".", "-", "\u00a0", "\n", " 1 "])), form)
    around = st.sampled_from(["", " ", "_", "7", "-", "__9", ",", "(", "\u200b", "我叫", "先生", "и", "x"])
    return name, f"..{draw(around)}{form}{draw(around)}.."


@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(name_forms())
def test_no_form_of_a_given_name_is_left(drawn: tuple[str, str]) -> None:
    name, text = drawn
    if any(len(simplest(word)) <= 3 for word in re.split("[ ']", name)):
        text = text.replace("x", "_").replace("и", "_")  # a short one is found as a word only
    one = record_of(
        customer_name=name,
        call_summary=text,
        ended_reason=text,
        scenario=text,
        eval_outputs={"e": {"name": text, "output": "Failed", "output_type": "Pass/Fail", "reason": text}},
        transcript=[{"role": "customer", "content": text}],
    )
    left = simplest(
        everything_in(failures_of(one, clusters=(Cluster(text, text, text, ("c1",)),)).redacted())
    )
    for word in (name, *name.split()):
        assert simplest(word) not in left, (word, text)
    assert "[name]" in left


@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_form_of_a_given_number_is_left(data: st.DataObject) -> None:
    country, national = data.draw(
        st.sampled_from([("49", "1715550110"), ("1", "4155550110"), ("33", "612000110")])
    )
    start = data.draw(st.sampled_from([f"+{country}", f"00{country}", f"+{country}(0)", "0", ""]))
    separators = st.sampled_from(
        [
            "",
            "",
            " ",
            "-",
            ".",
            ",",
            ", ",
            "/",
            "(",
            ") ",
            " - ",
            "_",
            "\u2013",
            "\u200b",
            "\n",
            "\u00a0",
            "] [",
        ]
    )
    script = data.draw(st.sampled_from(DIGITS))
    form = start + "".join(digit + data.draw(separators) for digit in national)
    form = "".join(script[int(one)] if one.isascii() and one.isdigit() else one for one in form)
    around = st.sampled_from(["", " ", "x", "_", "tel", "号", "7 ", "#", "ext"])
    text = f"..{data.draw(around)}{form}{data.draw(around)}.."
    one = record_of(
        customer_name="Ada King", phone_number=f"+{country}{national}", call_summary=text, ended_reason=text
    )
    left = everything_in(failures_of(one).redacted())
    digits = "".join(
        str(unicodedata.digit(letter)) for letter in left if unicodedata.digit(letter, None) is not None
    )
    assert national[-6:] not in digits, text
    assert "[phone]" in left
