from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection

from tests.apps.custody.world import Action, entry_of
from tutela.apps.custody import exporting, keyring, publishing, sequencer, verifying
from tutela.apps.custody.models import Checkpoint, Leaf, Tile
from tutela.apps.custody.tree import stored_root
from tutela.engine import clock, ledger

pytestmark = pytest.mark.django_db


def test_leaves_get_places_without_a_gap_and_every_state_is_signed(record):
    record.filled(6)
    assert list(Leaf.objects.order_by("position").values_list("position", flat=True)) == list(range(24))
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [0, 16, 24]
    assert record.holds()


@pytest.mark.parametrize("sizes", [[1, 1, 1], [255, 1, 1], [256, 256, 1], [300, 700, 3]])
def test_the_stored_tree_is_that_of_the_entries_at_every_batch(record, sizes):
    case = clock.new_id()
    tree = ledger.Tree()
    for size in sizes:
        for _ in range(size):
            record.add(Action.ITEM_ADDED, case)
        assert sequencer.sequence() == size
    for leaf in Leaf.objects.order_by("position"):
        tree.append(ledger.leaf_hash(entry_of(leaf)))
    for checkpoint in Checkpoint.objects.exclude(size=0):
        assert stored_root(checkpoint.size) == tree.root(checkpoint.size)
    assert exporting.consistency(sizes[0]) == ledger.consistency_proof(tree, sizes[0], sum(sizes))


def test_a_chain_of_custody_joins_each_entry_to_the_one_before(record):
    cases = record.filled(3)
    for case in cases:
        chain = list(Leaf.objects.filter(chain_id=case).order_by("position"))
        assert [leaf.previous for leaf in chain] == ["", *(leaf.event for leaf in chain[:-1])]


def test_a_clock_set_back_an_hour_changes_no_place_and_is_told(record, standing_clock):
    case = clock.new_id()
    record.add(Action.CASE_OPENED, case)
    standing_clock.moment -= timedelta(hours=1)
    record.add(Action.CASE_CLOSED, case)
    record.sequence()
    chain = Leaf.objects.filter(chain_id=case).order_by("position")
    assert [leaf.action for leaf in chain] == [Action.CASE_OPENED, Action.CASE_CLOSED]
    report = verifying.verify_log()
    assert report.holds
    assert report.positions_back_in_time == (1,)
    assert "set back" in report.remarks[0]


def test_nothing_is_signed_where_there_is_nothing_new(record):
    assert sequencer.sequence() == 0
    record.filled(1)
    before = Checkpoint.objects.count()
    assert sequencer.sequence() == 0
    assert Checkpoint.objects.count() == before


def test_another_logs_key_cannot_go_on_signing(record, home):
    record.filled(1)
    (home / "custody/log.key").write_text("another.example/custody " + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=\n")
    record.case(1)
    with pytest.raises(ledger.NoteError):
        sequencer.sequence()


@pytest.mark.django_db(transaction=True)
def test_eight_writers_and_two_sequencers_leave_no_gap_and_no_double(record):
    def write():
        try:
            for _ in range(10):
                record.case(1)
        finally:
            connection.close()

    def run():
        try:
            sequencer.run_sequencer(stop=stop, interval_s=0.01)
        finally:
            connection.close()

    stop = threading.Event()
    record.sequence()
    keyring.log_key()
    writers = [threading.Thread(target=write) for _ in range(8)]
    sequencers = [threading.Thread(target=run) for _ in range(2)]
    for thread in [*sequencers, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in sequencers:
        thread.join()
    record.sequence()
    assert list(Leaf.objects.order_by("position").values_list("position", flat=True)) == list(range(80))
    assert record.holds()


#### Publishing ####


def test_every_checkpoint_is_published_and_kept(record, home):
    record.filled(4)
    assert sequencer.publish_newest(home / "custody")
    assert publishing.newest(home / "custody") == record.newest()
    kept = list(publishing.kept(home / "custody"))
    assert kept == [each.note.encode() for each in Checkpoint.objects.order_by("size")]
    assert not sequencer.publish_newest(home / "custody")


def test_a_line_that_a_crash_cut_off_is_written_again(record, home):
    record.filled(2)
    sequencer.publish_newest(home / "custody")
    path = home / "custody" / publishing.ALL
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    (home / "custody" / publishing.NEWEST).unlink()
    sequencer.publish_newest(home / "custody")
    assert path.read_bytes() == whole


def test_a_database_older_than_what_was_published_does_not_fork_the_log(record, home):
    record.filled(2)
    sequencer.publish_newest(home / "custody")
    sequencer.check_published(home / "custody")
    key = keyring.log_key()
    other = ledger.Tree([b"\x01" * 32] * 9)
    last = ledger.advance(key, ledger.begin(key), ledger.Tip(9, other.root()), ())
    publishing._replace_newest(home / "custody", last)
    with pytest.raises(sequencer.BehindError):
        sequencer.check_published(home / "custody")


def test_a_lost_tile_stops_the_sequencer_before_it_signs(record):
    record.filled(2)
    Tile.objects.all().delete()
    record.case(1)
    with pytest.raises(ledger.LedgerError):
        sequencer.sequence()
    close_old_connections()
