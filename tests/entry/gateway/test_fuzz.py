"""B7: whatever is sent, there is no server error, and each answer is one that the document promises.

Requests are made from our own OpenAPI document: right ones, ones that are wrong in one place, and noise.
"""

from __future__ import annotations

import json
import string
from functools import cache
from types import SimpleNamespace

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.entry.gateway.world import World
from tutela.client.words import ErrorBody
from tutela.entry.gateway.openapi import document
from tutela.entry.gateway.routes import ROUTES

EXAMPLES = 200  # of each test
QUICKLY = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
POSTS = [route for route in ROUTES if route.asks]
NOISE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
HEADER = st.text(string.printable, max_size=60)


@cache
def schemas():
    return document()["components"]["schemas"]


def made_from(schema):
    """Values that a schema allows."""
    if "$ref" in schema:
        schema = schemas()[schema["$ref"].rpartition("/")[2]]
    if "oneOf" in schema:
        return st.one_of(*map(made_from, schema["oneOf"]))
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True)
    if schema["type"] == "number":
        return st.floats(schema["minimum"], schema["maximum"])
    if schema["type"] == "array":
        return st.lists(made_from(schema["items"]), min_size=1, max_size=12)
    fields = {name: made_from(inner) for name, inner in schema["properties"].items()}
    needed = {name: fields.pop(name) for name in schema["required"]}
    return st.fixed_dictionaries(needed, optional=fields)


def schema_of(route):
    return schemas()[route.asks.__name__]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("fuzz") / "home", limits={"batches_waiting_max": 100}, retro="public:NL")
    yield SimpleNamespace(world=world, key=world.key(details=True, per_minute=100_000_000))
    world.close()


def check(route, reply):
    """No server error, one shape, and a status that the document promises."""
    assert reply.status < 500
    promised = document()["paths"][route.path][route.method.lower()]["responses"]
    assert str(reply.status) in promised
    if reply.status != 200:
        msgspec.json.decode(reply.body, type=ErrorBody)


@pytest.mark.parametrize("route", POSTS, ids=lambda route: route.name)
@given(data=st.data())
@QUICKLY
def test_what_the_schema_allows_is_answered_or_refused_for_what_it_says(served, route, data):
    asked = data.draw(made_from(schema_of(route)))
    reply = served.world.post(route.path, asked, served.key)
    check(route, reply)
    assert reply.status in {200, 403, 422}
    if reply.status == 200:
        msgspec.json.decode(reply.body, type=route.answers)


@pytest.mark.parametrize("route", POSTS, ids=lambda route: route.name)
@given(data=st.data())
@QUICKLY
def test_what_is_wrong_in_one_place_is_refused(served, route, data):
    asked = data.draw(made_from(schema_of(route)))
    name = data.draw(st.sampled_from(sorted(asked)) | st.text(min_size=1, max_size=8))
    asked[name] = data.draw(NOISE)
    check(route, served.world.post(route.path, asked, served.key))


@pytest.mark.parametrize("route", POSTS, ids=lambda route: route.name)
@given(body=st.binary(max_size=400) | NOISE.map(lambda value: json.dumps(value).encode()))
@QUICKLY
def test_noise_is_refused(served, route, body):
    reply = served.world.post(route.path, body, served.key)
    check(route, reply)
    assert reply.status in {400, 413, 422}


@given(query=st.text(string.printable, max_size=80))
@QUICKLY
def test_any_query_is_refused_or_answered(served, query):
    route = next(route for route in ROUTES if route.says_ground_in_address)
    headers = {"content-type": "application/octet-stream", "content-length": str(route.body_bytes_max + 1)}
    reply = served.world.send("POST", route.path, served.key, query=query, headers=headers, parts=[])
    check(route, reply)


@given(query=st.text(string.printable, max_size=80))
@QUICKLY
def test_any_page_is_refused_or_answered(served, query):
    route = next(route for route in ROUTES if route.says_in_address)
    check(route, served.world.get(route.path, served.key, query=query))


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
@given(method=st.sampled_from(["GET", "POST", "PUT", "HEAD"]) | HEADER, headers=st.data())
@QUICKLY
def test_any_headers_are_refused_or_answered(served, route, method, headers):
    names = st.sampled_from(["authorization", "content-type", "content-length", "forwarded", "x-forwarded-for"])
    latin = HEADER.map(lambda text: text.replace("\n", "").replace("\r", ""))
    drawn = headers.draw(st.dictionaries(names, latin | st.none(), max_size=5))
    if drawn.get("content-length", "1") in {None, "0"}:
        drawn["content-length"] = "x"
    reply = served.world.send(method, route.path, served.key, b"{}", headers=drawn, query="x")
    assert reply.status < 500
