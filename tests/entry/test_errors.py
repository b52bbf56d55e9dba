"""What somebody is told when the database went away: nothing that may be untrue."""

from __future__ import annotations

import pytest
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import OperationalError
from django.test import RequestFactory
from django.utils import translation

from tutela.entry import errors

_UNSURE = {"en": "may have been done, or not", "de": "ist vielleicht geschehen, vielleicht nicht"}
_CHECK = {"en": "look whether it is there", "de": "Sehen Sie in einer Minute nach, ob es da ist"}


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_session_that_could_not_be_kept_does_not_deny_what_was_committed_before(language):
    """The page had done its work and committed; only then its session could not be written."""
    interrupted = SessionInterrupted("the session could not be kept")
    interrupted.__context__ = OperationalError("attempt to write a readonly database")
    with translation.override(language):
        response = errors.bad_request(RequestFactory().post("/teams/new/"), interrupted)
    said = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert _UNSURE[language] in said
    assert _CHECK[language] in said


def test_a_session_that_somebody_ended_meanwhile_is_a_bad_request():
    response = errors.bad_request(RequestFactory().post("/teams/new/"), SessionInterrupted("it was ended"))
    assert response.status_code == 400
