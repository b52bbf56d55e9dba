"""What was asked yesterday is found when its hash arrives today: once, by its own key, under the rules of the lists."""

from __future__ import annotations

import json

import pytest

from tests.engine.matching.retro.world import DAY_S, PRIVATE, PUBLIC, START_S, World
from tests.engine.matching.world import altered, digests, full_entry, pdq, store_of
from tutela.domain.errors import RetroCorruptError
from tutela.domain.lists import MatchKind
from tutela.domain.signals import SignalKind
from tutela.engine.matching import Updater
from tutela.engine.matching.live import Add, Remove
from tutela.engine.matching.retro import Joiner, JoinerBusyError
from tutela.engine.matching.retro.cursor import NAME


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_yesterdays_upload_is_found_today_with_all_a_person_needs(world):
    value = altered(pdq(1), 12)
    world.ask(value, reference="post-7")
    assert world.join().found == 0
    world.now_s += DAY_S
    version = world.add(1)
    assert world.join().found == 1
    find = world.finds().finds[0]
    assert (find.number, find.value, find.reference, find.kind) == (1, value.hex(), "post-7", "pdq")
    assert (find.asked_at_s, find.found_at_s, find.index) == (START_S, START_S + DAY_S, version)
    assert (find.hits[0].entry_id, find.hits[0].distance, find.hits[0].kind) == ("e-1", 12, MatchKind.NEAR)


@pytest.mark.parametrize("kind", [SignalKind.MD5, SignalKind.SHA1, SignalKind.SHA256])
def test_digests_are_found_too(world, kind):
    world.ask(digests(1).of_kind(kind), kind=kind)
    world.ask(digests(2).of_kind(kind), kind=kind)
    world.add(1)
    world.join()
    assert world.told() == [(digests(1).of_kind(kind).hex(), ["e-1"])]


def test_a_find_is_told_once_however_often_is_joined(world):
    world.ask(pdq(1))
    world.add(1)
    for _ in range(3):
        world.join()
        world.updater.merge()
        world.updater.build([world.store.open("demo")])
    assert world.told() == [(pdq(1).hex(), ["e-1"])]


def test_a_second_entry_is_told_and_the_first_not_again(world):
    world.ask(pdq(1))
    world.add(1)
    world.join()
    near = full_entry(2, pdq=altered(pdq(1), 3))
    world.updater.apply([Add("demo", near)])
    world.join()
    assert world.told() == [(pdq(1).hex(), ["e-1"]), (pdq(1).hex(), ["e-2"])]
    assert [find.number for find in world.finds().finds] == [1, 2]


def test_what_was_asked_before_an_update_and_written_after_its_join_is_found(world):
    world.ask(pdq(1))
    world.add(1)
    world.join(flush=False)
    assert world.told() == []
    world.join()
    assert world.told() == [(pdq(1).hex(), ["e-1"])]


def test_what_was_asked_long_before_is_joined_whole_when_its_state_is_forgotten(world):
    world.ask(pdq(1))
    for seed in range(1, 9):  # more states than the index keeps
        world.add(seed)
    world.join()
    assert world.told() == [(pdq(1).hex(), ["e-1"])]


def test_an_entry_that_came_and_went_between_two_joins_is_not_told(world):
    world.ask(pdq(1))
    world.add(1)
    world.remove(1)
    world.join()
    assert world.told() == []


def test_only_what_is_new_is_asked(world):
    for seed in range(20):
        world.ask(pdq(seed))
    world.join()
    before = world.join().joined
    world.remove(1000)
    assert world.join().joined == before
    world.add(50)
    assert world.join().joined == before + 20
    assert world.join().joined == before + 20


def test_another_import_of_a_list_is_joined_whole(world):
    world.ask(pdq(1))
    world.join()
    store_of(world.store.index_folder.parent, [full_entry(1)])
    Updater(world.store.index_folder).build([world.store.open("demo")])
    world.join()
    assert world.told() == [(pdq(1).hex(), ["e-1"])]


def test_a_key_is_told_of_its_own_questions_only(world):
    world.ask(pdq(1), who="a")
    world.ask(pdq(2), who="b")
    world.add(1, 2)
    world.join()
    assert (world.told("a"), world.told("b")) == ([(pdq(1).hex(), ["e-1"])], [(pdq(2).hex(), ["e-2"])])
    assert world.told("c") == []


def test_finds_on_a_ground_that_is_off_by_now_are_not_told(tmp_path):
    world = World(tmp_path, grounds=(PUBLIC, PRIVATE))
    world.ask(pdq(1), ground=PUBLIC)
    world.ask(pdq(2), ground=PRIVATE)
    world.add(1, 2)
    world.join()
    page = world.finds(grounds={"public:NL"})
    assert [find.value for find in page.finds] == [pdq(1).hex()]
    assert (page.next, page.more) == (2, False)


def test_finds_come_page_by_page(world):
    for seed in range(5):
        world.ask(pdq(seed))
    world.add(*range(5))
    world.join()
    after, seen, pages = 0, [], 0
    while True:
        page = world.finds(after=after, limit=2)
        seen += [find.number for find in page.finds]
        after, pages = page.next, pages + 1
        if not page.more:
            break
    assert (seen, pages) == ([1, 2, 3, 4, 5], 3)


#### Rules ####


def test_a_look_that_a_negative_list_speaks_for_is_not_told_until_it_does_no_longer(world):
    store_of(world.store.index_folder.parent, [full_entry(7, pdq=altered(pdq(1), 1))], name="harmless")
    world.updater.build([world.store.open("demo"), world.store.open("harmless")])
    world.updater.set_rules(b"[list.harmless]\nnegative = true\n")
    value = altered(pdq(1), 1)
    world.ask(value)
    world.add(1)
    world.join()
    assert world.told() == []
    world.updater.apply([Remove("harmless", "e-7")])
    world.join()
    assert world.told() == [(value.hex(), ["e-1"])]


def test_a_wider_threshold_finds_what_a_narrow_one_did_not(world):
    world.updater.set_rules(b"[list.demo]\ndistance = 4\n")
    value = altered(pdq(1), 20)
    world.ask(value)
    world.add(1)
    world.join()
    assert world.told() == []
    world.updater.set_rules(b"[list.demo]\ndistance = 31\n")
    world.join()
    assert world.told() == [(value.hex(), ["e-1"])]


def test_a_list_that_is_off_until_later_is_joined_when_its_time_has_come(world):
    world.updater.set_rules(b"[list.demo]\ndisabled-until = 2027-01-20T00:00:00Z\n")  # START_S is 2027-01-15
    with world.at_now():
        world.ask(pdq(1))
        world.add(1)
    world.join()
    assert world.told() == []
    world.now_s += 6 * DAY_S
    world.join()
    assert world.told() == [(pdq(1).hex(), ["e-1"])]


def test_an_entry_that_was_set_apart_by_hand_stays_silent(world):
    world.ask(pdq(1))
    world.add(1)
    world.updater.set_rules(b'[[quarantined]]\nlist = "demo"\nentry = "e-1"\n')
    world.join()
    assert world.told() == []


def test_a_flood_is_none_when_old_questions_are_joined(world):
    world.updater.set_rules(b"[flood]\nhits = 2\nseconds = 3600\n")
    for bits in range(10):
        world.ask(altered(pdq(1), bits))
    world.add(1)
    world.join()
    assert len(world.told()) == 10


#### What goes wrong ####


def test_a_second_joiner_is_refused(world):
    with Joiner(world.shelf(), world.store.index_folder), pytest.raises(JoinerBusyError):
        Joiner(world.shelf(), world.store.index_folder)


@pytest.mark.parametrize("raw", [b"", b"damaged", b"[]", b'{"format": 9}', b'{"format": 1, "marks": {"x": [1]}}'])
def test_a_damaged_cursor_means_that_all_is_joined_again_and_nothing_told_twice(world, raw):
    world.ask(pdq(1))
    world.add(1)
    world.join()
    (world.folder / NAME).write_bytes(raw)
    world.join()
    assert world.told() == [(pdq(1).hex(), ["e-1"])]


def test_without_an_index_joining_waits(tmp_path):
    world = World(tmp_path)
    world.ask(pdq(1))
    world.flush()
    (world.store.index_folder / "CURRENT").unlink()
    assert world.join().found == 0
    world.updater.build([world.store.open("demo")])
    world.add(1)
    assert world.join().found == 1


def test_a_full_outbox_makes_joining_wait_and_loses_nothing(tmp_path):
    world = World(tmp_path, finds_bytes_max=1)
    world.ask(pdq(1))
    world.add(1)
    assert not world.join().is_full
    world.ask(pdq(2))
    world.add(2)
    tally = world.join()
    assert (tally.is_full, len(world.told())) == (True, 1)
    world.limits = type(world.limits)()
    assert not world.join().is_full
    assert world.told() == [(pdq(1).hex(), ["e-1"]), (pdq(2).hex(), ["e-2"])]


def test_a_damaged_file_of_finds_is_refused(world):
    world.ask(pdq(1))
    world.add(1)
    world.join()
    (path,) = world.folder.rglob("*.finds")
    path.write_text(json.dumps([{"number": 1}]))
    with pytest.raises(RetroCorruptError):
        world.finds()


def test_joining_stops_between_two_segments_when_it_is_told_to(world):
    world.ask(pdq(1))
    world.flush()
    world.add(1)
    with Joiner(world.shelf(), world.store.index_folder) as joiner, world.at_now():
        assert joiner.round(lambda: False).found == 0
        assert joiner.round().found == 1
