"""One process: `python -m tutela.entry.gateway PROCESS PROCESSES DESCRIPTOR`, started by `running.run`."""

from __future__ import annotations

import sys

from tutela.domain.errors import TutelaError
from tutela.entry.gateway.running import run_process

if __name__ == "__main__":
    try:
        run_process(*map(int, sys.argv[1:4]))
    except TutelaError as error:
        sys.exit(f"error: {error}\nhint: {error.hint}")
