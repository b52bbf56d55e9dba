"""One tree of errors for the whole product.

A name ends in `Error` unless there is a reason not to. Each error says what happened in its message and how to mend
it in `hint`; the command line prints both, the service sends both. Failing to examine one file is never an error: it is
a `Verdict` (see `domain.media`), so that no row is lost.
"""

from __future__ import annotations


class TutelaError(Exception):
    """Something that a person can mend stopped the work."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


#### Lists ####


class ListError(TutelaError):
    """A hash list cannot be used."""


class ListNotFoundError(ListError):
    """No list of that name is registered."""


class ListCorruptError(ListError):
    """A packed list file is truncated, altered or of another version."""


class IndexCorruptError(ListError):
    """An index over lists is truncated, altered or of another version."""


class IndexMissingError(ListError):
    """No index was built."""


class RetroCorruptError(TutelaError):
    """A file of what retro-matching found is damaged."""


class RulesError(ListError):
    """Rules about lists cannot be used. Those in force stay."""


class RowError(TutelaError):
    """One row of an imported file is malformed. Collected with its line number; raised only under `--strict`."""


class FormatError(TutelaError):
    """A whole file is not in the format it was said to be in."""


#### Sandbox ####


class SandboxError(TutelaError):
    """The sandbox cannot do its work."""


class SandboxLayerMissingError(SandboxError):
    """This host lacks a layer of confinement, and nobody allowed to go on without it."""


class SandboxProtocolError(SandboxError):
    """A worker's answer broke the protocol: the worker is treated as taken over and ended."""


#### Scanning ####


class ReportError(TutelaError):
    """A scan report cannot be written, read or resumed."""
