"""Issue G: reports to authorities."""

from __future__ import annotations

from typing import Final

from bench.claim import Claim, FigureSpec, at_least, at_most

CLAIMS: Final = (
    Claim(
        "G1",
        "A report to an authority is filed exactly once, or visibly waits for a person",
        "Against the simulated CyberTipline with a fault injected at every call and a crash at every step (N of N): "
        "each case is filed exactly once or is visibly waiting for a person; 0 duplicates, 0 lost receipts, over 1,000 "
        "random histories. On SQLite and on PostgreSQL.",
        "bench.g1_filing",
        (
            FigureSpec("faults, each at another call, over HTTP", "filings", at_least(80)),
            FigureSpec("crashes, each before another step, over HTTP", "filings", at_least(200)),
            FigureSpec("random histories through the service", "filings", at_least(1000)),
            FigureSpec("random histories of the rules alone", "filings", at_least(10_000)),
            FigureSpec("filed", "filings"),
            FigureSpec("of these, known by asking again: the receipt was lost on the way", "filings"),
            FigureSpec("waiting for a person", "filings"),
            FigureSpec("withdrawn by a person before they were filed", "filings"),
            FigureSpec("filed twice", "filings", at_most(0)),
            FigureSpec("filed, and not known to be; or the other way round", "filings", at_most(0)),
            FigureSpec("filed with files missing or too many", "filings", at_most(0)),
            FigureSpec("filed without what the authority answered, byte for byte", "filings", at_most(0)),
            FigureSpec("neither at an end nor waiting for a person", "filings", at_most(0)),
            FigureSpec("preservations that did not start with a filing", "filings", at_most(0)),
            FigureSpec("faults of the record", "faults", at_most(0)),
        ),
    ),
)
