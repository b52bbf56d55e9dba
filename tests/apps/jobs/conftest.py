from __future__ import annotations

import pytest

from tutela.apps.jobs import registry
from tutela.apps.jobs.registry import job, periodic


class Works:
    """Work that notes what was done, registered for one test."""

    def __init__(self):
        self.done = []
        self.fail_with = None

        @job("test.note")
        def note(number: int) -> None:
            if self.fail_with:
                raise self.fail_with
            self.done.append(number)

        @job("test.twice", attempts_max=2)
        def twice() -> None:
            raise ValueError("somebody@example.org must not be kept")

        @job("test.urgent", priority=-10)
        def urgent() -> None:
            self.done.append("urgent")

        @periodic("test.hourly", every_s=3600)
        def hourly() -> None:
            self.done.append("tick")


@pytest.fixture
def works(monkeypatch, home):
    monkeypatch.setattr(registry, "_works", {})
    return Works()
