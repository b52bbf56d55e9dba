"""What both clients share: how a question becomes a request, and when it is asked again. Pure: no socket, no clock.

    exchange = asked(request, patience, jitter)      # a generator
    exchange.send(None) -> Request                   # send it; give back an Answered, or None where nobody answered
    exchange.send(answered) -> Wait or Request       # wait so long, or ask again; its return value is the body

Rules:

1. Look-ups change nothing, so each may be asked again: where nobody answered, on 429, 502, 503 and 504.
2. Waits grow twofold from `wait_s_min` and are spread at random over the upper half, so that many clients do not return
   together. A Retry-After is honoured, up to `wait_s_max`; one that asks for longer ends the trying.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from tutela.client.errors import RefusedError, UnreachableError
from tutela.client.words import ErrorBody

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_AGAIN: Final = frozenset({429, 502, 503, 504})
Value = TypeVar("Value")
_decode_error: Final = msgspec.json.Decoder(ErrorBody).decode


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for one answer, and how often to ask."""

    timeout_s: float = 10.0
    tries_max: int = 5
    wait_s_min: float = 0.1
    wait_s_max: float = 30.0


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to be sent."""

    method: str
    target: str
    content_type: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back. `retry_after` is the header as it was sent."""

    status: int
    body: bytes
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait before going on."""

    seconds: float


Step = Request | Wait


def asked(request: Request, patience: Patience, jitter: Callable[[], float]) -> Generator[Step, Answered | None, bytes]:
    """Ask until there is an answer, a refusal that stands, or no patience left. `jitter` gives 0..1."""
    for attempt in range(1, patience.tries_max + 1):
        answered = yield request
        if answered is not None and answered.status == 200:
            return answered.body
        wait_s = patience.wait_s_min * 2 ** (attempt - 1) * (0.5 + 0.5 * jitter())
        if answered is not None:
            if answered.status not in _AGAIN:
                raise _refused(answered)
            wait_s = max(wait_s, _seconds(answered.retry_after))
        if attempt == patience.tries_max or wait_s > patience.wait_s_max:
            raise _refused(answered) if answered else UnreachableError("nobody answered in time")
        yield Wait(wait_s)
    raise UnreachableError("it was not asked")


def batches(values: list[Value], size: int) -> list[list[Value]]:
    """Cut values into parts of at most `size`.

    >>> batches(["a", "b", "c"], 2)
    [['a', 'b'], ['c']]
    """
    return [values[at : at + size] for at in range(0, len(values), size)]


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isdigit() else 0.0


def _refused(answered: Answered) -> RefusedError | UnreachableError:
    try:
        fault = _decode_error(answered.body).error
    except msgspec.DecodeError:
        return UnreachableError(f"what answered ({answered.status}) was not the gateway")
    return RefusedError(answered.status, fault.code, fault.message, fault.fields)
