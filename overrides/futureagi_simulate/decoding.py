"""From the bytes of an answer to models: fast where it fits the contract, tolerant where it doesn't.

A page's items are cut out of the answer first, as bytes, and each is decoded on its own: so every item has
its exact bytes, and one that differs from the contract doesn't hold up the others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, TypeVar, cast
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import attrs
import msgspec

from futureagi_simulate.errors import ContractError, RequestInfo
from futureagi_simulate.http import Answer
from futureagi_simulate.lenient import UNFIT, decode_each, decode_leniently, hints, unknown_words
from futureagi_simulate.pagination import Ask, Deviation, Deviations, Facts, Fetched, Page
from futureagi_simulate.printable import clean
from futureagi_simulate.results import Form
from futureagi_simulate_api.types import decoder, unknown_values

__all__ = ["read_array", "read_object", "read_page"]

M = TypeVar("M")

_SHOWN: Final = 5
_PAGE: Final = re.compile(r"[?&]page=(\d{1,18})(?!\d)", re.ASCII)
_LONGEST_ID: Final = 100  # characters of one in a message


def read_page(form: Form[M], answer: Answer, ask: Ask, *, strict: bool) -> Fetched[M]:
    """Read one page of a listing.

    Raises ContractError if the answer isn't a page of this form at all, if it is about another id than the
    one asked for, or, when `strict`, if it differs anywhere.
    """
    deviations = _replaced(answer)
    data, path = _inside(form, answer)
    envelope = _envelope(form, answer, data, path, deviations)
    model = _item_class(form, envelope.results)
    items = _items(model, envelope.results, f"{path}.results".lstrip("."), deviations)
    envelope.results = []  # the rows' bytes are the items' from here on
    _check_links(answer, envelope)
    _check_fields(form, answer, (envelope,), items)
    found = _refused_if(strict, answer, deviations)
    count = _whole(envelope.count)
    pages = _whole(getattr(envelope, "total_pages", None))
    facts = Facts(
        ask,
        tuple(_identity(item, form.identity) for item in items),
        count=count,
        total_pages=pages,
        has_next=_has_next(getattr(envelope, "next", None), ask.number),
    )
    page = Page(ask.number, items, count, pages, found)
    return Fetched(facts, page, _notices(envelope), envelope)


def _has_next(link: object, number: int) -> bool:
    """Return whether a page names one behind it; a link to itself or back says nothing."""
    named = _PAGE.search(link) if isinstance(link, str) else None
    return isinstance(link, str) and (named is None or int(named[1]) > number)


def read_object(form: Form[M], answer: Answer, *, strict: bool) -> tuple[M, tuple[Deviation, ...]]:
    """Read an answer that is one object of this form, and where it differs from the contract."""
    deviations = _replaced(answer)
    data, path = _inside(form, answer)
    if form.telling and form.telling.isdisjoint(decoder(dict[str, msgspec.Raw]).decode(data)):
        raise _other_form(answer, f"{path or 'it'} has none of {', '.join(sorted(form.telling))}")
    model = _item(bytes(data), form.item, path, deviations)
    _check_fields(form, answer, (model,))
    return model, _refused_if(strict, answer, deviations)


def read_array(form: Form[M], answer: Answer, *, strict: bool) -> tuple[list[M], tuple[Deviation, ...]]:
    """Read an answer that is an array of items of this form, and where it differs from the contract."""
    deviations = _replaced(answer)
    rows, item = decoder(list[msgspec.Raw]).decode(answer.content), cast("Any", form.item)
    if not attrs.has(item):
        return decode_each(rows, form.item, "", deviations), _refused_if(strict, answer, deviations)
    items = _items(form.item, rows, "", deviations)
    _check_fields(form, answer, items)
    return list(items), _refused_if(strict, answer, deviations)


def _replaced(answer: Answer) -> Deviations:
    """Begin the deviations with what wasn't JSON."""
    deviations = Deviations()
    for one in answer.replacements:
        deviations.add(Deviation(one.path, "JSON", one.got, one.instead, one.count))
    return deviations


def _inside(form: Form[Any], answer: Answer) -> tuple[bytes | msgspec.Raw, str]:
    """Go down to the object that the keys lead to."""
    data: bytes | msgspec.Raw = answer.content
    at = form.at
    try:
        for key in at:
            data = decoder(dict[str, msgspec.Raw]).decode(data)[key]
            parts = decoder(dict[str, msgspec.Raw]).decode(data)
            for name in form.about.keys() & parts.keys():
                _check_id(form, answer, name, decoder(Any).decode(parts[name]))
    except KeyError as error:
        raise _other_form(answer, f"it has no {error.args[0]}") from None
    except UNFIT:
        raise _other_form(answer, f"{'.'.join(at)} isn't an object") from None
    return data, ".".join(at)


def _envelope(
    form: Form[Any], answer: Answer, data: bytes | msgspec.Raw, path: str, deviations: Deviations
) -> Any:
    """Decode everything of a page but its rows, which stay bytes."""
    shape = _cut(cast("Any", form.envelope), tuple(form.about))
    try:
        return decoder(shape).decode(data)
    except (msgspec.ValidationError, UnicodeDecodeError):
        envelope = decode_leniently(data, shape, path, deviations)
    except msgspec.DecodeError as error:
        raise _other_form(answer, f"it isn't JSON ({error})") from None
    rows: object = envelope.results
    if isinstance(rows, list) and all(isinstance(row, msgspec.Raw) for row in cast("list[object]", rows)):
        return envelope
    if rows is None and "results" in decoder(dict[str, msgspec.Raw]).decode(data):
        return attrs.evolve(envelope, results=[])
    raise _other_form(answer, f"{path}.results isn't an array".lstrip("."))


@cache
def _cut(envelope: Any, about: tuple[str, ...]) -> Any:
    """Make the envelope's class again: `results` left as bytes, and fields for the ids that it may repeat."""
    fields: dict[str, Any] = {name: attrs.field(default=None, kw_only=True) for name in about}
    annotations: dict[str, Any] = dict.fromkeys(about, Any)
    for field in attrs.fields(envelope):
        annotations[field.name] = (
            list[msgspec.Raw] if field.name == "results" else hints(envelope)[field.name]
        )
        fields[field.name] = attrs.field(default=field.default, kw_only=True)
    cut = attrs.make_class("Envelope", fields)
    cut.__annotations__ = annotations
    return cut


def _item_class(form: Form[M], rows: list[msgspec.Raw]) -> type[M]:
    """Return the class of a page's items."""
    if form.unidentified is None or not rows:
        return form.item
    try:
        identified = any(form.identity in decoder(dict[str, msgspec.Raw]).decode(row) for row in rows)
    except UNFIT:  # a row that isn't an object
        return form.item
    return form.item if identified else form.unidentified


def _items(model: type[M], rows: list[msgspec.Raw], path: str, deviations: Deviations) -> tuple[M, ...]:
    """Decode the items of a page."""
    decode, unknown = decoder(model).decode, unknown_values()
    try:
        items = tuple(_keeping(decode(row), row) for row in rows)
    except UNFIT:
        return tuple(decode_each(rows, model, path, deviations, _item))
    if unknown_values() != unknown:
        for place, item in enumerate(items):
            deviations.update(unknown_words(item, f"{path}[{place}]"))
    return items


def _item(data: bytes, model: type[M], path: str, deviations: Deviations) -> M:
    """Decode one item leniently; one that isn't an object becomes a model without any field."""
    item = decode_leniently(data, model, path, deviations)
    if not isinstance(item, model):
        item = model(**{field.alias: None for field in attrs.fields(cast("Any", model))})
    kept: M = _keeping(item, data)
    return kept


def _keeping(item: Any, data: bytes | msgspec.Raw) -> Any:
    """Keep the bytes that an item was decoded from."""
    item._raw_json = bytes(data)
    return item


def _identity(item: Any, field: str | None) -> str | None:
    value = getattr(item, field, None) if field else None
    return value if isinstance(value, str) and value.strip() else None  # a blank one tells nothing apart


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _notices(envelope: Any) -> tuple[str, ...]:
    """Return the server's own words on what it couldn't do with the request."""
    sent = getattr(envelope, "error_messages", None)
    notices = cast("list[object]", sent) if isinstance(sent, list) else []
    return tuple(notice for notice in notices if isinstance(notice, str))


def _check_fields(form: Form[Any], answer: Answer, *several: Sequence[Any]) -> None:
    """Raise ContractError where one of several sequences of models has another id than the one asked for."""
    unknown: list[tuple[str, Sequence[Any]]] = []
    for name in form.about:
        for models in several:
            if models and not hasattr(models[0], name):
                unknown.append((name, models))
                continue
            for model in models:
                _check_id(form, answer, name, getattr(model, name))
    if unknown and any(key in answer.content for key in _keys(tuple(name for name, _ in unknown))):
        for name, models in unknown:  # a field that the contract doesn't know
            key = f'"{name}"'.encode()
            for model in models:
                if key in getattr(model, "_raw_json", b""):
                    _check_id(form, answer, name, model.raw.get(name))


@cache
def _keys(names: tuple[str, ...]) -> tuple[bytes, ...]:
    """Return the fewest texts that one of them begins the key of each name: a page is searched for each."""
    return tuple(
        f'"{name}'.encode()
        for name in sorted(set(names))
        if not any(name != other and name.startswith(other) for other in names)
    )


def _check_id(form: Form[Any], answer: Answer, name: str, value: object) -> None:
    expected = form.about[name]
    if not isinstance(value, str) or value == expected or not value.strip() or _plain(value) == expected:
        return
    if name.endswith("_id") or _is_id(value):  # else it may be a name
        raise _other_id(answer, name, expected, value)


def _check_links(answer: Answer, envelope: Any) -> None:
    """Raise ContractError where the links to other pages lead to another id than the one asked for."""
    requested = {**answer.request.ids, **{name: _plain(value) for name, value in answer.request.query}}
    for link in (getattr(envelope, "next", None), getattr(envelope, "previous", None)):
        if not isinstance(link, str):
            continue
        try:
            parts = urlsplit(link)
        except ValueError:
            continue
        named = [_plain(part) for part in parts.path.split("/") if _is_id(part)]
        for name, expected in answer.request.ids.items():
            if named and expected not in named:
                raise _other_id(answer, name, expected, named[0])
        for name, value in parse_qsl(parts.query):
            if (
                name.endswith("_id")
                and name in requested
                and _is_id(value)
                and _plain(value) != requested[name]
            ):
                raise _other_id(answer, name, requested[name], value)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _plain(text: str) -> str:
    """Return an id in its usual form."""
    return str(UUID(text)) if _is_id(text) else text


def _other_id(answer: Answer, name: str, expected: str, got: str) -> ContractError:
    return ContractError(
        f"The answer to {answer.request.operation} is about another id than the one asked for: "
        f"{name} is {got[:_LONGEST_ID]}, not {expected}.",
        remedy="A cache or a proxy in front of the server may mix up answers: ask again without it.",
        **_context(answer),
    )


def _refused_if(strict: bool, answer: Answer, deviations: Deviations) -> tuple[Deviation, ...]:
    """Return the deviations; raise ContractError for them when `strict`."""
    found = deviations.found()
    if not strict or not found:
        return found
    shown = "; ".join(str(deviation) for deviation in found[:_SHOWN])
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    raise ContractError(
        f"The answer differs from the contract: {shown}{more}.",
        remedy="Without strict=True the values are kept as sent and this is a ContractWarning.",
        deviations=found,
        **_context(answer),
    )


def _other_form(answer: Answer, what: str) -> ContractError:
    return ContractError(
        f"The answer to {answer.request.operation} isn't of the form that was asked for: {what}.",
        remedy="Check that the base URL leads to the Future AGI API.",
        **_context(answer),
    )


def _context(answer: Answer) -> dict[str, Any]:
    return {
        "status": answer.status,
        "headers": {name: clean(value) for name, value in answer.headers.items()},
        "excerpt": clean(answer.content[:200].decode(errors="replace")),
        "request": RequestInfo(answer.request.verb, answer.request.path, answer.request.operation),
        "attempts": answer.attempts,
    }
