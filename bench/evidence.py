"""Run the command behind a claim and write its record.

    python -m bench.evidence            every claim, then the table
    python -m bench.evidence A2 A6      these claims, then the table
    python -m bench.evidence --table    only make docs/evidence/README.md again from the records
    python -m bench.evidence --list     the claims and their bars

Exit code 0 where every figure that was measured reached its bar, 1 where one did not (the record is written and says
so), 2 for an unknown id.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Final

from bench import machine, peers, plot, plot_sizes, record, table
from bench.machine import ROOT
from bench.registry import CLAIMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.claim import Claim

FOLDER: Final = ROOT / "docs" / "evidence"


def main(words: Sequence[str]) -> int:
    """The command line of the module."""
    if "--list" in words:
        for claim in CLAIMS.values():
            print(f"{claim.claim_id}  {claim.title}")
            for spec in claim.figures:
                print(
                    f"      {spec.name}: {spec.bar or 'shown'} {spec.unit}" + f", beside {spec.peer}" * bool(spec.peer)
                )
        return 0
    wanted = [word for word in words if not word.startswith("-")] or list(CLAIMS)
    unknown = [word for word in wanted if word not in CLAIMS]
    if unknown:
        print(f"unknown claims: {', '.join(unknown)}; known: {', '.join(CLAIMS)}", file=sys.stderr)
        return 2
    all_met = True
    if "--table" not in words:
        for claim_id in wanted:
            made = run(CLAIMS[claim_id])
            record.write(made, FOLDER)
            print(table.text(made))
            all_met &= made["met"]
    publish()
    return 0 if all_met else 1


def publish() -> None:
    """Make the page and the plot again from the records."""
    records = record.read_all(FOLDER)
    (FOLDER / "README.md").write_text(table.page(records), encoding="utf-8")
    (FOLDER / plot.NAME).write_text(plot.svg(records), encoding="utf-8")
    (FOLDER / plot_sizes.NAME).write_text(plot_sizes.svg(records), encoding="utf-8")


def run(claim: Claim) -> dict[str, Any]:
    """Measure one claim."""
    print(f"{claim.claim_id} {claim.title} ...", file=sys.stderr)
    start_s = time.monotonic()
    measurement = claim.command()()
    missing = [spec.name for spec in claim.figures if spec.name not in measurement.values]
    strange = [name for name in measurement.values if name not in {spec.name for spec in claim.figures}]
    if missing or strange:
        raise AssertionError(f"{claim.module} and the registry differ: missing {missing}, unknown {strange}")
    figures = [
        record.Figure(spec, measurement.values[spec.name], measurement.peer_values[spec.name]) for spec in claim.figures
    ]
    around = machine.surroundings(peers.versions(), time.monotonic() - start_s)
    return record.build(claim.claim_id, claim.text, figures, measurement, around)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
