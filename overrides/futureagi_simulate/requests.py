"""From the arguments of a method to its requests, and to what their answers look like.

Every argument is checked here, before anything is sent. What the API takes is in the generated operations.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Generic, TypeVar, cast, get_args, get_origin
from urllib.parse import quote

import msgspec
from msgspec.structs import replace

from futureagi_simulate.checks import at_least_one, plain_text, uuid, yes_or_no
from futureagi_simulate.errors import ConfigurationError, ContractError
from futureagi_simulate.filters import Filter, RowFilters
from futureagi_simulate.http import Request
from futureagi_simulate.pagination import Ask
from futureagi_simulate.results import Form
from futureagi_simulate_api import models
from futureagi_simulate_api.operations import Method, Operation, Parameter

__all__ = ["ListingSpec", "answer_form", "calls_of", "listing_spec", "object_form", "requests_of"]

M = TypeVar("M")
Arguments = Mapping[str, Any]

_SIMPLE: Final[Mapping[str, type[Any]]] = {"": object, "str": str, "int": int, "float": float, "bool": bool}
_NO_ID: Final = "The server gave an execution without an id, so that its calls can't be asked for."


class ListingSpec(msgspec.Struct, Generic[M], frozen=True):
    """A listing: the requests for it without page and size, and the form of its pages.

    Of several requests the next is used when the one before finds nothing. `without_id` says that the server
    gave no id to ask with.
    """

    requests: tuple[Request, ...]
    form: Form[M]
    row_filters: RowFilters = msgspec.field(default_factory=RowFilters)
    without_id: bool = False

    @property
    def item_name(self) -> str:
        """Name of what is listed."""
        return self.form.item.__name__

    def page(self, ask: Ask) -> Request:
        """Make the request for one page; raise ContractError where the server gave no id to ask with."""
        if self.without_id:
            raise ContractError(_NO_ID, remedy="Report it to whoever runs the server.")
        chosen = self.requests[ask.variant]
        return replace(chosen, query=(*chosen.query, ("page", str(ask.number)), ("limit", str(ask.size))))


def listing_spec(method: Method, arguments: Arguments) -> ListingSpec[Any]:
    """Describe the listing of a method's rows; raise ConfigurationError for a wrong argument."""
    filters = next((one.argument for one in method.parameters if one.kind == "filters"), "")
    chosen = _filters(arguments.get(filters, ()), filters)
    if filters:  # those for a verdict are applied by the client, to rows
        sent = chosen if method.nested else tuple(one for one in chosen if not one.is_verdict)
        arguments = {**arguments, filters: sent}
    asked = requests_of(method.operation, arguments, method.parameters)
    form = Form(
        getattr(models, method.item),
        getattr(models, method.envelope),
        method.at,
        method.identity or None,
        about=_about(method, arguments),
    )
    if method.nested:
        groups, keys = (len(_given(arguments.get(name))) for name in method.nested)
        if keys > groups:
            raise ConfigurationError(
                f"{method.nested[1]} has {keys} values and {method.nested[0]} only {groups}.",
                remedy=f"Give {method.nested[1]} at most one value for each of {method.nested[0]}.",
            )
        other = getattr(models, method.other_item)
        form = (
            replace(form, unidentified=other) if keys == groups else replace(form, item=other, identity=None)
        )
        return ListingSpec(asked, form)
    if not filters:
        return ListingSpec(asked, form)
    enforce = yes_or_no(arguments.get(f"enforce_{filters}", False), f"enforce_{filters}")
    return ListingSpec(asked, form, RowFilters(chosen, enforce))


def calls_of(method: Method, arguments: Arguments, id_argument: str) -> ListingSpec[Any]:
    """Describe the listing of the rows of a listed object; its id is the server's and may be missing."""
    given = arguments[id_argument]
    if isinstance(given, str) and given.strip():
        known = {id_argument: next(one for one in method.parameters if one.argument == id_argument)}
        as_text = tuple(
            replace(one, kind="text") if one.argument in known else one for one in method.parameters
        )
        return listing_spec(replace(method, parameters=as_text), arguments)
    spec = listing_spec(method, {**arguments, id_argument: "00000000-0000-0000-0000-000000000000"})
    return replace(spec, without_id=True)


def object_form(method: Method, arguments: Arguments) -> Form[Any]:
    """Describe what a method gets: an object, or each element of an array."""
    return Form(
        _SIMPLE.get(method.whole) or getattr(models, method.whole),
        at=method.whole_at,
        identity=None,
        telling=method.telling,
        about=_about(method, arguments),
    )


def answer_form(model: type[M]) -> Form[Any]:
    """Describe the answer that is to be decoded as `model`, or as a list of models."""
    return Form(get_args(model)[0] if get_origin(model) is list else model, identity=None)


def requests_of(
    operation: Operation, arguments: Arguments, parameters: Iterable[Parameter] | None = None
) -> tuple[Request, ...]:
    """Make the request of an operation, several where a word is tried in several cases.

    Raises ConfigurationError for an argument the API does not take.
    """
    path, ids, query = operation.path, dict[str, str](), list[tuple[Parameter, str]]()
    headers: list[tuple[str, str]] = []
    for one in operation.parameters if parameters is None else parameters:
        value = arguments.get(one.argument, arguments.get(one.name))
        for text in _sent(value, one):
            if one.place == "path":
                path = path.replace(f"{{{one.name}}}", quote(text, safe=""))
                ids[one.name] = text
            elif one.place == "header":
                headers.append((one.name, _header(text, one)))
            else:
                query.append((one, text))
    variants = max((len(one.cases) for one, _ in query), default=1) or 1
    return tuple(
        Request(
            operation.id,
            path,
            tuple((one.name, _cased(one, text, variant)) for one, text in query),
            ids,
            verb=operation.verb,
            headers=tuple(headers),
            content=_body(arguments.get("body"), operation),
            answers=operation.answers,
        )
        for variant in range(variants)
    )


def _sent(value: Any, parameter: Parameter) -> list[str]:
    """Give the texts that an argument is sent as: none where it is left out, several of a list."""
    if not parameter.several:
        text = None if value is None and not parameter.required else _TEXTS[parameter.kind](value, parameter)
        return [] if text is None else [text]
    texts = [text for one in _given(value) if (text := _TEXTS[parameter.kind](one, parameter)) is not None]
    if parameter.required and not texts:
        raise ConfigurationError(f"{parameter.argument} is empty.", remedy="Give at least one value.")
    if not parameter.separator or not texts:
        return texts
    for text in texts:
        if parameter.separator in text:
            raise ConfigurationError(
                f"{parameter.argument} holds {text!r}; the server splits at {parameter.separator!r}.",
                remedy="Leave it out: a value that holds the separator can't be asked for.",
            )
    return [parameter.separator.join(texts)]


def _header(text: str, parameter: Parameter) -> str:
    """Check the value of a header."""
    if not text.isascii() or not text.isprintable() or text != text.strip():
        raise ConfigurationError(
            f"{parameter.argument}={text!r} can't be sent as the header {parameter.name}.",
            remedy="Give printable ASCII characters, without blanks around them.",
        )
    return text


def _body(value: Any, operation: Operation) -> bytes | None:
    """Write a body as JSON, and check that it is what the operation takes."""
    if not operation.body or (value is None and not operation.body_required):
        return None
    from futureagi_simulate_api.types import decoder, sent_json  # here: it brings the models, and attrs

    try:
        content = sent_json(value)
        decoder(getattr(models, operation.body)).decode(content)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError) as error:
        raise ConfigurationError(
            f"body isn't a {operation.body}: {error}.",
            remedy=f"Give a models.{operation.body}, or a mapping of its fields.",
        ) from None
    return content


def _about(method: Method, arguments: Arguments) -> dict[str, str]:
    """Name the fields of an answer that repeat an id asked for, with that id."""
    asked = {one: arguments.get(one.argument) for one in method.parameters if one.repeated_as}
    return {
        name: str(value).lower()
        for one, value in asked.items()
        if value is not None
        for name in one.repeated_as
    }


def _cased(parameter: Parameter, text: str, variant: int) -> str:
    if not parameter.cases:
        return text
    return (
        text.upper() if parameter.cases[min(variant, len(parameter.cases) - 1)] == "upper" else text.lower()
    )


def _text(value: Any, parameter: Parameter) -> str | None:
    """Check a text; an empty one is as good as none where none is needed."""
    if value == "" and parameter.argument == "search":
        return None
    return plain_text(value, parameter.argument)


def _enum(value: object, parameter: Parameter) -> str:
    """Check a word of a list, in any case; give it as the list has it."""
    known = {word.lower(): word for word in parameter.values}
    if not isinstance(value, str) or value.lower() not in known:
        raise ConfigurationError(
            f"{parameter.argument}={value!r} isn't known.",
            remedy=f"Use one of {', '.join(sorted(parameter.values))}.",
        )
    return str(value) if value in parameter.values else known[value.lower()]


def _uuid(value: Any, parameter: Parameter) -> str:
    return uuid(value, parameter.argument)


def _true(value: Any, parameter: Parameter) -> str | None:
    return "true" if yes_or_no(value, parameter.argument) else None


def _flag(value: Any, parameter: Parameter) -> str:
    return "true" if yes_or_no(value, parameter.argument) else "false"


def _number(value: Any, parameter: Parameter) -> str:
    kinds, what = ((int,), "a whole number") if parameter.kind == "whole" else ((int, float), "a number")
    if isinstance(value, bool) or not isinstance(value, kinds) or not math.isfinite(value):
        raise ConfigurationError(
            f"{parameter.argument}={value!r} isn't {what}.", remedy=f"Give {what}, or leave it out."
        )
    return str(value)


def _integer(value: Any, parameter: Parameter) -> str:
    return str(at_least_one(value, parameter.argument))


def _given(values: object) -> list[Any]:
    """Return the values of an argument that takes several; one alone is a list of one."""
    if values is None:
        return []
    several = isinstance(values, Iterable) and not isinstance(values, str | bytes)
    return list(cast("Iterable[Any]", values)) if several else [values]


def _names(values: object, parameter: Parameter) -> str | None:
    name, given = parameter.argument, _given(values)
    for one in given:
        if "," in plain_text(one, name):
            raise ConfigurationError(
                f"{name} holds {one!r}; the server splits at commas, so it can't be asked for.",
                remedy=f"Leave {name}= out and pick that one from the answer; several names go into a list.",
            )
    return ",".join(given) or None


def _texts(values: object, parameter: Parameter) -> str:
    given = _given(values)
    if not given:
        raise ConfigurationError(f"{parameter.argument} is empty.", remedy="Name at least one column.")
    return json.dumps([plain_text(one, parameter.argument) for one in given])


def _scalars(values: object, parameter: Parameter) -> str | None:
    given = _given(values)
    for one in given:
        if isinstance(one, str) and one.strip():
            plain_text(one, parameter.argument)
        elif not isinstance(one, str | int | float | None) or (
            isinstance(one, float) and not math.isfinite(one)
        ):
            raise ConfigurationError(
                f"{parameter.argument} holds {one!r}, which is no JSON value of a column.",
                remedy="Use the group's value in its `raw`: a text, a number, True, False or None.",
            )
    return json.dumps(given) if given else None


def _filters(values: object, name: str) -> tuple[Filter, ...]:
    if isinstance(values, Filter) or not isinstance(values, Iterable):
        raise ConfigurationError(
            f"{name}={values!r} isn't a list.",
            remedy=f"Put filters into a list, one too: {name}=[column(...)...].",
        )
    chosen: list[Filter] = []
    for one in cast("Iterable[object]", values):
        if not isinstance(one, Filter):
            raise ConfigurationError(
                f"{one!r} isn't a filter.",
                remedy='Make filters with column(), as in column("status").equals("failed").',
            )
        chosen.append(one)
    return tuple(chosen)


def _filters_as_json(values: object, parameter: Parameter) -> str | None:
    chosen = _filters(values, parameter.argument)
    return json.dumps([one.as_json() for one in chosen]) if chosen else None


_TEXTS: Final[Mapping[str, Callable[[Any, Parameter], str | None]]] = {
    "boolean": _true,
    "enum": _enum,
    "filters": _filters_as_json,
    "flag": _flag,
    "integer": _integer,
    "names": _names,
    "number": _number,
    "scalars": _scalars,
    "text": _text,
    "texts": _texts,
    "uuid": _uuid,
    "whole": _number,
}
