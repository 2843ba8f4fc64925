"""Base URLs, and which URLs belong to them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.options import Origin, RedirectTarget, redirect_target

API = Origin.of("https://api.example.com/prefix")
HERE = "https://api.example.com/prefix/things/"


@pytest.mark.parametrize(
    ("base_url", "root", "prefix"),
    [
        ("https://api.futureagi.com", "https://api.futureagi.com", ""),
        ("https://api.futureagi.com/", "https://api.futureagi.com", ""),
        ("HTTPS://API.FutureAGI.com", "https://api.futureagi.com", ""),
        ("https://api.futureagi.com:443", "https://api.futureagi.com", ""),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000", ""),
        ("http://[::1]:8000/x", "http://[::1]:8000", "/x"),
        ("http://localhost:80", "http://localhost", ""),
        ("https://gateway/fi/api//", "https://gateway", "/fi/api"),
        ("https://gateway/f%20i/ü", "https://gateway", "/f%20i/%C3%BC"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example", ""),
    ],
)
def test_a_base_url_gives_an_origin_and_a_prefix(base_url: str, root: str, prefix: str) -> None:
    origin = Origin.of(base_url)
    assert (origin.root, origin.prefix, str(origin)) == (root, prefix, root + prefix)


@pytest.mark.parametrize(
    ("base_url", "problem"),
    [
        ("", "is blank"),
        ("  ", "is blank"),
        (" https://a", "whitespace"),
        ("https://a\n", "whitespace"),
        ("https://a b", "whitespace"),
        ("https:\\\\a", "backslash"),
        ("api.futureagi.com", "no scheme"),
        ("api.futureagi.com:443", "no scheme"),
        ("//api.futureagi.com", "no scheme"),
        ("://api.futureagi.com", "no scheme"),
        ("localhost:8000", "no scheme"),
        ("https:/api", "no scheme"),
        ("ftp://api", "another scheme"),
        ("file:///etc", "another scheme"),
        ("https://", "no host"),
        ("https://:443", "no host"),
        ("https://user@api", "user name or password"),
        ("https://user:word@api", "user name or password"),
        ("https://@api", "user name or password"),
        ("https://api:abc", "port"),
        ("https://api:99999", "port"),
        ("https://api:0", "port 0"),
        ("https://[::1", "can't be read"),
        ("https://bücher.example", "ASCII"),
        ("https://api?x=1", "query"),
        ("https://api/?", "query"),
        ("https://api/#top", "fragment"),
        ("https://api/a/../b", "climbs"),
        (None, "is not a text"),
        (b"https://api", "is not a text"),
    ],
)
def test_a_bad_base_url_is_refused_with_its_problem_and_an_example(base_url: Any, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem) as caught:
        Origin.of(base_url, "FI_BASE_URL")
    assert caught.value.problem.startswith("FI_BASE_URL ")
    assert "https://api.futureagi.com" in caught.value.remedy


def test_a_password_in_a_base_url_is_not_repeated() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Origin.of("https://user:opensesame@api")
    assert "opensesame" not in str(caught.value)


def test_a_path_and_a_query_are_appended_to_the_prefix() -> None:
    query = [("search", "a b&c=ü+1"), ("page", "2")]
    assert API.url("/things/", query) == f"{HERE}?search=a%20b%26c%3D%C3%BC%2B1&page=2"


@pytest.mark.parametrize(
    "path",
    ["", "things", "//evil.example/x", "https://evil.example/", "/a/../b", "/a\\b", "/a b", "/a\r\nb"],
)
def test_a_path_that_could_lead_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(ConfigurationError, match="path"):
        API.url(path)


@given(st.text())
def test_whatever_the_path_the_url_is_of_the_origin_or_refused(path: str) -> None:
    try:
        url = API.url(f"/{path}")
    except ConfigurationError:
        return
    assert API.owns(url)
    assert url.startswith("https://api.example.com/prefix/")


@given(st.lists(st.tuples(st.text(), st.text()), max_size=3))
def test_whatever_the_query_the_url_is_of_the_origin(query: list[tuple[str, str]]) -> None:
    assert API.owns(API.url("/things/", query))


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/other/?page=2", "https://api.example.com/other/?page=2"),
        ("other", "https://api.example.com/prefix/things/other"),
        ("?page=2", f"{HERE}?page=2"),
        ("../x", "https://api.example.com/prefix/x"),
        ("https://api.example.com/x", "https://api.example.com/x"),
        ("https://api.example.com:443/x", "https://api.example.com/x"),
        ("https://API.example.COM/x", "https://api.example.com/x"),
        ("//api.example.com/x", "https://api.example.com/x"),
        ("https://api.example.com", "https://api.example.com/"),
        ("/ü?q=ü#part", "https://api.example.com/%C3%BC?q=%C3%BC"),
        (" /x ", "https://api.example.com/x"),
    ],
)
def test_a_redirect_on_the_same_origin_is_followed(location: str, target: str) -> None:
    assert API.follow(HERE, location) == target


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/",
        "//evil.example/x",
        "http://api.example.com/x",
        "https://api.example.com:8443/x",
        "https://api.example.com.evil.example/x",
        "https://sub.api.example.com/x",
        "https://user@api.example.com/x",
        "https://api.example.com@evil.example/x",
        "https://evil.example#@api.example.com/",
        "https://evil.example\\@api.example.com/",
        "https://evil.example/\\api.example.com",
        "/\\evil.example",
        "https:\\\\evil.example",
        "https://api.example.com\t.evil.example/",
        "/thi\tngs/",
        "javascript:alert(1)",
        "https://[::1",
        "https://api.example.com:99999/",
        "https://api.example.com:port/",
        "https://api。example。com/",
    ],
)
def test_a_redirect_anywhere_else_is_not_followed(location: str) -> None:
    assert API.follow(HERE, location) is None


@pytest.mark.parametrize("spoilt", ["/a b", "/a\n", "/\\x", "\t"])
def test_an_address_that_parsers_may_read_differently_belongs_to_nobody(spoilt: str) -> None:
    assert API.owns("https://api.example.com/")
    assert not API.owns(f"https://api.example.com{spoilt}")


@given(st.text())
def test_whatever_a_redirect_says_it_leads_to_the_origin_or_nowhere(location: str) -> None:
    target = API.follow(HERE, location)
    assert target is None or target.startswith("https://api.example.com/")


@pytest.mark.parametrize(
    ("location", "named"),
    [
        ("https://evil.example/path?query", "https://evil.example"),
        ("//evil.example:8443/", "https://evil.example:8443"),
        (" https://evil.example ", "https://evil.example"),
        ("http://user:opensesame@evil.example/", "http://evil.example"),
        ("http://api.example.com/x", "http://api.example.com"),
    ],
)
def test_the_origin_of_a_redirect_is_named_without_the_rest(location: str, named: str) -> None:
    assert redirect_target(HERE, location) == RedirectTarget(named)


@pytest.mark.parametrize(
    ("location", "target", "problem"),
    [
        ("/a b/", "", "whitespace"),
        ("https://evil.example\\@api.example.com/", "", "backslash"),
        ("https://[::1", "", "can't be read"),
        ("https://api.example.com:99999/", "https://api.example.com:99999", "can't be read"),
        ("ftp://opensesame@x/y", "ftp://x", "another scheme"),
        ("javascript:alert(1)", "", "another scheme"),
        ("http:///x", "", "no host"),
        ("https://user:opensesame@api.example.com/x", "https://api.example.com", "user name or password"),
        ("https://user@api.example.com:443/x", "https://api.example.com:443", "user name or password"),
        ("https://api。example。com/", "https://api。example。com", "ASCII"),
    ],
)
def test_a_redirect_that_nobody_can_follow_says_why(location: str, target: str, problem: str) -> None:
    found = redirect_target(HERE, location)
    assert found.target == target
    assert problem in found.problem


@given(st.text())
def test_of_a_redirect_either_the_problem_is_named_or_another_origin(location: str) -> None:
    found = redirect_target(HERE, location)
    if API.follow(HERE, location) is None and not found.problem:
        assert Origin.of(found.target).root != API.root


@pytest.mark.parametrize(
    "location",
    ["/a:b@c!$&'()*+,;=~-._/%20%C3%BC/", "/x?ids[]=1&ids[]=2&at=a/b:c@d?", "/x?note=a%20b%26c+d"],
)
def test_a_redirects_reserved_and_escaped_characters_stay_as_they_are(location: str) -> None:
    assert API.follow(HERE, location) == f"https://api.example.com{location}"


def test_a_path_of_the_api_is_escaped_once() -> None:
    assert API.url("/ü/a%20b/(c)/") == "https://api.example.com/prefix/%C3%BC/a%20b/(c)/"


def test_a_base_url_is_called_base_url_unless_it_has_another_name() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Origin.of("")
    assert caught.value.problem == "base_url is blank."
