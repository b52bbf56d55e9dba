"""What a process begins with waits for its database, for a time, and for nothing else."""

from __future__ import annotations

import pytest
from django.db import OperationalError, ProgrammingError

from tutela.entry.start import once_it_answers


def failing(times, error):
    """Fail so many times, then tell how many tries it took."""
    tries = []

    def act():
        tries.append(1)
        if len(tries) <= times:
            raise error
        return len(tries)

    return act


def test_a_database_that_recovers_is_waited_for_and_a_person_told_once(capsys):
    assert once_it_answers(failing(2, OperationalError("the database system is starting up"))) == 3
    assert capsys.readouterr().err.count("waiting up to 60 s") == 1


def test_a_database_that_stays_away_is_told_in_the_end():
    with pytest.raises(OperationalError):
        once_it_answers(failing(9, OperationalError("away")), away_s_max=0)


def test_a_fault_of_our_own_is_not_waited_for(capsys):
    with pytest.raises(ProgrammingError):
        once_it_answers(failing(1, ProgrammingError("no such column")))
    assert capsys.readouterr().err == ""
