"""The command line with a fingerprinter that takes its time, so that a test can interrupt it."""

from __future__ import annotations

import signal
import time

from tutela.engine.fingerprint import Fingerprinter
from tutela.entry.cli import main

_quick = Fingerprinter.fingerprint


def _slow(self, fd, size_bytes):
    time.sleep(0.005)
    return _quick(self, fd, size_bytes)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore them, as `nohup` does
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    Fingerprinter.fingerprint = _slow
    main()
