"""Settings of the site: django-q2's ORM broker, on the database that the environment names.

Every task is retried until it succeeds; a task is one whose worker died when it was not done within `retry`.
"""

from __future__ import annotations

import os
from typing import Any, Final

SECRET_KEY: Final = "one for all processes of a measurement"  # noqa: S105 - it guards nothing
USE_TZ: Final = True
DEFAULT_AUTO_FIELD: Final = "django.db.models.BigAutoField"
INSTALLED_APPS: Final = ("django.contrib.contenttypes", "django_q", "bench.queue_peer")
_SQLITE: Final[dict[str, Any]] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": os.environ["QUEUE_PEER_DATABASE"],
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;",
    },
}
_POSTGRES: Final[dict[str, Any]] = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": "postgres",
    "USER": "tutela",
    "HOST": os.environ["QUEUE_PEER_DATABASE"],
}
DATABASES: Final = {"default": _POSTGRES if os.environ["QUEUE_PEER_KIND"] == "PostgreSQL" else _SQLITE}
Q_CLUSTER: Final = {
    "name": "measured",
    "orm": "default",
    "workers": 2,
    "timeout": 6,
    "retry": 8,
    "poll": 0.05,
    "max_attempts": 0,
    "scheduler": False,
    "save_limit": -1,
    "ack_failures": False,
    "log_level": "ERROR",
}
