"""Errors pickle and copy whole; their tree is as drawn."""

from __future__ import annotations

import builtins
import copy
import pickle
import re
from typing import Any

import pytest

from futureagi_simulate import errors
from futureagi_simulate.errors import (
    APIStatusError,
    Attempt,
    ContractError,
    FutureAGIError,
    RateLimitError,
    RequestInfo,
)

REQUEST = RequestInfo("GET", "https://api.test/things/?page=2", "listThings")
HISTORY = (Attempt(1, "503", 0.25), Attempt(2, "timeout", 1.5))
COMMON: dict[str, Any] = {"remedy": "Do this.", "request": REQUEST, "attempts": 2, "history": HISTORY}
STATUS: dict[str, Any] = {
    "status": 418,
    "type": "t",
    "code": "c",
    "message": "m",
    "details": {"page": ["bad"]},
    "headers": {"server": "s"},
    "excerpt": "body",
}
CONTRACT: dict[str, Any] = {
    "status": 200,
    "headers": {"server": "s"},
    "excerpt": "body",
    "deviations": ("one",),
}


def _classes(kind: type) -> list[type[Any]]:
    return [value for name in errors.__all__ if issubclass(value := getattr(errors, name), kind)]


def _made(kind: type[FutureAGIError]) -> FutureAGIError:
    extra = STATUS if issubclass(kind, APIStatusError) else CONTRACT if kind is ContractError else {}
    return kind("It failed.", **COMMON, **extra)


@pytest.mark.parametrize("kind", _classes(FutureAGIError))
@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))]
)
def test_every_error_copies_and_pickles_whole(kind: type[FutureAGIError], copied: Any) -> None:
    error = _made(kind)
    error.page = 3
    error.add_note("while reading page 3")
    other = copied(error)
    assert type(other) is kind
    assert (vars(other), other.args, str(other)) == (vars(error), error.args, str(error))


def test_a_rate_limit_keeps_the_wait_it_was_given_when_pickled() -> None:
    error = RateLimitError("Slow down.", status=429)
    error.retry_after = 7.0
    assert pickle.loads(pickle.dumps(error)).retry_after == 7.0


def test_an_error_says_what_happened_how_often_it_was_tried_and_what_to_do() -> None:
    assert str(FutureAGIError("It failed.", **COMMON)) == "It failed. (2 attempts) Do this."
    assert str(FutureAGIError("It failed.", remedy="Do this.", attempts=1)) == "It failed. Do this."
    assert str(FutureAGIError("It failed.")) == "It failed."


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"( *)[*+-] (\w+)", line):
            depth, name = len(match[1]), match[2]
            above = [(other, parent) for other, parent in above if other < depth]
            drawn[name] = above[-1][1] if above else ""
            above.append((depth, name))
    real = {
        kind.__name__: kind.__mro__[1].__name__ for kind in _classes(FutureAGIError) + _classes(UserWarning)
    }
    assert drawn == real | {"FutureAGIError": "", "FutureAGIWarning": ""}


def test_all_names_are_sorted_and_public() -> None:
    assert errors.__all__ == sorted(errors.__all__)
    defined = {
        name for name, value in vars(errors).items() if getattr(value, "__module__", "") == errors.__name__
    }
    assert {name for name in defined if not name.startswith("_")} == set(errors.__all__)


def test_each_status_class_knows_its_status() -> None:
    statuses = {
        kind.__name__: kind.status_code for kind in _classes(APIStatusError) if hasattr(kind, "status_code")
    }
    assert statuses == {
        "BadRequestError": 400,
        "AuthenticationError": 401,
        "PermissionDeniedError": 403,
        "NotFoundError": 404,
        "RateLimitError": 429,
        "ServerError": 500,
    }


def test_the_timeout_is_caught_as_the_builtin_timeout_too() -> None:
    assert issubclass(errors.TimeoutError, builtins.TimeoutError)
