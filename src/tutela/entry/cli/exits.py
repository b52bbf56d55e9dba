"""Exit codes: one table for scripts, shown by `tutela --help` and held to docs/guide/scan.md by a test."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended."""

    OK = 0
    FOUND = 1
    USAGE = 2
    FAILED = 3
    INCOMPLETE = 4
    HANGUP = 129
    INTERRUPTED = 130
    TERMINATED = 143

    @property
    def meaning(self) -> str:
        """One line for the help."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.OK: "done; a scan found nothing and examined everything",
    ExitCode.FOUND: "done; a scan found at least one match, exact or near",
    ExitCode.USAGE: "the command line is wrong",
    ExitCode.FAILED: "it could not go on; the message says how to mend it",
    ExitCode.INCOMPLETE: "done, without a match, but some files or rows were left out",
    ExitCode.HANGUP: "stopped because the terminal closed; a scan can be resumed",
    ExitCode.INTERRUPTED: "stopped by Ctrl-C; a scan can be resumed",
    ExitCode.TERMINATED: "stopped by the system (SIGTERM); a scan can be resumed",
}
