"""A small world for the ledger's tests: a log with honest entries, keys and checkpoints, all from one seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO

from tutela.engine.ledger import (
    Action,
    ActorKind,
    Algorithm,
    Earlier,
    Leaf,
    ObjectKind,
    Reason,
    SigningKey,
    Tip,
    Tree,
    advance,
    begin,
    consistency_proof,
    detail_digest,
    leaf_hash,
    object_digest,
    pseudonym,
    write_case,
    write_log,
)
from tutela.engine.ledger.note import VerifierKey

START = datetime(2026, 11, 3, 9, 15, 42, 123456, tzinfo=UTC)


def seed(label):
    return sha256(label.encode()).digest()


LOG_KEY = SigningKey("hotline.example/custody", seed("log"))
OTHER_KEY = SigningKey("hotline.example/custody", seed("another key under the same name"))
WITNESS_KEY = SigningKey("witness.example/w1", seed("witness"), Algorithm.COSIGNATURE)


def event_id(number):
    """A UUIDv7 that is the same in every run."""
    text = f"{0x019A5000_0000 + number:012x}7{number & 0xFFF:03x}8{sha256(str(number).encode()).hexdigest()[:15]}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def leaf(number, **changed):
    """The entry of that number; every field can be changed."""
    fields = {
        "event": event_id(number),
        "time": START + timedelta(microseconds=1_000_003 * number),
        "actor": pseudonym(seed("pseudonyms"), ActorKind.PERSON, b"analyst %d" % (number % 7)),
        "action": list(Action)[number % len(Action)],
        "kind": list(ObjectKind)[number % len(ObjectKind)],
        "object": object_digest(seed("salt"), ObjectKind.CASE, b"case %d" % number),
        "reason": list(Reason)[number % len(Reason)],
        "policy": "2026-11-03.1",
    }
    if number % 3 == 0:
        fields |= {"detail": event_id(number + 10**6), "detail_digest": detail_digest(seed("salt"), b"why")}
    return Leaf(**(fields | changed))


class World:
    """A log of `size` entries in chains of custody, with a checkpoint at every size in `signed_at` and at its end."""

    def __init__(self, size, signed_at=(), chains=5):
        rng = random.Random(size)
        self.entries, self.chain_of, newest = [], [], {}
        for number in range(size):
            chain = rng.randrange(chains)
            entry = leaf(number, previous=newest.get(chain, ""))
            newest[chain] = entry.event
            self.entries.append(entry.encode())
            self.chain_of.append(chain)
        self.tree = Tree(leaf_hash(entry) for entry in self.entries)
        self.checkpoints = {0: begin(LOG_KEY)}
        for at in sorted({*signed_at, size} - {0}):
            last = max(self.checkpoints)
            proof = consistency_proof(self.tree, last, at)
            self.checkpoints[at] = advance(LOG_KEY, self.checkpoints[last], self.tip(at), proof)
        self.size = size

    def tip(self, size=None):
        size = self.tree.size if size is None else size
        return Tip(size, self.tree.root(size))

    @property
    def checkpoint(self):
        return self.checkpoints[self.size]

    def history(self):
        return [
            Earlier(note, consistency_proof(self.tree, size, self.size))
            for size, note in self.checkpoints.items()
            if size != self.size
        ]

    def case(self, chain):
        return [(at, entry) for at, entry in enumerate(self.entries) if self.chain_of[at] == chain]

    def log_export(self, **changed):
        options = {"size": self.size, "keys": [LOG_KEY.verifier], "history": self.history()}
        return b"".join(write_log(self.entries, self.checkpoint, **(options | changed)))

    def case_export(self, chain, **changed):
        case = self.case(chain)
        options = {"count": len(case), "size": self.size, "keys": [LOG_KEY.verifier], "history": self.history()}
        return b"".join(write_case(case, self.tree, self.checkpoint, **(options | changed)))


def stream(data):
    return BytesIO(data)


def vkey(key):
    return str(key.verifier if isinstance(key, SigningKey) else key)


__all__ = ["LOG_KEY", "OTHER_KEY", "START", "WITNESS_KEY", "VerifierKey", "World", "event_id", "leaf", "seed", "stream"]
