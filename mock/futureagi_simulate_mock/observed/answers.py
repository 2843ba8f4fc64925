"""How the real server says no: its error envelope, in the variants that its endpoints use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs

from futureagi_simulate_mock.messages import (
    Response,
    error_body,
    error_response,
    html_response,
    json_response,
)

Reasons = Mapping[str, Sequence[str]]

_CRASH_PAGE: Final = (
    '\n<!doctype html>\n<html lang="en">\n<head><title>Server Error (500)</title></head>\n'
    "<body><h1>Server Error (500)</h1></body>\n</html>\n"
)


@attrs.define
class Answered(Exception):  # noqa: N818 - not an error of ours: an answer on its way out
    """A question ends here, with this answer."""

    response: Response


def crashed(text: str) -> Answered:
    """Return a 500 in the envelope, with the text of the exception inside the server."""
    return Answered(json_response(error_body("server_error", "server_error", text), 500))


def crashed_page() -> Answered:
    """Return a 500 as a page: what crashes outside of the views gets one."""
    return Answered(html_response(_CRASH_PAGE, 500))


def missing(text: str) -> Answered:
    """Return a 404 as the views give it, without `details`."""
    return Answered(json_response(error_body("not_found", "not_found", text), 404))


def invalid_page() -> Answered:
    """Return the 404 of a page that isn't there, which has `details`."""
    return Answered(error_response(404, "not_found", "not_found", "Invalid page."))


def no_such_format() -> Answered:
    """Return the 404 of a `format` that can't be rendered."""
    return Answered(error_response(404, "not_found", "error", "Not found."))


def refused(reasons: Reasons, code: str = "invalid") -> Answered:
    """Return a 400 that names the first field with its reason."""
    field, texts = next(iter(reasons.items()))
    text = f"{field}: {texts[0]}"
    return Answered(error_response(400, "validation_error", code, text, attr=field, details=reasons))


def refused_whole(reasons: Reasons) -> Answered:
    """Return a 400 that says only that validation failed, with the reasons twice."""
    fields = [field for field in reasons if field != "non_field_errors"]
    more: dict[str, Any] = {"attr": fields[0]} if fields else {}
    body = error_body("validation_error", "invalid", "Validation failed", reasons, **more)
    return Answered(json_response(body | {"errors": body["details"]}, 400))
