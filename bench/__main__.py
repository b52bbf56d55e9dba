"""`make bench`: everything that is measured beside a peer, as tables, then as a plot.

The records of these claims are written as well, so this is the slow half of `make evidence`.
"""

from __future__ import annotations

import sys

from bench import corpus, evidence, peers, plot
from bench.registry import CLAIMS


def main() -> int:
    """Measure every claim that has a peer."""
    beside = [claim.claim_id for claim in CLAIMS.values() if any(spec.peer for spec in claim.figures)]
    try:
        peers.ensure()
        corpus.ensure()
    except peers.PeersMissingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 3
    code = evidence.main(beside)
    print(f"plot: {(evidence.FOLDER / plot.NAME).relative_to(evidence.ROOT)}")
    return code


if __name__ == "__main__":
    sys.exit(main())
