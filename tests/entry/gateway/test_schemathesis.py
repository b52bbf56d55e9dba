"""B7: the gateway keeps what its OpenAPI document promises, whatever schemathesis asks."""

from __future__ import annotations

from itertools import product
from string import ascii_uppercase

from tests.fuzzed import ask_everything
from tutela.domain.lookups import Channel
from tutela.entry.gateway.openapi import document

EXAMPLES = 20  # of each address
EVERYWHERE = ", ".join(f"{channel}:{one}{two}" for channel, one, two in product(Channel, *[ascii_uppercase] * 2))
OPTIONS = {
    "lookups": EVERYWHERE,
    "retro": "public:NL",
    "limits": {"batches_waiting_max": 100, "uploads_waiting_max": 100},
}


def as_many_as_values(case):
    """What a schema cannot say: as many qualities and references as values."""
    if case.path != "/v1/match/batch" or not isinstance(case.body, dict):
        return
    values = case.body.get("values")
    for name in ("qualities", "references"):
        given = case.body.get(name)
        if isinstance(values, list) and isinstance(given, list) and values and given:
            case.body = case.body | {name: (given * len(values))[: len(values)]}


def found_in(world, examples):
    """Ask a gateway of these `OPTIONS`."""
    key = world.key(details=True, per_minute=100_000_000)
    return ask_everything(document(), world.gateway, key, examples=examples, adapt=as_many_as_values)


def test_whatever_is_asked_the_answer_is_one_that_the_document_promises(make_world, confinement):
    found = found_in(make_world(**OPTIONS), EXAMPLES)
    assert found.faults == []
    assert found.server_errors == 0
    assert found.statuses[200] > EXAMPLES
    assert set(found.statuses) >= {200, 400, 401, 405, 415, 422}
