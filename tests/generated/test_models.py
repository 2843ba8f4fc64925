from __future__ import annotations

import copy
import importlib
import pickle
import statistics
from enum import Enum

import attrs
import msgspec
import pytest

from futureagi_simulate_api import models
from futureagi_simulate_api.models import CallCost, CallStatus, TranscriptTurn
from futureagi_simulate_api.types import Model, unknown_values
from tools.spec import contract, load

COST = (
    b'{"total_cost_cents": 24, "stt_cost_cents": null, "llm_cost_cents": 0, "tts_cost_cents": 0, "new": [1]}'
)

DUPLICATES = {
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


@pytest.fixture(params=sorted(DUPLICATES))
def duplicate(request):
    return DUPLICATES[request.param]


def test_every_name_of_the_package_is_a_model_or_an_enum_that_msgspec_decodes():
    for name in models.__all__:
        kind = getattr(models, name)
        assert issubclass(kind, (Model, Enum)), name
        msgspec.json.Decoder(kind)


def test_every_model_leaves_msgspec_no_optional_slot_that_is_empty():
    optional = 0
    for kind in (getattr(models, name) for name in models.__all__):
        for field in attrs.fields(kind) if attrs.has(kind) else ():
            if field.default is not attrs.NOTHING:
                empty = object.__new__(kind)
                empty.__attrs_pre_init__()
                assert getattr(empty, field.name) is None, (kind, field.name)
                optional += 1
    assert optional > 100


def test_the_names_are_sorted_and_an_unknown_one_is_no_attribute():
    assert list(models.__all__) == sorted(models.__all__)
    with pytest.raises(AttributeError, match="Nonsense"):
        importlib.import_module(models.__name__).Nonsense  # noqa: B018 - looking it up is the test


def test_required_fields_stand_before_optional_ones():
    for name in models.__all__:
        kind = getattr(models, name)
        if issubclass(kind, Model):
            optional = [field.default is None for field in attrs.fields(kind)]
            assert optional == sorted(optional), name


def test_a_field_has_no_default_exactly_where_the_spec_requires_it(root):
    schemas = contract("views").open_view(load((root / "openapi.yaml").read_bytes()))["components"]["schemas"]

    for name in set(schemas) & set(models.__all__):
        if "properties" in schemas[name]:
            fields = attrs.fields(getattr(models, name))
            required = {field.name for field in fields if field.default is attrs.NOTHING}
            assert required == set(schemas[name].get("required", ())), name
            assert {field.name for field in fields} == set(schemas[name]["properties"]), name


def test_a_model_keeps_the_bytes_it_came_from_and_what_the_spec_does_not_know():
    cost = CallCost.from_json(COST)

    assert (cost.total_cost_cents, cost.stt_cost_cents) == (24, None)
    assert cost.raw_json == COST
    assert cost.raw["new"] == [1]


def test_a_model_made_by_hand_has_its_fields_as_json():
    turn = TranscriptTurn(content="Hello", speaker_role="user")

    assert turn.raw == {"content": "Hello", "speaker_role": "user"}


def test_an_absent_field_is_none_and_told_from_a_null():
    turn = TranscriptTurn.from_json(b'{"end_time_seconds": null}')

    assert (turn.end_time_seconds, turn.content) == (None, None)
    assert (turn.has("end_time_seconds"), turn.has("content")) == (True, False)


def test_a_null_where_the_spec_has_none_is_refused():
    with pytest.raises(msgspec.ValidationError, match=r"\$\.content"):
        TranscriptTurn.from_json(b'{"content": null}')


def test_a_duplicate_is_equal_and_keeps_its_bytes(duplicate):
    turn = TranscriptTurn.from_json(b'{"end_time_seconds": null, "new": 1}')

    twin = duplicate(turn)

    assert twin == turn
    assert twin.raw_json == turn.raw_json
    assert not twin.has("content")


def _positive(_turn, _field, value):
    if value is not None and value <= 0:
        raise ValueError(value)


DERIVED = {
    "plain": (lambda: type("Turn", (TranscriptTurn,), {}), None),
    "attrs": (lambda: attrs.define(type("Turn", (TranscriptTurn,), {}), kw_only=True), None),
    "another default": (lambda: _derived(attrs.define, attrs.field(default=7)), 7),
    "a factory": (lambda: _derived(attrs.define, attrs.field(factory=lambda: 7)), 7),
    "frozen": (lambda: _derived(attrs.frozen, attrs.field(default=7)), 7),
    "a validator": (lambda: _derived(attrs.define, attrs.field(default=None, validator=_positive)), None),
}


def _derived(decorate, field):
    members = {"__annotations__": {"end_time_ms": "int"}, "end_time_ms": field, "__module__": __name__}
    return decorate(type("Turn", (TranscriptTurn,), members), kw_only=True)


@pytest.mark.parametrize(("make", "expected"), DERIVED.values(), ids=DERIVED)
def test_a_class_derived_from_a_model_has_its_own_defaults(make, expected):
    kind = make()

    for turn in (kind(content="Hello"), kind.from_json(b'{"content": "Hello"}')):
        assert type(turn) is kind
        assert (turn.content, turn.end_time_ms, turn.start_time_ms) == ("Hello", expected, None)
    assert kind.from_json(b'{"end_time_ms": 3}').end_time_ms == 3


def test_a_class_derived_from_a_model_may_require_a_field():
    kind = _derived(attrs.define, attrs.field())

    assert kind.from_json(b'{"end_time_ms": 3}').end_time_ms == 3
    with pytest.raises(TypeError, match="end_time_ms"):
        kind(content="Hello")
    with pytest.raises(msgspec.ValidationError, match="missing required field `end_time_ms`"):
        kind.from_json(b'{"content": "Hello"}')


def test_a_validator_of_a_class_derived_from_a_model_is_heeded():
    kind = _derived(attrs.define, attrs.field(default=None, validator=_positive))

    with pytest.raises(ValueError, match="-1"):
        kind(end_time_ms=-1)


def test_bytes_are_no_part_of_equality_or_repr():
    cost = CallCost.from_json(COST)

    assert cost == CallCost.from_json(COST.replace(b"[1]", b"[2]"))
    assert "new" not in repr(cost)


def test_an_unknown_enum_value_is_kept(duplicate):
    status = msgspec.json.decode(b'"Completed"', type=CallStatus)

    assert status == "Completed"
    assert status is not CallStatus.COMPLETED
    assert isinstance(duplicate(status), CallStatus)
    assert duplicate(status) == "Completed"
    assert hash(status) == hash("Completed")
    assert status not in list(CallStatus)


def test_a_known_enum_value_is_its_member(duplicate):
    assert msgspec.json.decode(b'"completed"', type=CallStatus) is CallStatus.COMPLETED
    assert duplicate(CallStatus.COMPLETED) is CallStatus.COMPLETED


def test_decoding_an_unknown_value_is_counted_and_decoding_known_ones_is_not():
    before = unknown_values()

    msgspec.json.decode(b'["completed", null]', type=list[CallStatus | None])
    assert unknown_values() == before
    msgspec.json.decode(b'["Completed", "lost", "lost"]', type=list[CallStatus])
    assert unknown_values() == before + 3


def test_what_is_no_text_is_no_enum_value():
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b"3", type=CallStatus)


def test_half_of_the_model_files_have_at_most_forty_lines(root):
    folder = root / "generated/futureagi_simulate_api/models"
    lengths = [len(path.read_text().splitlines()) for path in folder.glob("[a-z]*.py")]

    assert statistics.median(lengths) <= 40
