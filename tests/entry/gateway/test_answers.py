"""What keys are told, and what they are not."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from tests import pictures
from tests.checks.terminology import ROOT
from tests.entry.gateway.world import HASHES, SHA256, World, fill, turned
from tutela.domain.lists import Entry, MatchPolicy
from tutela.domain.media import MediaKind
from tutela.domain.signals import PictureHash
from tutela.engine.matching import ListStore
from tutela.engine.matching.live import Add, Updater
from tutela.entry.gateway.errors import CODES
from tutela.entry.gateway.looking import LiveLists
from tutela.entry.gateway.routes import ROUTES

NOTHING = bytes(range(32))[::-1]


def test_a_known_picture_is_a_question_and_a_known_digest_is_known(world):
    key = world.key()
    assert world.ask(key).json["verdict"] == "near"
    assert world.ask(key, kind="sha256", value=SHA256.hex()).json["verdict"] == "exact"
    assert world.ask(key, value=NOTHING.hex()).json["verdict"] == "none"
    assert world.ask(key, kind="sha1", value="00" * 20).json["verdict"] == "none"


@pytest.mark.parametrize(("bits", "verdict"), [(31, "near"), (32, "none")])
def test_both_sides_of_the_distance(world, bits, verdict):
    assert world.ask(world.key(), value=turned(world.known_hash, bits).hex()).json["verdict"] == verdict


@pytest.mark.parametrize(("quality", "verdict"), [(0, "none"), (49, "none"), (50, "near"), (100, "near")])
def test_a_flat_picture_is_not_compared_as_in_a_scan(world, quality, verdict):
    key, value = world.key(), turned(world.known_hash, 5)
    scanned = [PictureHash(value, quality)]
    snapshot = world.desk.index.snapshot()
    assert bool(snapshot.match(None, scanned, MediaKind.PICTURE)) == (verdict == "near")
    assert world.ask(key, value=value.hex(), quality=quality).json["verdict"] == verdict
    many = world.ask_many(key, [value.hex(), NOTHING.hex(), value.hex()], qualities=[quality, 100, 100])
    assert many.json["verdicts"] == [verdict, "none", "near"]


def test_each_list_says_what_is_too_flat_for_it(make_world):
    world = make_world(filled=False)
    fill(world.home)
    store = ListStore(world.home / "lists")
    rows = [Entry("flat", "1", pdq=world.known_hash)]
    taking_all = MatchPolicy(pdq_quality_min=0)
    store.add("flat", "Example", "1", "scheme", taking_all, rows, imported_at="2026-11-22T00:00:00Z")
    Updater(store.index_folder).build([store.open("known"), store.open("flat")])
    world.desk.index.refresh()
    for quality, lists in ((10, {"flat"}), (90, {"flat", "known"})):
        hits = world.ask(world.key(details=True), quality=quality).json["hits"]
        assert {hit["list"] for hit in hits} == lists


def test_a_key_without_details_is_told_no_distance_list_or_entry(world):
    key = world.key()
    replies = [world.ask(key), world.ask_many(key, [world.known_hash.hex()]), world.get("/v1/index", key)]
    for reply in replies:
        assert not {"hits", "distance", "list"} & set(reply.json)
        assert "entry-0" not in reply.body.decode()
        assert "known" not in reply.body.decode()


def test_a_key_with_details_is_told_all_of_it(world):
    hit = world.ask(world.key(details=True), value=turned(world.known_hash, 5).hex()).json["hits"][0]
    assert (hit["entry"], hit["list"], hit["distance"], hit["threshold"], hit["kind"]) == (
        "entry-0", "known", 5, 31, "near",
    )  # fmt: skip
    assert world.ask(world.key(details=True), value=NOTHING.hex()).json["hits"] == []


def test_a_batch_is_answered_in_its_order_and_as_one_by_one(world):
    key = world.key(details=True)
    values = [NOTHING.hex(), *(turned(each.tobytes(), 3).hex() for each in HASHES[:20]), NOTHING.hex()]
    told = world.ask_many(key, values).json
    single = [world.ask(key, value=value).json for value in values]
    assert told["verdicts"] == [each["verdict"] for each in single]
    assert told["hits"] == [each["hits"] for each in single]


def test_every_answer_names_the_version_of_the_index(world):
    key = world.key()
    version = world.get("/v1/index", key).json["index"]
    assert len(version) == 64
    assert {world.ask(key).json["index"], world.ask_many(key, ["ab" * 32]).json["index"]} == {version}


def test_a_new_version_is_answered_from_without_a_restart(world):
    key, fresh = world.key(), bytes([7, 201] * 16)
    assert world.ask(key, value=fresh.hex()).json["verdict"] == "none"
    before = world.get("/v1/index", key).json
    Updater(ListStore(world.home / "lists").index_folder).apply([Add("known", Entry("new", "1", pdq=fresh))])
    world.desk.index = LiveLists(ListStore(world.home / "lists").index_folder)
    world.desk.index.refresh()
    assert world.ask(key, value=fresh.hex()).json["verdict"] == "near"
    after = world.get("/v1/index", key).json
    assert (after["entries"], after["index"] == before["index"]) == (before["entries"] + 1, False)


def test_a_damaged_index_leaves_the_one_before_in_force(world):
    key = world.key()
    (ListStore(world.home / "lists").index_folder / "CURRENT").write_text("damaged")
    world.desk.index.refresh()
    assert world.ask(key).status == 200


def test_files_are_matched_by_digest_and_by_look_and_nothing_is_kept(confinement, tmp_path):
    data = pictures.encode(pictures.image(1, (320, 240)), "PNG")
    home = tmp_path / "home"
    world = World(home, filled=False)
    fill(home, HASHES[:3])
    store = ListStore(home / "lists")
    rows = [Entry("file", "1", sha256=hashlib.sha256(data).digest())]
    store.add("files", "Example", "1", "scheme", MatchPolicy(), rows, imported_at="2026-11-22T00:00:00Z")
    Updater(store.index_folder).build([store.open("known"), store.open("files")])
    world.desk.index.refresh()
    try:
        before = {path for path in tmp_path.rglob("*") if "run" not in path.parts}
        told = world.ask_bytes(world.key(), data).json
        assert (told["verdict"], told["media_type"], told["examination"]) == ("exact", "image/png", "hashed")
        other = world.ask_bytes(world.key(), b"a text").json
        assert (other["verdict"], other["examination"]) == ("none", "digested")
        after = {path for path in tmp_path.rglob("*") if "run" not in path.parts}
        assert {path.name for path in after - before} <= {"gateway", "keys.json", ".lock"}
    finally:
        world.close()


def test_open_addresses_need_no_key_and_say_nothing(world):
    assert world.get("/healthz").json == {"alive": True}
    assert world.get("/readyz").json == {"ready": True, "checks": {"index": True, "keys": True}}


def test_metrics_are_for_this_machine_or_a_holder_of_the_key(make_world):
    world = make_world(metrics_key="m" * 32)
    assert world.get("/metrics").status == 200
    through = {"x-forwarded-for": "203.0.113.9"}
    assert world.get("/metrics", headers=through).code == "not-found"
    assert world.get("/metrics", "m" * 31 + "n", headers=through).code == "not-found"
    assert world.get("/metrics", "m" * 32, headers=through).status == 200


def test_metrics_count_answers_refusals_and_verdicts(world):
    key = world.key()
    world.ask(key)
    world.ask_many(key, [NOTHING.hex()] * 3)
    world.ask("")
    world.get("/nowhere")
    told = world.get("/metrics").body.decode()
    for line in (
        'tutela_gateway_requests_total{route="match",status="200"} 1.0',
        'tutela_gateway_requests_total{route="match",status="401"} 1.0',
        'tutela_gateway_requests_total{route="unknown",status="404"} 1.0',
        'tutela_gateway_lookups_total{verdict="near"} 1.0',
        'tutela_gateway_lookups_total{verdict="none"} 3.0',
        'tutela_gateway_request_seconds_count{route="match"} 2.0',
    ):
        assert line in told


#### Probing ####


def variants(count, seed=5):
    """Different near variants of the first known picture, within 15 bits of it and so within 31 of each other."""
    random = np.random.default_rng(seed)
    masks = np.zeros((count, 256), np.uint8)
    for mask in masks:
        mask[random.choice(256, 12, replace=False)] = 1
    return [(HASHES[0] ^ np.packbits(mask)).tobytes().hex() for mask in masks]


def test_many_near_variants_of_one_picture_are_noticed_slowed_and_shown(make_world):
    world = make_world(limits={"probing_variants_max": 10})
    key = world.key()
    replies = [world.ask(key, value=value) for value in variants(30)]
    statuses = [reply.status for reply in replies]
    assert statuses == [200] * 11 + [429] * 19, "eleven, the last of them the one that a pause allows"
    assert (replies[-1].code, 0 < int(replies[-1].headers["retry-after"]) <= 60) == ("probing", True)
    assert world.get("/v1/index", key).json["slowed"] == 19
    assert f'tutela_gateway_slowed_total{{key_prefix="{key[4:12]}"}} 19.0' in world.get("/metrics").body.decode()


def test_variants_in_batches_are_noticed_too(make_world):
    world = make_world(limits={"probing_variants_max": 10})
    key = world.key()
    assert [world.ask_many(key, variants(30, seed)).status for seed in (1, 2)] == [200, 429]


def test_variants_that_no_longer_match_count_as_well(make_world):
    world = make_world(limits={"probing_variants_max": 3})
    key = world.key()
    asked = [turned(world.known_hash, bits).hex() for bits in range(28, 40)]
    assert [world.ask(key, value=value).status for value in asked].count(429) >= 7


def test_one_value_asked_again_and_again_is_no_probing(make_world):
    world = make_world(limits={"probing_variants_max": 3})
    key = world.key()
    assert {world.ask(key).status for _ in range(20)} == {200}


def test_different_pictures_are_no_probing(make_world):
    world = make_world(limits={"probing_variants_max": 3})
    key = world.key()
    assert {world.ask(key, value=each.tobytes().hex()).status for each in HASHES} == {200}
    random = np.random.default_rng(2).integers(0, 256, (200, 32), dtype=np.uint8)
    assert world.ask_many(key, [each.tobytes().hex() for each in random]).status == 200


def test_near_variants_of_what_nobody_knows_leave_no_trace(make_world):
    world = make_world(limits={"probing_variants_max": 3})
    key = world.key()
    values = [turned(NOTHING, bits).hex() for bits in range(20)]
    assert {world.ask(key, value=value).status for value in values} == {200}
    assert world.desk.watch.is_quiet(world.desk.keyring.key_of(f"Bearer {key}".encode()).bucket)


def test_a_key_that_is_slowed_slows_no_other_and_details_need_no_probing(make_world):
    world = make_world(limits={"probing_variants_max": 3})
    one, other, detailed = world.key(), world.key(), world.key(details=True)
    assert 429 in {world.ask(one, value=value).status for value in variants(12)}
    assert world.ask(other).status == 200
    assert {world.ask(detailed, value=value).status for value in variants(12)} == {200}


#### The document ####


def test_the_document_names_every_route_and_every_answer(world):
    told = world.get("/openapi.json").json
    assert told["openapi"] == "3.1.0"
    assert sorted(told["paths"]) == sorted(route.path for route in ROUTES)
    for route in ROUTES:
        operation = told["paths"][route.path][route.method.lower()]
        assert bool(operation["security"]) != bool(route.open_because)
    named = set(str(told).split("#/components/schemas/")[1:])
    assert {name.split("'")[0] for name in named} <= set(told["components"]["schemas"])


def test_every_route_says_its_scope_or_why_it_is_open():
    assert [route.number for route in ROUTES] == list(range(len(ROUTES)))
    assert all(bool(route.open_because) != route.path.startswith("/v1/") for route in ROUTES)


def test_the_guide_explains_every_code_route_and_metric(world):
    guide = (ROOT / "docs/guide/gateway.md").read_text(encoding="utf-8")
    metrics = {
        line.split()[2] for line in world.get("/metrics").body.decode().splitlines() if line.startswith("# TYPE")
    }
    wanted = [*CODES, *(route.path for route in ROUTES), *metrics]
    assert [word for word in wanted if f"`{word}`" not in guide and f"$GATEWAY{word}" not in guide] == []
