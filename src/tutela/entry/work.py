"""The worker process: background jobs in the main thread, the sequencer of the record in a second one.

Any number may run. Jobs are shared out by leases; of all sequencers only one is at work at a time. A database that is
away, full or read-only is waited for, in every round, for as long as it takes. A sequencer that cannot go on (the
database is older than what was published) ends the process, so that a supervisor and a person see it.
"""

from __future__ import annotations

import os
import signal
import threading

from tutela.domain.actors import SYSTEM
from tutela.entry.start import at_the_desk, once_it_answers, require_tables

_STOP_S_MAX = 10


def work() -> None:
    """Work until a signal ends it; the job at hand is finished first."""
    with at_the_desk():
        once_it_answers(require_tables)

        from tutela.apps.custody.keyring import folder  # noqa: PLC0415 - as above
        from tutela.apps.custody.sequencer import check_published  # noqa: PLC0415 - needs Django set up
        from tutela.apps.jobs.public import run_worker_process  # noqa: PLC0415 - as above

        once_it_answers(lambda: check_published(folder()))  # before any job is done twice for an old backup
        sequencer = _Sequencer()
        sequencer.start()
        run_worker_process()
        sequencer.end()


class _Sequencer(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="sequencer", daemon=True)
        self._stop_asked = threading.Event()
        self._error: Exception | None = None

    def run(self) -> None:
        from django.db import connection  # noqa: PLC0415 - needs Django set up

        from tutela.apps.access.public import acting_as  # noqa: PLC0415 - as above
        from tutela.apps.custody.public import run_sequencer  # noqa: PLC0415 - as above

        try:
            with acting_as(SYSTEM):  # a thread begins without a scope
                run_sequencer(stop=self._stop_asked)
        except Exception as error:  # noqa: BLE001 - told by `end`, in the main thread
            self._error = error
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            connection.close()

    def end(self) -> None:
        """Let the batch at hand end; raise what ended the sequencer, if anything did."""
        self._stop_asked.set()
        self.join(_STOP_S_MAX)
        if self._error is not None:
            raise self._error
