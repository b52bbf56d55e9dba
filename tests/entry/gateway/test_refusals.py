"""B7: whatever is wrong with a request, the answer says what, in one shape, and never repeats what was sent."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.entry.gateway.world import GROUND, SHA256
from tutela.engine import clock
from tutela.entry.errors import error_body
from tutela.entry.gateway.errors import CODES, refusal
from tutela.entry.gateway.keys import Scope
from tutela.entry.gateway.routes import ROUTES

CANARY = "c4n4ry"
HEX = "ab" * 32
ASKED = [route for route in ROUTES if not route.open_because]


def body(**more):
    return json.dumps({**GROUND, "kind": "pdq", "value": HEX, **more}).encode()


def field_of(reply):
    assert (reply.status, reply.code) == (422, "not-valid")
    return [(each["field"], each["problem"]) for each in reply.json["error"]["fields"]]


def test_the_shape_of_error_is_that_of_the_service():
    told = json.loads(refusal("busy").body)
    assert told == error_body("busy", CODES["busy"][1])


@pytest.mark.parametrize(
    ("change", "field", "problem"),
    [
        ({"value": HEX[:-2]}, "value", "wrong-length"),
        ({"value": HEX + "ab"}, "value", "wrong-length"),
        ({"value": ""}, "value", "wrong-length"),
        ({"value": "zz" * 32}, "value", "not-hexadecimal"),
        ({"value": "ab " * 21 + "a"}, "value", "not-hexadecimal"),
        ({"value": 7}, "value", "wrong-type"),
        ({"value": None}, "value", "wrong-type"),
        ({"kind": "md5"}, "value", "wrong-length"),
        ({"kind": CANARY}, "kind", "not-one-of"),
        ({"channel": CANARY}, "channel", "not-one-of"),
        ({"jurisdiction": "NLD"}, "jurisdiction", "wrong-length"),
        ({"jurisdiction": ""}, "jurisdiction", "wrong-form"),
        ({"jurisdiction": "N1"}, "jurisdiction", "wrong-form"),
        ({"jurisdiction": "NL\n"}, "jurisdiction", "wrong-length"),
        ({CANARY: 1}, "", "unknown-field"),
        ({"quality": 100.5}, "quality", "out-of-range"),
        ({"quality": -1}, "quality", "out-of-range"),
        ({"quality": CANARY}, "quality", "wrong-type"),
        ({"quality": None}, "quality", "wrong-type"),
        ({"quality": 50, "kind": "sha256"}, "quality", "not-for-this-kind"),
    ],
)
def test_a_wrong_field_is_named_and_what_was_in_it_is_not(world, change, field, problem):
    reply = world.post("/v1/match", body(**change), world.key())
    assert field_of(reply) == [(field, problem)]
    assert CANARY not in reply.body.decode()


@pytest.mark.parametrize("missing", ["channel", "jurisdiction", "kind", "value"])
def test_a_missing_field_is_named(world, missing):
    given = json.loads(body())
    del given[missing]
    assert field_of(world.post("/v1/match", given, world.key())) == [(missing, "missing")]


@pytest.mark.parametrize("name", ["channel", "jurisdiction", "kind", "value", "quality"])
@pytest.mark.parametrize("spelt", [str, lambda name: f"\\u{ord(name[0]):04x}{name[1:]}"])
def test_a_field_given_twice_is_refused_however_it_is_spelt(world, name, spelt):
    given = json.loads(body(quality=60))
    once = body(quality=60) if name == "quality" else body()
    twice = once[:-1] + f', "{spelt(name)}": {json.dumps(given[name])}}}'.encode()
    assert field_of(world.post("/v1/match", twice, world.key())) == [(name, "given-twice")]


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"{}{}", b"[" * 1000, b'"' + b"a" * 900])
def test_what_is_no_json_object_is_refused(world, text):
    assert world.post("/v1/match", text, world.key()).status in {400, 422}


@pytest.mark.parametrize("key", ["", "tut_", "tut_7k3qm2xw_" + "a" * 43, "x" * 5000, "ä"])
@pytest.mark.parametrize("route", ASKED, ids=lambda route: route.name)
def test_an_unknown_key_is_refused_at_every_address(world, route, key):
    headers = {"authorization": f"Bearer {key}" if key else None}
    reply = world.send(route.method, route.path, body=body(), headers=headers)
    assert (reply.status, reply.code) == (401, "no-valid-key")
    assert reply.headers["www-authenticate"] == "Bearer"


def test_a_forged_secret_under_a_known_prefix_is_refused(world):
    key = world.key()
    assert world.ask(key[:-43] + "A" * 43).code == "no-valid-key"


def test_an_expired_key_is_refused_at_once(world, standing_clock):
    key = world.key(days=1)
    assert world.ask(key).status == 200
    standing_clock.forward(days=1)
    assert clock.now() == standing_clock.moment
    assert (world.ask(key).status, world.ask(key).code) == (401, "expired-key")


def test_a_revoked_key_is_refused_once_the_snapshot_is_new(world):
    key = world.key()
    world.keys.revoke(key[4:12])
    assert world.ask(key).status == 200
    world.desk.keyring.reload()
    assert world.ask(key).code == "expired-key"


@pytest.mark.parametrize("route", [route for route in ASKED if route.scope], ids=lambda route: route.name)
def test_a_key_without_the_scope_is_refused(world, route):
    reply = world.send(route.method, route.path, world.key(scopes=[Scope.DETAIL]), body())
    assert (reply.status, reply.code) == (403, "refused")


def test_a_key_that_asks_too_fast_is_told_when_to_come_back(world):
    key = world.key(per_minute=2)
    assert [world.ask(key).status for _ in range(3)] == [200, 200, 429]
    reply = world.ask(key)
    assert reply.code == "too-many-requests"
    assert 0 < int(reply.headers["retry-after"]) <= 60


def test_a_batch_costs_by_what_is_asked(make_world):
    world = make_world(limits={"batch_values_a_token": 10})
    for values, costs in ((1, 1), (10, 1), (11, 2), (60, 6)):
        key = world.key(per_minute=8)
        assert world.ask_many(key, [HEX] * values).status == 200
        assert [world.ask(key).status for _ in range(9 - costs)] == [200] * (8 - costs) + [429]


def test_a_batch_above_the_rate_takes_a_full_bucket_and_no_more(make_world, monkeypatch):
    world = make_world(limits={"batch_values_a_token": 10})
    key, moment_ns = world.key(per_minute=4), 10**18
    monkeypatch.setattr("tutela.entry.gateway.desk.time.time_ns", lambda: moment_ns)
    told = []
    for _ in range(4):
        reply = world.ask_many(key, [HEX] * 1000)
        told.append(reply.status)
        moment_ns += int(reply.headers.get("retry-after", 0)) * 10**9
    assert told == [200, 429, 429, 200], "an empty bucket is seen before the batch is read, what it lacks after"


def test_a_batch_that_is_refused_for_its_ground_costs_one_request(make_world):
    world = make_world(limits={"batch_values_a_token": 1})
    key = world.key(per_minute=3)
    assert world.ask_many(key, [HEX] * 2, jurisdiction="DE").code == "not-enabled"
    assert world.ask_many(key, [HEX] * 2).status == 200


@pytest.mark.parametrize("qualities", [[50], [50, 50, 50], []])
def test_qualities_that_are_not_one_for_each_value_are_refused(world, qualities):
    assert field_of(world.ask_many(world.key(), [HEX, HEX], qualities=qualities)) == [("qualities", "wrong-length")]


@pytest.mark.parametrize("kind", [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
@pytest.mark.parametrize("route", [route for route in ROUTES if route.takes], ids=lambda route: route.name)
def test_a_wrong_content_type_is_refused(world, route, kind):
    reply = world.send(route.method, route.path, world.key(), body(), headers={"content-type": kind})
    assert (reply.status, reply.code) == (415, "wrong-content-type")


def test_a_content_type_with_a_parameter_is_taken(world):
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert world.send("POST", "/v1/match", world.key(), body(), headers=headers).status == 200


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "X"])
def test_a_wrong_method_is_refused_and_the_right_one_is_named(world, route, method):
    if method == route.method:
        return
    reply = world.send(method, route.path, world.key())
    assert (reply.status, reply.code, reply.headers["allow"]) == (405, "method-not-allowed", route.method)


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/match/", "/v2/match", "//", "/../etc", "/v1/match%00"])
def test_an_unknown_path_is_not_found(world, path):
    assert (world.get(path).status, world.get(path).code) == (404, "not-found")


@pytest.mark.parametrize("length", [None, "", "-1", "a", "1.0"])
def test_a_body_of_no_said_length_is_refused(world, length):
    reply = world.send("POST", "/v1/match", world.key(), body(), headers={"content-length": length})
    assert (reply.status, reply.code) == (411, "length-required")


@pytest.mark.parametrize("route", [route for route in ROUTES if route.takes], ids=lambda route: route.name)
@pytest.mark.parametrize("more", [1, 10**30])
def test_a_body_above_the_limit_is_refused_before_it_is_read(world, route, more):
    headers = {"content-length": str(route.body_bytes_max + more), "content-type": route.takes.decode()}
    query = "channel=public&jurisdiction=NL"
    reply = world.send(route.method, route.path, world.key(), headers=headers, query=query, parts=[])
    assert (reply.status, reply.code) == (413, "too-large")


@pytest.mark.parametrize("parts", [[b"x"], [body() + b" "], [body()[:50], body()[50:], b" "]])
def test_a_body_of_another_length_than_was_said_is_refused(world, parts):
    reply = world.send("POST", "/v1/match", world.key(), parts=parts, headers={"content-length": str(len(body()))})
    assert (reply.status, reply.code) == (400, "bad-request")


def test_an_oversized_batch_is_refused(make_world):
    world = make_world()
    values = [HEX] * (world.desk.limits.batch_values_max + 1)
    assert field_of(world.ask_many(world.key(), values)) == [("values", "wrong-length")]
    assert field_of(world.ask_many(world.key(), [])) == [("values", "wrong-length")]


def test_one_bad_value_in_a_batch_refuses_it_whole(world):
    assert field_of(world.ask_many(world.key(), [HEX, "zz" * 32])) == [("values", "not-hexadecimal")]
    assert field_of(world.ask_many(world.key(), [HEX, "ab" * 20])) == [("values", "wrong-length")]


@pytest.mark.parametrize("ground", [{"channel": "end-to-end-encrypted"}, {"jurisdiction": "DE"}])
def test_a_ground_that_is_not_enabled_is_refused_everywhere(world, ground):
    key = world.key()
    query = "&".join(f"{name}={value}" for name, value in {**GROUND, **ground}.items())
    replies = [world.ask(key, **ground), world.ask_many(key, [HEX], **ground), world.ask_bytes(key, b"x", query)]
    assert [(reply.status, reply.code) for reply in replies] == [(403, "not-enabled")] * 3


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("", ("channel", "missing")),
        ("channel=public", ("jurisdiction", "missing")),
        ("channel=x&jurisdiction=NL", ("channel", "not-one-of")),
        ("channel=public&jurisdiction=N1", ("jurisdiction", "wrong-form")),
        ("channel=public&channel=private&jurisdiction=NL", ("channel", "given-twice")),
        ("channel=public&jurisdiction=NL&x=1", ("", "unknown-field")),
    ],
)
def test_a_ground_in_an_address_is_held_to_the_same(world, query, fault):
    assert field_of(world.ask_bytes(world.key(), b"x", query)) == [fault]


def test_without_an_index_nothing_is_guessed(make_world):
    world = make_world(filled=False)
    reply = world.ask(world.key())
    assert (reply.status, reply.code, reply.headers["retry-after"]) == (503, "no-index", "5")
    assert world.get("/readyz").status == 503


def test_past_its_limits_it_is_busy_and_says_when_to_come_back(make_world):
    world = make_world(limits={"bytes_in_flight_max": 100})
    reply = world.ask(world.key())
    assert (reply.status, reply.code, reply.headers["retry-after"]) == (503, "busy", "1")


def test_too_many_batches_at_once_are_refused_and_the_others_answered(make_world):
    world = make_world(limits={"batches_waiting_max": 2})
    key = world.key()
    asked = json.dumps({**GROUND, "kind": "sha256", "values": [SHA256.hex()]}).encode()

    async def ask_at_once():
        return await asyncio.gather(*(world.answer("POST", "/v1/match/batch", key, asked) for _ in range(6)))

    replies = asyncio.run(ask_at_once())
    assert sorted({reply.status for reply in replies}) == [200, 503]
    assert world.ask_many(key, [HEX]).status == 200


def test_a_body_that_does_not_come_is_not_waited_for(make_world):
    world = make_world(limits={"body_wait_s_max": 0.01})
    headers = {"content-length": "9000", "content-type": "application/octet-stream"}
    query = "channel=public&jurisdiction=NL"
    reply = world.send("POST", "/v1/match/bytes", world.key(), headers=headers, query=query, parts=[])
    assert (reply.status, reply.code) == (408, "too-slow")


def test_who_hangs_up_is_forgotten(world):
    key = world.key()
    for parts in ([None], [b"{", None]):
        assert world.send("POST", "/v1/match", key, parts=parts, headers={"content-length": "50"}) is None
    assert world.ask(key).status == 200


def test_a_fault_of_ours_is_answered_in_the_same_shape(world, monkeypatch):
    monkeypatch.setattr(world.desk, "look_up", lambda *_: 1 // 0)
    reply = world.ask(world.key())
    assert (reply.status, reply.code) == (500, "internal")
