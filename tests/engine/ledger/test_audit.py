from __future__ import annotations

import pytest

from tests.engine.ledger.world import LOG_KEY, World, event_id, leaf
from tutela.engine.ledger import EMPTY, EntryError, ProofError, Tip, Tree, audit, leaf_hash, open_checkpoint

WORLD = World(40, (8, 17))


def test_a_whole_log_holds_against_every_checkpoint():
    tips = [open_checkpoint(note, keys=[LOG_KEY.verifier]).tip for note in WORLD.checkpoints.values()]
    result = audit(WORLD.entries, tips)
    assert (result.size, result.root, result.chains) == (40, WORLD.tree.root(), 5)
    assert (result.first_time, result.last_time) == ("2026-11-03T09:15:42.123456Z", "2026-11-03T09:16:21.123573Z")


def test_an_empty_log_holds():
    assert audit([], [EMPTY]).size == 0


def test_a_log_longer_than_its_checkpoints_holds_up_to_them():
    assert audit(WORLD.entries, [WORLD.tip(8)]).size == 40


@pytest.mark.parametrize("size", [0, 1, 8, 17, 40])
def test_another_root_at_any_size_is_refused(size):
    tips = [WORLD.tip(17), Tip(size, leaf_hash(b"another")) if size else Tip(0, EMPTY.root), WORLD.tip()]
    if size:
        with pytest.raises(ProofError, match=f"first {size} entries"):
            audit(WORLD.entries, tips)
    else:
        assert audit(WORLD.entries, tips)


def test_a_missing_end_is_named():
    with pytest.raises(ProofError, match="39 entries, and a checkpoint counts 40"):
        audit(WORLD.entries[:-1], [WORLD.tip()])


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([leaf(1), leaf(1)], "Entry 1: An entry's id is repeated"),
        ([leaf(1, previous=event_id(0))], "Entry 0: An entry does not follow"),
        ([leaf(1), leaf(2, previous=event_id(1)), leaf(3, previous=event_id(1))], "Entry 2: An entry does not follow"),
        ([leaf(2, previous=event_id(1)), leaf(1)], "Entry 0: An entry does not follow"),
    ],
)
def test_a_log_whose_chains_of_custody_fork_or_float_is_refused_even_if_signed(entries, message):
    data = [entry.encode() for entry in entries]
    tree = Tree(leaf_hash(entry) for entry in data)
    with pytest.raises(EntryError, match=message):
        audit(data, [Tip(tree.size, tree.root())])


def test_what_is_not_an_entry_is_named_by_its_place():
    with pytest.raises(EntryError, match="Entry 3"):
        audit([*WORLD.entries[:3], b"{}"], [])
