from __future__ import annotations

import threading

import pytest
from django.db import connection

from tutela.apps.access.public import acting_as
from tutela.domain.actors import SYSTEM
from tutela.entry.postgres import idle

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keeping(db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no sessions")
    idle.keep()
    yield
    idle.close_all()


def ask(*statements, act=lambda: None):
    """Ask in a thread, which has a connection of its own, as a request has; return the last answer."""
    answers = []

    def run():
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            answers.append(cursor.fetchone()[0])
        act()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return answers[0]


PID = "SELECT pg_backend_pid()"


def test_the_next_request_has_the_session_of_the_last():
    assert ask(PID) == ask(PID)


def test_nothing_of_one_request_is_known_to_the_next():
    first = ask("SET tutela.organisation = 'left behind'", "SELECT pg_advisory_lock(7)", PID)
    assert ask(PID) == first
    assert not ask("SELECT current_setting('tutela.organisation', true)")
    assert ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()") == 0


def test_the_scope_of_one_request_shows_the_next_nothing():
    def all_seeing():
        with acting_as(SYSTEM), connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    ask(PID, act=all_seeing)
    assert ask("SELECT COALESCE(current_setting('tutela.everything', true), '')") != "on"


def test_a_session_that_the_server_ended_is_not_used_again():
    first = ask(PID)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [first])
    assert ask(PID) != first


def test_a_session_inside_a_transaction_is_closed():
    def leave():
        connection.set_autocommit(False)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    assert ask(PID, act=leave) != ask(PID)


def test_who_does_not_keep_closes():
    idle.close_all()
    assert ask(PID) != ask(PID)
