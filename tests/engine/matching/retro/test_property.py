"""Any history of questions, changes, rules, merges, joins and kills: told is what a plain comparison finds, once each."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.matching.retro.world import World
from tests.engine.matching.world import altered, full_entry, pdq
from tutela.engine.matching.live import Add, Correct
from tutela.engine.matching.retro.cursor import NAME

_RULES = (b"[list.demo]\ndistance = 8\n", b"[list.demo]\ndistance = 31\n", b"[list.demo]\nenabled = false\n")
SEEDS = st.integers(0, 5)
STEPS = st.one_of(
    st.tuples(st.just("ask"), SEEDS, st.integers(0, 30), st.sampled_from("ab")),
    st.tuples(st.just("add"), SEEDS, st.integers(0, 3)),
    st.tuples(st.just("correct"), SEEDS, st.integers(0, 3)),
    st.tuples(st.just("remove"), SEEDS),
    st.tuples(st.just("rules"), st.sampled_from(_RULES)),
    st.tuples(st.sampled_from(["merge", "flush", "roll", "join", "forget"])),
)


class Model:
    """Every question that is written, and every (key, value, entry) that a join should have told, each once."""

    def __init__(self, world):
        self.world = world
        self.waiting, self.written = {}, Counter()
        self.told = {}

    def flush(self):
        self.world.flush()
        self.written.update(self.waiting.keys())
        self.waiting.clear()

    def join(self):
        self.world.join(flush=False)
        snapshot = self.world.snapshot()
        for who, value in self.written:
            hits = snapshot.match_many(np.frombuffer(value, np.uint8).reshape(1, 32))[0]
            self.told.setdefault((who, value), set()).update(hit.entry_id for hit in hits)

    def expected(self):
        return Counter((who, value.hex(), entry) for (who, value), found in self.told.items() for entry in found)


def ask(world, model, seed, bits, who):
    """Each question once: asked again, it would be one of its own, and told for itself."""
    question = who, altered(pdq(seed), bits)
    if question not in model.written and question not in model.waiting and world.ask(question[1], who=who):
        model.waiting[question] = True


def change(world, kind, seed, bits):
    world.updater.apply([kind("demo", full_entry(seed, pdq=altered(pdq(seed), bits, 9)))])


def roll(world, model):
    world.now_s += 60
    model.flush()
    world.memory.close(world.now_s)


TOOK = {
    "ask": ask,
    "add": lambda world, _, *what: change(world, Add, *what),
    "correct": lambda world, _, *what: change(world, Correct, *what),
    "remove": lambda world, _, seed: world.remove(seed),
    "rules": lambda world, _, raw: world.updater.set_rules(raw),
    "merge": lambda world, _: world.updater.merge(),
    "flush": lambda _, model: model.flush(),
    "roll": roll,
    "join": lambda _, model: model.join(),
    "forget": lambda world, _: (world.folder / NAME).unlink(missing_ok=True),  # a joiner that lost its cursor
}


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(STEPS, min_size=3, max_size=25))
def test_every_find_of_every_join_is_told_exactly_once(steps):
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        model = Model(world)
        for name, *what in steps:
            TOOK[name](world, model, *what)
        model.flush()
        model.join()
        told = Counter((who, value, entry) for who in "ab" for value, own in world.told(who) for entry in own)
        assert told == model.expected()
        for who in "ab":
            numbers = [find.number for find in world.finds(who).finds]
            assert numbers == list(range(1, len(numbers) + 1))
