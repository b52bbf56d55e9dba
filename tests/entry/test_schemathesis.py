"""The service's API for machines has no server error, whatever schemathesis asks of it.

Its document, which the routes make by themselves, names the right answers only; so of the other checks none is asked.
"""

from __future__ import annotations

from itertools import count

import pytest
from django.conf import settings

from tests.fuzzed import ask_everything
from tests.world import make_desk, make_key
from tutela.apps.access.rules import KEY_SCOPES
from tutela.entry.api import api
from tutela.entry.bodies import BodyLimit
from tutela.entry.handler import Handler

EXAMPLES = 20  # of each address
ONLY = {"enabled": False, "not_a_server_error": {"enabled": True}}


@pytest.mark.django_db(transaction=True)
def test_whatever_is_asked_there_is_no_server_error():
    application = BodyLimit(Handler(), settings.TUTELA.request_bytes_max)  # its threads stay, with this database
    _, key = make_key(make_desk().organisation, list(KEY_SCOPES), requests_per_minute_max=100_000_000)
    numbers = count()

    def often_sound(case):
        if case.method == "POST" and next(numbers) % 2:
            case.headers = {**(case.headers or {}), "idempotency-key": f"report-{next(numbers):08}"}

    found = ask_everything(
        api.get_openapi_schema(), application, key, examples=EXAMPLES, adapt=often_sound, checks=ONLY
    )
    assert found.faults == []
    assert found.server_errors == 0
    assert found.statuses[201] > 0
    assert found.statuses[200] > EXAMPLES
