"""The service's keys, brought to the gateway of this machine: one process copies them from the database into a file.

    python -m tutela.entry.gateway.publishing          a child of the gateway's supervisor, on each machine that has one

    database --> publishing (Django, every `LOOK_S`) --> TUTELA_HOME/run/service.keys --> gateway processes (no Django)

Rules:

1. Digests, scopes, rates and ends are copied (`access.public.lookup_keys`); never a secret, a name, an organisation.
2. The file is replaced in one step, and only where a key changed. Otherwise its time says that the keys were looked at:
   see `keys.ServiceKeys` for how long that is believed.
3. A database that does not answer, or has no tables yet, is waited for, however long that takes.
4. Where there is no service, there is nothing to copy: what an earlier one left is removed, and Django is not loaded. A
   service that is set up later is noticed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Final

import structlog

from tutela.domain.errors import TutelaError
from tutela.entry.config import load
from tutela.entry.gateway.keys import KeyRow, Scope, ServiceKeys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutela.entry.config import Settings

LOOK_S: Final = 1.0
_log = structlog.stdlib.get_logger("tutela.gateway")


def has_service(settings: Settings) -> bool:
    """Tell whether a service keeps its keys in a database that this machine can ask."""
    return bool(settings.database_url) or (settings.home / "tutela.sqlite3").exists()


def publish_keys(keys: ServiceKeys) -> None:
    """Look once. Django must be set up, and the caller act as the system."""
    keys.publish(service_rows())


def service_rows() -> Sequence[KeyRow]:
    """Return the keys of the service as a gateway reads them."""
    from tutela.apps.access.public import lookup_keys  # noqa: PLC0415 - needs Django set up

    return [
        KeyRow(
            id=key.id,
            prefix=key.prefix,
            digest=key.digest,
            scopes=tuple(sorted(Scope(scope.value) for scope in key.scopes)),
            requests_per_minute_max=key.requests_per_minute_max,
            expires_at=key.expires_at,
            revoked_at=key.revoked_at,
        )
        for key in lookup_keys()
    ]


def run() -> None:
    """Publish until a signal ends it."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings = load()
    keys = ServiceKeys(settings.home)
    while not has_service(settings):
        keys.withdraw()
        if stop.wait(LOOK_S):
            return
    _keep_published(keys, stop)


def _keep_published(keys: ServiceKeys, stop: threading.Event) -> None:
    from tutela.entry.start import at_the_desk  # noqa: PLC0415 - only now is Django needed

    with at_the_desk():
        from django.db import DatabaseError, InterfaceError, close_old_connections  # noqa: PLC0415 - as above

        well = True
        while True:
            close_old_connections()
            try:
                publish_keys(keys)
            except (DatabaseError, InterfaceError, OSError):  # away, locked, without tables; or the disk is full
                if well:
                    _log.warning("keys-away", process=str(os.getpid()))
                well = False
            else:
                well = True
            if stop.wait(LOOK_S):
                return


if __name__ == "__main__":
    try:
        run()
    except TutelaError as error:
        sys.exit(f"error: {error}\nhint: {error.hint}")
