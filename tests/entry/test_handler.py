"""A request is answered in one thread, whole; what it was about ends with it."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests.world import make_desk, make_key
from tutela.apps.access.scope import NOTHING, current
from tutela.domain.actors import Permission
from tutela.entry.handler import Handler

ASKED = {"type": "http.request", "body": b"", "more_body": False}
GONE = {"type": "http.disconnect"}


def scope_of(path, key=""):
    headers = [(b"host", b"127.0.0.1"), *([(b"authorization", f"Bearer {key}".encode())] if key else [])]
    return {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}


async def ask(handler, path, *messages, key=""):
    """Ask once; the messages of the answer."""
    coming, sent = list(messages or [ASKED]), []

    async def receive():
        return coming.pop(0)

    async def send(message):
        sent.append(message)

    await handler(scope_of(path, key), receive, send)
    return sent


def together(handler, *paths):
    async def all_of_them():
        return await asyncio.gather(*(ask(handler, path) for path in paths))

    return asyncio.run(all_of_them())


def test_many_at_the_same_moment_are_each_answered():
    paths = ["/healthz", "/no-such-page", "/healthz"] * 20
    answers = together(Handler(), *paths)
    assert [start["status"] for start, *_ in answers] == [200, 404, 200] * 20
    assert json.loads(answers[0][1]["body"]) == {"alive": True}


def test_who_goes_away_while_still_asking_is_not_answered():
    handler = Handler()
    more = {"type": "http.request", "body": b"half of", "more_body": True}
    assert asyncio.run(ask(handler, "/healthz", more, GONE)) == []
    assert [start["status"] for start, *_ in together(handler, "/healthz")] == [200]


def test_what_is_not_http_is_refused():
    with pytest.raises(ValueError, match="HTTP"):
        asyncio.run(Handler()({"type": "websocket"}, None, None))


@pytest.mark.django_db(transaction=True)
def test_a_thread_that_stays_keeps_neither_a_session_nor_whose_rows_it_saw(home):
    handler = Handler()
    handler._threads = ThreadPoolExecutor(1)
    _, key = make_key(make_desk().organisation, [Permission.ACCESS_SELF_READ])
    for _ in range(2):
        assert asyncio.run(ask(handler, "/api/v1/self", key=key))[0]["status"] == 200
        left = handler._threads.submit(lambda: (connection.connection, current(), connection.in_atomic_block))
        assert left.result() == (None, NOTHING, False)
