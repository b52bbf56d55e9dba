"""The route table: from it come what is served, the OpenAPI document, the counters and the tests of who may pass.

>>> [route.path for route in ROUTES if route.scope is Scope.LOOKUP]
['/v1/match', '/v1/match/batch', '/v1/match/bytes', '/v1/retro/finds']
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from tutela.client import words
from tutela.domain.limits import GatewayLimits
from tutela.entry.gateway.keys import Scope

if TYPE_CHECKING:
    import msgspec

_LIMITS: Final = GatewayLimits()
JSON: Final = b"application/json"
BYTES: Final = b"application/octet-stream"
METRICS: Final = b"text/plain; version=1.0.0; charset=utf-8"


class Work(Enum):
    """Where a request is answered."""

    HERE = "on the event loop: it takes microseconds"
    BATCH = "in a thread for batches"
    UPLOAD = "in a thread for files"


@dataclass(frozen=True, slots=True)
class Route:
    """One address. `asks` and `answers` are structs of `client.words`; `scope` is None where any key may ask.

    `open_because` says why an address needs no key. `takes` is the content type of the body, empty where there is none.
    `says_in_address` names whole numbers that may stand after the question mark.
    """

    number: int
    name: str
    method: str
    path: str
    about: str
    answers: type[msgspec.Struct] | None
    scope: Scope | None = None
    open_because: str = ""
    asks: type[msgspec.Struct] | None = None
    takes: bytes = b""
    gives: bytes = JSON
    body_bytes_max: int = 0
    work: Work = Work.HERE
    says_ground_in_address: bool = False
    says_in_address: tuple[str, ...] = ()


ROUTES: Final = (
    Route(
        0, "match", "POST", "/v1/match", "Ask whether one hash or digest is known.", words.Answer,
        scope=Scope.LOOKUP, asks=words.Ask, takes=JSON, body_bytes_max=_LIMITS.ask_bytes_max,
    ),
    Route(
        1, "match-batch", "POST", "/v1/match/batch", "Ask for many values of one kind.", words.Verdicts,
        scope=Scope.LOOKUP, asks=words.AskMany, takes=JSON, body_bytes_max=_LIMITS.ask_many_bytes_max, work=Work.BATCH,
    ),
    Route(
        2, "match-bytes", "POST", "/v1/match/bytes",
        "Ask for a file: it is fingerprinted in the sandbox, and nothing of it is kept.", words.BytesAnswer,
        scope=Scope.LOOKUP, takes=BYTES, body_bytes_max=_LIMITS.upload_bytes_max, work=Work.UPLOAD,
        says_ground_in_address=True,
    ),
    Route(3, "index", "GET", "/v1/index", "Ask which index is in force.", words.Status),
    Route(
        4, "healthz", "GET", "/healthz", "The process answers.", words.Alive,
        open_because="a supervisor of processes asks it; the answer says nothing",
    ),
    Route(
        5, "readyz", "GET", "/readyz", "Look-ups can be answered; 503 otherwise.", words.Ready,
        open_because="a load balancer asks it; the answer names what is not ready and nothing more",
    ),
    Route(
        6, "metrics", "GET", "/metrics", "Numbers of all processes, for Prometheus.", None, gives=METRICS,
        open_because="for this machine or holders of metrics_key only; others are told that it does not exist",
    ),
    Route(
        7, "openapi", "GET", "/openapi.json", "This document.", None,
        open_because="it says what stands in the guide",
    ),
    Route(
        8, "retro-finds", "GET", "/v1/retro/finds", "Ask what became known of what this key asked before.",
        words.RetroFinds, scope=Scope.LOOKUP, work=Work.BATCH, says_in_address=("after", "limit"),
    ),
)  # fmt: skip
UNKNOWN: Final = len(ROUTES)  # counts what asked for no address of ours
NAMES: Final = (*(route.name for route in ROUTES), "unknown")
BY_PATH: Final = {route.path: route for route in ROUTES}
