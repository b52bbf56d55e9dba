"""Scanning: walk folders, examine every file, append to the report, go on after any interruption.

    walk ......... names below the roots, one descriptor at a time
    examining .... an open file to its rows
    journal ...... the report as a file that survives kill -9; `recovery` reads what an earlier run left
    running ...... threads that put these together: one walks, N examine, the caller's own watches and synchronises

The report is the journal. What a scan needs of fingerprinting, matching and the report's format comes as arguments
(`ports`).
"""

from tutela.engine.scanning.examining import examine, refused_row
from tutela.engine.scanning.roots import resolve_roots
from tutela.engine.scanning.running import Progress, ScanOutcome, scan
from tutela.engine.scanning.walk import Found, Refused, Walk

__all__ = [
    "Found",
    "Progress",
    "Refused",
    "ScanOutcome",
    "Walk",
    "examine",
    "refused_row",
    "resolve_roots",
    "scan",
]
