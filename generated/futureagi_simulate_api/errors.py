# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
"""Errors of the endpoint functions.

APIError
├── ErrorStatus        an error that the spec documents, with its body as a model
└── UnexpectedStatus   a status that the spec doesn't document, or a body that isn't the documented JSON

What httpx raises (no connection, a timeout) is passed on.
"""

from __future__ import annotations

from .models.error import Error


class APIError(Exception):
    """The server answered, but not with a success."""

    def __init__(self, status_code: int, content: bytes, reason: str) -> None:
        super().__init__(status_code, content, reason)
        self.status_code = status_code
        self.content = content
        self.reason = reason

    def __str__(self) -> str:
        return f"HTTP {self.status_code}: {self.reason}"


class ErrorStatus(APIError):
    """The server answered with a documented error; `error` is its body."""

    def __init__(self, status_code: int, content: bytes, reason: str, error: Error) -> None:
        super().__init__(status_code, content, reason)
        self.args = (status_code, content, reason, error)
        self.error = error


class UnexpectedStatus(APIError):
    """The status is undocumented, or the body isn't the JSON that the spec documents for it."""


__all__ = ["APIError", "ErrorStatus", "UnexpectedStatus"]
