"""Every claim: its id, its words, its figures with their bars, and the module whose `measure()` makes them.

The bars are those of the plan ("It must show"); a record is met only if every figure that has a bar reaches it. Figures
without a bar are shown and decide nothing. To add a claim: a row in `bench/claims`, a module with `measure() ->
Measurement` that puts every figure named in the row, then `make evidence ID=...`.

>>> CLAIMS["A6"].module
'bench.a6_lists'
"""

from __future__ import annotations

from typing import Final

from bench.claims import acting, assessment, intake, matching, record, removal, scan

UNMEASURED: Final = frozenset(
    {"E1", "E2", "G3", "G4", "G5"}
)  # their commands are there; no record is better than one of old code
CLAIMS: Final = {
    claim.claim_id: claim
    for claim in (
        *scan.CLAIMS,
        *matching.CLAIMS,
        *record.CLAIMS,
        *intake.CLAIMS,
        *assessment.CLAIMS,
        *acting.CLAIMS,
        *removal.CLAIMS,
    )
}
