"""When a client asks again, and when it does not: without a socket and without a clock."""

from __future__ import annotations

import pytest

from tutela.client.calls import Answered, Patience, Request, Wait, asked
from tutela.client.errors import RefusedError, UnreachableError

REQUEST = Request("GET", "/v1/index")
BUSY = b'{"error":{"code":"busy","message":"too much is under way; try again"}}'


def run(answers, **patience):
    """What came of it, and how long was waited."""
    exchange = asked(REQUEST, Patience(**{"tries_max": 4, "wait_s_min": 1, **patience}), lambda: 1.0)
    waits, left, given = [], list(answers), None
    while True:
        try:
            step = exchange.send(given)
        except StopIteration as end:
            return end.value, waits
        if isinstance(step, Wait):
            waits.append(step.seconds)
            given = None
        else:
            assert step is REQUEST
            given = left.pop(0)


@pytest.mark.parametrize("failure", [None, *(Answered(status, BUSY) for status in (429, 502, 503, 504))])
def test_what_passes_is_asked_again_after_waits_that_grow(failure):
    assert run([failure, failure, failure, Answered(200, b"yes")]) == (b"yes", [1, 2, 4])


def test_retry_after_is_honoured():
    assert run([Answered(429, BUSY, "7"), Answered(200, b"yes")]) == (b"yes", [7])


@pytest.mark.parametrize("header", ["", "soon", "-1", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_retry_after_that_is_no_number_is_not_believed(header):
    assert run([Answered(503, BUSY, header), Answered(200, b"yes")]) == (b"yes", [1])


def test_a_wait_that_is_too_long_ends_the_trying():
    with pytest.raises(RefusedError, match="busy") as caught:
        run([Answered(429, BUSY, "31")])
    assert caught.value.status == 429


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 500])
def test_a_refusal_that_stands_is_not_asked_again(status):
    with pytest.raises(RefusedError, match="busy"):
        run([Answered(status, BUSY)])


def test_patience_ends():
    with pytest.raises(UnreachableError, match="nobody answered"):
        run([None] * 4)
    with pytest.raises(RefusedError):
        run([Answered(503, BUSY)] * 4)


def test_what_is_not_the_gateway_is_said():
    with pytest.raises(UnreachableError, match="was not the gateway"):
        run([Answered(404, b"<html>")])


def test_waits_are_spread():
    exchange = asked(REQUEST, Patience(wait_s_min=1), lambda: 0.0)
    exchange.send(None)
    assert exchange.send(None) == Wait(0.5)
