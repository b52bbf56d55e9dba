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
    Claim(
        "E6",
        "A member of the public reports, comes back and reads the answer",
        "In a real Chromium: anybody reports, comes back with the receipt, reads the answer and adds more; with and "
        "without scripts and at 320 pixels; in another language, without a cookie for it; leaves at once. The pages "
        "have no violation that axe-core finds. No reporter reads another's thread.",
        "bench.e6_journey",
        (
            FigureSpec("journeys from the report to the answer and the addition", "journeys", at_least(3)),
            FigureSpec("other journeys: languages, pasted addresses, the way out", "journeys", at_least(4)),
            FigureSpec("pages and states of pages looked at in every way", "pages", at_least(10)),
            FigureSpec("pages with a violation or another fault", "pages", at_most(0)),
            FigureSpec("tests of refusals at the public door and of threads", "tests", at_least(20)),
            FigureSpec("tests that do not pass", "tests", at_most(0)),
        ),
    ),
)
