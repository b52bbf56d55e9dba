"""Issue E: intake and triage, from what somebody reports to the child who cannot wait."""

from __future__ import annotations

from typing import Final

from bench.claim import Claim, FigureSpec, at_least, at_most

CLAIMS: Final = (
    Claim(
        "E5",
        "Malformed input is refused clearly and leaves nothing half stored",
        "10,000 malformed inputs per door: clear errors, 0 server errors, nothing half-stored.",
        "bench.e5_malformed",
        (
            FigureSpec("inputs, one report, JSON", "inputs", at_least(10_000)),
            FigureSpec("inputs, a batch, JSON", "inputs", at_least(10_000)),
            FigureSpec("inputs, one report, XML", "inputs", at_least(10_000)),
            FigureSpec("inputs, the public form", "inputs", at_least(10_000)),
            FigureSpec("inputs, a file to import", "inputs", at_least(10_000)),
            FigureSpec("server errors", "answers", at_most(0)),
            FigureSpec("refusals without a clear error", "answers", at_most(0)),
            FigureSpec("refusals that left something stored", "answers", at_most(0)),
        ),
    ),
)
