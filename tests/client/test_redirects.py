"""Redirects are followed outgoing by outgoing on the configured origin, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from futureagi_simulate.errors import APIStatusError, RedirectError, TimeoutError, TransportError
from futureagi_simulate.options import Options
from futureagi_simulate.retry import ManualClock

from .scripted import Script, fails, redirect

Make = Callable[..., Options]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location", ["/elsewhere/", "../elsewhere/", "https://api.test/elsewhere/", "//api.test:443/elsewhere/"]
)
def test_a_redirect_on_the_same_origin_is_followed_with_the_keys(
    colour: Any, options: Options, location: str, status: int
) -> None:
    script = Script(redirect(location, status), 200)
    answer = colour.send(script, options)
    assert script.urls == ["https://api.test/things/", "https://api.test/elsewhere/"]
    assert all("x-api-key" in request.headers for request in script.requests)
    assert answer.attempts == 1


def test_a_redirect_that_adds_the_slash_works_below_a_prefix(colour: Any, make_options: Make) -> None:
    script = Script(redirect("/prefix/things/?page=2", 301), 200)
    colour.send(script, make_options("https://api.test/prefix"), "/things")
    assert script.urls[-1] == "https://api.test/prefix/things/?page=2"


def test_redirects_without_end_are_given_up(colour: Any, options: Options) -> None:
    script = Script(redirect("/things/"))
    error = fails(colour, script, options)
    assert isinstance(error, RedirectError)
    assert (len(script.requests), error.attempts) == (11, 1)


@pytest.mark.parametrize("takes", [3.0, 3.5])
def test_redirects_share_the_budget_of_their_attempt(
    colour: Any, make_options: Make, clock: ManualClock, takes: float
) -> None:
    error = fails(
        colour, Script(redirect("/on/"), clock=clock, takes=takes), make_options(retry={"budget": 7})
    )
    assert isinstance(error, TimeoutError)
    assert "budget of 7 s" in error.problem


@pytest.mark.parametrize(("takes", "hops"), [(3.0, 3), (3.5, 2)])
def test_a_hop_begins_for_as_long_as_any_time_is_left(
    colour: Any, make_options: Make, clock: ManualClock, takes: float, hops: int
) -> None:
    script = Script(redirect("/on/"), clock=clock, takes=takes)
    fails(colour, script, make_options(retry={"budget": 7}))
    assert len(script.requests) == hops


@pytest.mark.parametrize(
    ("location", "named"),
    [
        ("https://other.test/things/", "https://other.test"),
        ("http://api.test/things/", "http://api.test"),
        ("https://api.test:8443/things/", "https://api.test:8443"),
    ],
)
def test_a_redirect_to_another_origin_is_refused_by_name(
    colour: Any, options: Options, location: str, named: str
) -> None:
    script = Script(redirect(location), 200)
    error = fails(colour, script, options)
    assert isinstance(error, RedirectError)
    assert (len(script.requests), error.status, error.attempts) == (1, 302, 1)
    assert named in error.problem
    assert named in error.remedy


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("/a b/", "a redirect to an address that can't be followed: its Location holds whitespace"),
        ("ftp://other.test/", "to ftp://other.test that can't be followed: its Location begins with another"),
        ("https://user:opensesame@api.test/", "its Location holds a user name or password"),
    ],
)
def test_a_redirect_that_nobody_can_follow_says_why_and_no_base_url_is_advised(
    colour: Any, options: Options, location: str, said: str
) -> None:
    script = Script(redirect(location), 200)
    error = fails(colour, script, options)
    assert isinstance(error, RedirectError)
    assert len(script.requests) == 1
    assert said in error.problem
    assert "keys are sent" not in error.problem
    assert "opensesame" not in str(error)
    assert error.remedy.startswith("Check base_url (FI_BASE_URL); if it is right")


@pytest.mark.parametrize("location", ["https://[::1", "https://api.test:opensesame/", "/\x01"])
def test_a_redirect_to_an_address_that_cannot_be_read_is_an_error_at_once(
    colour: Any, options: Options, location: str
) -> None:
    script = Script(redirect(location), 200)
    error = fails(colour, script, options)
    assert isinstance(error, TransportError)
    assert (len(script.requests), error.attempts) == (1, 1)
    assert "a redirect to an address that can't be read" in error.problem
    assert "opensesame" not in str(error)


@pytest.mark.parametrize("response", [httpx.Response(302), httpx.Response(304, headers={"location": "/x"})])
def test_a_redirect_without_location_and_a_304_are_errors(
    colour: Any, options: Options, response: httpx.Response
) -> None:
    assert type(fails(colour, Script(response), options)) is APIStatusError


def test_an_error_after_redirects_names_what_was_asked(colour: Any, options: Options) -> None:
    error = fails(colour, Script(redirect("/elsewhere/"), 404), options)
    assert error.request
    assert error.request.url == "https://api.test/things/"
