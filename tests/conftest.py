"""What every test may use. The databases are in `tests/databases.py`; who only works on the engine needs no Django."""

from __future__ import annotations

import io
import logging.config
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

# Nothing is asserted about time, and a busy machine is no fault of what is tested.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

pytest_plugins = ["tests.databases", "tests.ledger_guards"] if find_spec("django") else []


# These start servers, browsers and processes to kill: minutes, not seconds. `make test-quick` leaves them out.
_SLOW = ("tests/browser/", "tests/service/", "tests/crash/test_custody", "tests/crash/test_jobs")


@pytest.hookimpl(tryfirst=True)  # before pytest looks at markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(_SLOW):
            item.add_marker(pytest.mark.slow)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **span: float) -> None:
        self.moment += timedelta(**span)


@pytest.fixture
def standing_clock() -> Iterator[Clock]:
    """A clock under the test's control, from a fixed moment on."""
    mine = Clock(datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
    with clock.use(mine):
        yield mine


@pytest.fixture
def home(tmp_path: Path, settings: SettingsWrapper) -> Path:
    """A state folder of this test's own: keys, published checkpoints, lists, counters."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    settings.TUTELA = replace(settings.TUTELA, home=folder)
    return folder


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the service writes to its log, a line an event. Loggers are made once: only where they write can change."""
    from tutela.entry import logs

    stream = io.StringIO()
    configured = logs.logging_config("debug")
    configured["handlers"]["standard_error"]["stream"] = stream
    logs.configure(configured)
    yield stream
    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False, "root": {"handlers": []}})
