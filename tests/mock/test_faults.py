from __future__ import annotations

import random

import msgspec
import pytest

from futureagi_simulate_mock.faults import Fault, Faults, Spread, seconds, spread
from futureagi_simulate_mock.messages import Effect, Ending, Endpoint, Response

from .services import DETAIL, ask, make_service

GOOD = Response(200, (("content-type", "application/json"),), b'{"good": true}')


def played(fault: str) -> Response:
    return Fault.parse(fault).play(lambda: GOOD, random.Random(0))


@pytest.mark.parametrize(
    ("text", "kind", "times"),
    [("429:2", "429", 2), ("reset", "reset", 1), ("slow:*", "slow", None), ("500", "500", 1)],
)
def test_a_fault_is_written_as_kind_and_times(text, kind, times):
    fault = Fault.parse(text)
    assert (fault.kind, fault.times) == (kind, times)


def test_a_fault_takes_options_after_commas():
    fault = Fault.parse("429:2, retry-after=2, route=runs, after=3, delay=20ms-80ms")
    assert fault == Fault("429", 2, retry_after=2, route="runs", after=3, delay=Spread(0.02, 0.08))
    assert fault.route is Endpoint.SIMULATION_RUNS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "boom",
        "200",
        "600",
        "429:",
        "429:0",
        "429:-1",
        "429:x",
        "429:2:3",
        "429,colour=red",
        "429,route",
        "429,route=calls",
        "slow,delay=fast",
        "slow,delay=9ms-1ms",
        "500,body=xml",
        "truncate,sent=-1",
        "429,after=x",
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        Fault.parse(text)


@pytest.mark.parametrize(
    ("text", "value"), [("50ms", 0.05), ("1.5s", 1.5), ("2", 2.0), (" 3 s ", 3.0), (0.25, 0.25)]
)
def test_durations_are_read_in_ms_and_s(text, value):
    assert seconds(text) == value


def test_a_spread_picks_between_its_bounds():
    chance = random.Random(1)
    picks = [spread("20ms-80ms").pick(chance) for _ in range(200)]
    assert 0.02 <= min(picks) < 0.03 < 0.07 < max(picks) <= 0.08


def test_429_says_when_to_come_back():
    assert played("429").header("retry-after") == "1"
    assert played("429,retry-after=2").header("retry-after") == "2"
    assert played("503,retry-after=Wed").header("retry-after") == "Wed"
    assert played("500").header("retry-after") is None


def test_server_errors_are_json_and_gateway_errors_are_pages_unless_told():
    assert msgspec.json.decode(played("500").body)["status"] is False
    assert played("502").header("content-type") == "text/html; charset=utf-8"
    assert msgspec.json.decode(played("502,body=json").body)["type"] == "server_error"
    assert played("500,body=html").body.startswith(b"<html>")
    assert played("500,body=empty").body == b""
    assert played("599").status == 599


def test_what_goes_wrong_with_the_connection_is_part_of_the_answer():
    assert played("reset").effect == Effect(ending=Ending.RESET)
    assert played("stall").effect == Effect(ending=Ending.STALL)
    assert played("stall,sent=3").effect == Effect(ending=Ending.STALL, sent=3)
    assert played("truncate").effect == Effect(ending=Ending.TRUNCATE, sent=len(GOOD.body) // 2)
    assert played("truncate,sent=99").effect == Effect(ending=Ending.TRUNCATE, sent=len(GOOD.body))
    assert played("slow,delay=1s") == Response(200, GOOD.headers, GOOD.body, Effect(delay=1.0))


def test_a_wrong_content_type_keeps_the_body():
    response = played("wrong-type,type=image/png")
    assert (response.header("content-type"), response.body) == ("image/png", GOOD.body)


def test_429_twice_then_normal():
    service = make_service()
    service.faults.add("429:2")
    assert [ask(service).status for _ in range(4)] == [429, 429, 200, 200]
    assert service.faults.pending == ()


def test_faults_come_in_the_order_of_the_script():
    service = make_service()
    for fault in ("429:2", "500", "502"):
        service.faults.add(fault)
    assert [ask(service).status for _ in range(5)] == [429, 429, 500, 502, 200]


def test_a_fault_for_a_route_leaves_the_others_alone():
    service = make_service()
    service.faults.add("500:*,route=test-execution")
    assert [
        ask(service).status,
        ask(service, DETAIL).status,
        ask(service).status,
        ask(service, DETAIL).status,
    ] == [
        200,
        500,
        200,
        500,
    ]


def test_a_fault_can_wait_for_its_turn():
    service = make_service()
    service.faults.add("500:2,after=2")
    assert [ask(service).status for _ in range(5)] == [200, 200, 500, 500, 200]


def test_latency_is_added_to_every_answer_and_to_a_faults_own_delay():
    faults = Faults(["slow,delay=1s"], latency="50ms")
    effects = [faults.play(None, lambda: GOOD)[0].effect for _ in range(2)]
    assert effects == [Effect(delay=1.05), Effect(delay=0.05)]


def test_clearing_leaves_nothing():
    faults = Faults(["500:*"], latency="50ms")
    faults.clear()
    assert faults.play(None, lambda: GOOD) == (GOOD, None)


def test_the_same_seed_gives_the_same_delays():
    def delays(seed: int) -> list[float]:
        faults = Faults(latency="1ms-9ms", seed=seed)
        return [(faults.play(None, lambda: GOOD)[0].effect or Effect()).delay for _ in range(5)]

    assert delays(3) == delays(3) != delays(4)


def test_a_fault_comes_even_to_those_without_keys():
    service = make_service()
    service.faults.add("429")
    assert [ask(service, headers=()).status for _ in range(2)] == [429, 401]
