"""Tampering trials: nine ways to change a log, each tried many times against one checkpoint kept outside.

The insider of these trials holds the database and, save in two kinds, the log's private key: after the change every hash
is recomputed, every reference mended and the whole log signed anew, so that nothing inside it is inconsistent. Only what
was published before stands against it. Each trial also verifies the honest log, so that a check that refuses
everything would be noticed.

Run `python -m tests.engine.ledger.tampering 1000` for the figures; `run(trials, seed)` gives them to a caller.
"""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from tests.engine.ledger.world import LOG_KEY, OTHER_KEY, leaf, stream
from tutela.engine.ledger import LedgerError, Tree, advance, begin, leaf_hash, verifier, verify_export, write_log
from tutela.engine.ledger.checkpoint import Tip

ENTRIES_MAX = 64


@dataclass(frozen=True)
class Outcome:
    """How many trials of one kind were refused, and how many honest logs were (which should be none)."""

    kind: str
    trials: int
    detected: int
    false_alarms: int


#### The ways to change a log. `below` is the size of the outside checkpoint: the change reaches below it ####


def alter(rng, entries, below):
    """Another person did it, at another time."""
    at = rng.randrange(below)
    return [*entries[:at], pool()[-1 - rng.randrange(8)], *entries[at + 1 :]]


def delete(rng, entries, below):
    at = rng.randrange(below)
    return entries[:at] + entries[at + 1 :]


def insert(rng, entries, below):
    at = rng.randrange(below)
    return [*entries[:at], pool()[-1 - rng.randrange(8)], *entries[at:]]


def swap(rng, entries, below):
    one = rng.randrange(below)
    other = rng.choice([at for at in range(len(entries)) if at != one])
    entries[one], entries[other] = entries[other], entries[one]
    return entries


def replay(rng, entries, below):
    """An entry stands a second time, in the place of another."""
    at = rng.randrange(below)
    entries[at] = rng.choice([entry for entry in entries if entry != entries[at]])
    return entries


def truncate(rng, entries, below):
    return entries[: rng.randrange(below)]


def rewrite(rng, entries, below):
    """Everything after a point is written anew, as long as before."""
    at = rng.randrange(below)
    return entries[:at] + [entry.replace(b'"reason":"', b'"reason":"x') for entry in entries[at:]]


def flip(rng, entries, below):
    """One bit of what is stored, and nothing else."""
    at = rng.randrange(below)
    changed = bytearray(entries[at])
    changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    entries[at] = bytes(changed)
    return entries


def other_key(rng, entries, below):
    """The log is whole, but its checkpoint is signed by another key under the same name."""
    return entries


KINDS = (flip, alter, delete, insert, swap, replay, truncate, rewrite, other_key)


#### The trials ####


@cache
def pool():
    return [leaf(number).encode() for number in range(ENTRIES_MAX + 8)]


def signed(entries, key):
    tree = Tree(leaf_hash(entry) for entry in entries)
    empty = begin(key)
    return advance(key, empty, Tip(tree.size, tree.root()), ()) if entries else empty


def export(entries, checkpoint, size):
    return b"".join(write_log(entries, checkpoint, size=size, keys=[LOG_KEY.verifier]))


def refused_by_package(data, outside):
    try:
        verify_export(stream(data), keys=[LOG_KEY.verifier], outside=[outside])
    except LedgerError:
        return True
    return False


def refused_by_verifier(data, outside):
    try:
        verifier.verify(stream(data), [verifier.parse_key(str(LOG_KEY.verifier), verifier.LOG)], outside=[outside])
    except verifier.Refused:
        return True
    return False


def trial(kind, rng, refused):
    """One trial. Returns whether the tampered log was refused, and whether the honest one was."""
    honest = pool()[: rng.randint(2, ENTRIES_MAX)]
    below = rng.randint(1, len(honest))
    outside = signed(honest[:below], LOG_KEY)
    checkpoint = signed(honest, LOG_KEY)
    forged = kind(rng, list(honest), below)
    if kind is other_key:
        forged_checkpoint = signed(forged, OTHER_KEY)
    elif kind is flip:
        forged_checkpoint = checkpoint
    else:
        forged_checkpoint = signed(forged, LOG_KEY)
    return (
        refused(export(forged, forged_checkpoint, len(forged)), outside),
        refused(export(honest, checkpoint, len(honest)), outside),
    )


def run(trials, seed=1, refused=refused_by_package):
    """All kinds, `trials` times each, the same from the same seed. Returns an Outcome a kind."""
    outcomes = []
    for kind in KINDS:
        rng = random.Random(sha256(f"{seed} {kind.__name__}".encode()).digest())
        results = [trial(kind, rng, refused) for _ in range(trials)]
        detected, alarms = (sum(column) for column in zip(*results, strict=True))
        outcomes.append(Outcome(kind.__name__, trials, detected, alarms))
    return outcomes


def without_outside_checkpoint(trials, seed=1):
    """The same insider when nothing was kept outside: what the log alone can show. For honest figures."""
    return run(trials, seed, lambda data, _outside: refused_by_package(data, begin(LOG_KEY)))


def main(trials):
    """Print the figures of both verifiers, and those of the package when nothing was kept outside."""
    ways = {
        "package": lambda: run(trials),
        "package, no outside checkpoint": lambda: without_outside_checkpoint(trials),
        "verifier.py": lambda: run(trials, refused=refused_by_verifier),
    }
    for name, figures in ways.items():
        for outcome in figures():
            found = f"{outcome.detected:5} of {outcome.trials} detected, {outcome.false_alarms} false alarms"
            sys.stdout.write(f"{name:31} {outcome.kind:10} {found}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
