"""Who may see what: two keys everywhere, one organization's data only, nothing that writes."""

# ruff: noqa: D401 - the docstring of a check is its claim
from __future__ import annotations

from typing import Final

from futureagi_simulate_contract.checks.registry import Checks
from futureagi_simulate_contract.checks.subject import NotApplicableError, Subject, expect
from futureagi_simulate_contract.exchange import TEMPLATES, Endpoint, Keys
from futureagi_simulate_contract.rows import row_id

CHECKS: Final = Checks()
_NOWHERE: Final = "00000000-0000-4000-8000-000000000000"
_WRITING: Final = ("POST", "PUT", "PATCH", "DELETE")


@CHECKS.add
def both_keys_are_needed_everywhere(subject: Subject) -> None:
    """Without keys, with half of them or with a wrong one, every endpoint answers 401 and shows nothing."""
    for listing in subject.listings():
        for keys in (Keys.NONE, Keys.NO_SECRET, Keys.WRONG_SECRET):
            exchange = subject.get(listing.endpoint, listing.query, keys=keys)
            expect(
                exchange.answer.status == 401,
                f"{exchange.answer.status}, not 401, with {keys} keys",
                exchange,
            )
            expect(not exchange.rows, f"items without good keys: {keys}", exchange)


@CHECKS.add
def keys_are_asked_for_before_anything_else(subject: Subject) -> None:
    """Without keys, a bad parameter or an unknown id is answered 401 all the same."""
    for listing in subject.listings():
        query = {**listing.query, "page": "abc"}
        exchange = subject.get(listing.endpoint, query, keys=Keys.NONE)
        expect(exchange.answer.status == 401, f"{exchange.answer.status}, not 401", exchange)


@CHECKS.add
def organizations_are_apart(subject: Subject) -> None:
    """Another organization's keys are told that these ids don't exist, and get none of the items."""
    if not subject.two_organizations:
        raise NotApplicableError("needs keys of a second organization")
    for listing in subject.listings():
        exchange = subject.get(listing.endpoint, listing.query, keys=Keys.OTHER)
        if "run_test_name" in listing.query:  # both organizations may have a run test of this name
            own = {row_id(row) for row in subject.rows(Endpoint.RUNS, listing.query)}
            seen = own & {row_id(row) for row in exchange.rows}
            expect(not seen, f"{len(seen)} items of another organization", exchange)
            continue
        wanted = 500 if not subject.documented and listing.endpoint is Endpoint.TEST_EXECUTION else 404
        expect(exchange.answer.status == wanted, f"{exchange.answer.status}, not {wanted}", exchange)
        expect(not exchange.rows, "items of another organization", exchange)
    for row in subject.rows(Endpoint.TEST_EXECUTION)[:3]:
        exchange = subject.get(Endpoint.RUNS, {"call_execution_id": row_id(row)}, keys=Keys.OTHER)
        expect(exchange.answer.status == 404, f"{exchange.answer.status}, not 404", exchange)


@CHECKS.add
def listings_hold_their_own_items_only(subject: Subject) -> None:
    """An execution's calls are its own: every one of them is in the run test's listing as well."""
    own = {row_id(row) for row in subject.rows(Endpoint.CALL_EXECUTIONS)}
    strange = [row_id(row) for row in subject.rows(Endpoint.TEST_EXECUTION) if row_id(row) not in own]
    expect(not strange, f"{len(strange)} calls of the execution aren't the run test's: {strange[:3]}")


@CHECKS.add
def an_unknown_id_is_not_found(subject: Subject) -> None:
    """An id that doesn't exist is answered 404; observed, a test execution's 500."""
    for endpoint, template in TEMPLATES.items():
        names = ("run_test_id", "test_execution_id", "agent_id", "version_id")
        path = template.format(**dict.fromkeys(names, _NOWHERE))
        query = {"execution_id": _NOWHERE} if endpoint is Endpoint.RUNS else None
        exchange = subject.get(endpoint, query, path=path)
        wanted = 500 if not subject.documented and endpoint is Endpoint.TEST_EXECUTION else 404
        expect(exchange.answer.status == wanted, f"{exchange.answer.status}, not {wanted}", exchange)


@CHECKS.add
def a_malformed_id_is_not_found(subject: Subject) -> None:
    """A path with something else than a UUID is answered 404."""
    for endpoint, template in TEMPLATES.items():
        if endpoint is not Endpoint.RUNS:
            names = ("run_test_id", "test_execution_id", "agent_id", "version_id")
            exchange = subject.get(endpoint, path=template.format(**dict.fromkeys(names, "not-a-uuid")))
            expect(exchange.answer.status == 404, f"{exchange.answer.status}, not 404", exchange)


@CHECKS.add
def nothing_can_be_written(subject: Subject) -> None:
    """POST, PUT, PATCH and DELETE are refused with 405 on every endpoint, and change nothing."""
    if not subject.writes:
        raise NotApplicableError("a server is only ever sent GET")
    for listing in subject.listings():
        query = {**listing.query, "limit": 100}
        before = subject.page(listing.endpoint, query, fresh=True)
        for method in _WRITING:
            exchange = subject.get(listing.endpoint, listing.query, method=method)
            expect(exchange.answer.status == 405, f"{exchange.answer.status}, not 405", exchange)
        after = subject.page(listing.endpoint, query, fresh=True)
        expect(
            before.answer.body == after.answer.body, f"{listing.name}: changed after writing methods", after
        )
