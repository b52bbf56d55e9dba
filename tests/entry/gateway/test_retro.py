"""Retro-matching through the gateway: who is remembered, who is told what, and what is refused."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.entry.gateway.world import GROUND, World, turned
from tutela.client.words import RETRO
from tutela.domain.lists import Entry
from tutela.engine.matching.live import Add, Updater
from tutela.entry.config import Settings, refusals
from tutela.entry.gateway.retro import folder_of, forget, join_once

LATER = bytes(range(1, 33))
OTHER = bytes(range(33, 65))


@pytest.fixture
def world(make_world):
    return make_world(retro="public:NL")


def listed(world, entry_id="later", **signals):
    """An entry that comes today, joined with what was asked before."""
    updater = Updater(world.home / "lists" / ".index")
    updater.apply([Add("known", Entry(entry_id, "1", **signals))])
    if world.desk.retro is not None:
        world.desk.retro.flush()
        join_once(world.settings)
    world.desk.index.refresh()


def finds(world, key, query=""):
    reply = world.get("/v1/retro/finds", key, query=query)
    assert reply.status == 200, reply.body
    return reply.json


def test_a_platform_hears_of_yesterdays_upload(world):
    key = world.key()
    assert world.ask(key, value=turned(LATER, 9).hex(), reference="post-7").json["verdict"] == "none"
    assert finds(world, key) == {"finds": [], "next": 0, "more": False}
    listed(world, pdq=LATER)
    told = finds(world, key)
    (find,) = told["finds"]
    assert (told["next"], told["more"], find["number"]) == (1, False, 1)
    assert (find["channel"], find["jurisdiction"], find["kind"]) == ("public", "NL", "pdq")
    assert (find["value"], find["reference"], find["verdict"]) == (turned(LATER, 9).hex(), "post-7", "near")
    assert find["index"] == (world.home / "lists" / ".index" / "CURRENT").read_text().strip()
    assert find["asked_at"].endswith("Z")
    assert finds(world, key, "after=1")["finds"] == []


def test_each_of_many_is_remembered_with_its_own_reference(world):
    key = world.key()
    values = [LATER.hex(), world.known_hash.hex(), OTHER.hex()]
    assert world.ask_many(key, values, references=["one", "two", "three"]).json["verdicts"] == ["none", "near", "none"]
    listed(world, pdq=OTHER)
    listed(world, "later too", pdq=LATER)
    assert [find["reference"] for find in finds(world, key)["finds"]] == ["three", "one"]
    page = finds(world, key, "limit=1")
    assert ([find["number"] for find in page["finds"]], page["more"]) == ([1], True)


def test_a_file_is_remembered_by_its_digests(world):
    key = world.key()
    reply = world.ask_bytes(key, b"a text", "channel=public&jurisdiction=NL&reference=file-3")
    assert reply.json["verdict"] == "none"
    listed(world, sha1=hashlib.sha1(b"a text").digest())
    (find,) = finds(world, key)["finds"]
    assert (find["kind"], find["verdict"], find["reference"]) == ("sha1", "exact", "file-3")


def test_only_a_key_with_details_is_told_list_entry_and_distance(world):
    plain, detailed = world.key(), world.key(details=True)
    for key in (plain, detailed):
        world.ask(key, value=LATER.hex())
    listed(world, pdq=LATER)
    assert b"hits" not in world.get("/v1/retro/finds", plain).body
    (find,) = finds(world, detailed)["finds"]
    assert (find["hits"][0]["list"], find["hits"][0]["entry"], find["hits"][0]["distance"]) == ("known", "later", 0)


def test_another_key_sees_nothing(world):
    asking, other = world.key(), world.key(details=True)
    world.ask(asking, value=LATER.hex())
    listed(world, pdq=LATER)
    assert finds(world, other)["finds"] == []
    assert len(finds(world, asking)["finds"]) == 1


def test_variants_that_were_planted_before_a_picture_is_listed_are_probing_still(world):
    plain, detailed = world.key(), world.key(details=True)
    variants = [(int.from_bytes(LATER) ^ number).to_bytes(32).hex() for number in range(80)]
    for key in (plain, detailed):
        assert set(world.ask_many(key, variants).json["verdicts"]) == {"none"}
    listed(world, pdq=LATER)
    assert len(finds(world, plain)["finds"]) == 80  # one answer a minute is given
    reply = world.get("/v1/retro/finds", plain)
    assert (reply.status, reply.code) == (429, "probing")
    assert 0 < int(reply.headers["retry-after"]) <= 60
    for _ in range(3):
        assert len(finds(world, detailed)["finds"]) == 80


@pytest.mark.parametrize(("key", "status"), [("", 401), ("tut_aaaaaaaa_" + "b" * 43, 401)])
def test_without_a_key_nobody_is_told(world, key, status):
    assert world.get("/v1/retro/finds", key).status == status


def test_a_key_that_may_not_look_up_is_refused(world):
    assert world.get("/v1/retro/finds", world.key(scopes=[])).code == "refused"


@pytest.mark.parametrize("ground", [{"channel": "private"}, {"jurisdiction": "DE"}])
def test_what_is_not_enabled_leaves_nothing_on_the_disk(world, ground):
    key = world.key()
    world.ask(key, value=LATER.hex(), **ground)
    world.ask_many(key, [LATER.hex()], **ground)
    world.ask_bytes(key, b"a text", "&".join(f"{name}={value}" for name, value in (GROUND | ground).items()))
    world.desk.retro.flush()
    assert not folder_of(world.settings).exists()


def test_without_the_setting_nothing_is_kept_and_the_address_says_so(make_world):
    world = make_world()
    key = world.key()
    assert world.ask(key, value=LATER.hex(), reference="post-7").json["verdict"] == "none"
    world.ask_many(key, [LATER.hex()])
    assert world.get("/v1/retro/finds", key).code == "no-retro"
    world.gateway.close()
    assert not folder_of(world.settings).exists()
    assert "retro" not in world.get("/metrics").body.decode().replace('route="retro-finds"', "")


def test_what_an_earlier_setting_kept_is_removed_when_the_gateway_starts(tmp_path):
    before = World(tmp_path / "home", retro="public:NL, private:NL")
    key = before.key()
    before.ask(key, value=LATER.hex())
    before.ask(key, value=LATER.hex(), channel="private")
    before.close()
    places = folder_of(before.settings) / "asked"
    assert sorted(path.name for path in places.iterdir()) == ["private-nl", "public-nl"]
    forget(Settings(home=before.home, lookups="public:NL, private:NL", retro="private:NL"))
    assert [path.name for path in places.iterdir()] == ["private-nl"]
    forget(Settings(home=before.home, lookups="public:NL"))
    assert list(places.iterdir()) == []


def test_finds_on_a_ground_that_was_ended_are_not_told(make_world):
    world = make_world(retro="public:NL, private:NL")
    key = world.key()
    world.ask(key, value=LATER.hex())
    world.ask(key, value=OTHER.hex(), channel="private")
    listed(world, pdq=LATER)
    listed(world, "later too", pdq=OTHER)
    world.close()
    after = make_world(filled=False, retro="private:NL")
    after.desk.keyring.reload()
    told = finds(after, key)
    assert [find["channel"] for find in told["finds"]] == ["private"]
    assert told["next"] == 2


def test_a_disk_that_is_full_does_not_keep_an_answer_back(world):
    key = world.key()
    folder_of(world.settings).mkdir()
    (folder_of(world.settings) / "asked").write_text("in the way")
    assert world.ask(key, value=LATER.hex()).json["verdict"] == "none"
    with pytest.raises(OSError, match="asked"):
        world.desk.retro.flush()
    assert world.ask(key, value=LATER.hex()).status == 200
    assert 'tutela_gateway_retro_total{event="dropped"} 1.0' in world.get("/metrics").body.decode()
    (folder_of(world.settings) / "asked").unlink()


def test_metrics_tell_what_is_kept_and_what_came_of_it(world):
    key = world.key()
    world.ask(key, value=LATER.hex())
    world.ask(key, value=OTHER.hex())
    listed(world, pdq=LATER)
    told = world.get("/metrics").body.decode()
    for event, count in {"kept": 2, "dropped": 0, "expired": 0, "joined": 2, "found": 1}.items():
        assert f'tutela_gateway_retro_total{{event="{event}"}} {count}.0' in told
    assert "tutela_gateway_retro_remembered 2.0" in told
    assert "tutela_gateway_retro_full 0.0" in told


#### Requests that are wrong ####


@pytest.mark.parametrize(
    ("query", "field", "problem"),
    [
        ("after=-1", "after", "wrong-form"),
        ("after=1e3", "after", "wrong-form"),
        ("after=" + "9" * 13, "after", "wrong-form"),
        ("after=%D9%A1", "after", "wrong-form"),
        ("after=", "after", "wrong-form"),
        ("limit=0", "limit", "out-of-range"),
        (f"limit={RETRO.finds_page_max + 1}", "limit", "out-of-range"),
        ("after=1&after=2", "after", "given-twice"),
        ("key=other", "", "unknown-field"),
    ],
)
def test_a_wrong_address_is_refused_with_the_field(world, query, field, problem):
    reply = world.get("/v1/retro/finds", world.key(), query=query)
    assert (reply.status, reply.json["error"]["fields"]) == (422, [{"field": field, "problem": problem}])


@pytest.mark.parametrize("reference", ["a" * 41, "a b", "a:b", "ä", "post-7\n", "\n", "a/b", "<b>"])
def test_a_reference_that_could_be_more_than_an_id_is_refused(world, reference):
    key = world.key()
    assert world.ask(key, value=LATER.hex(), reference=reference).json["error"]["fields"][0]["field"] == "reference"
    many = world.ask_many(key, [LATER.hex()], references=[reference])
    assert many.json["error"]["fields"][0]["field"] == "references"
    world.desk.retro.flush()
    assert not folder_of(world.settings).exists()


@pytest.mark.parametrize("reference", ["a" * 41, "a%20b", "a%0A", "%C3%A4"])
def test_a_wrong_reference_in_an_address_is_refused(world, reference):
    reply = world.ask_bytes(world.key(), b"a text", f"channel=public&jurisdiction=NL&reference={reference}")
    assert reply.json["error"]["fields"] == [{"field": "reference", "problem": "wrong-form"}]


@pytest.mark.parametrize("references", [["one"], ["one", "two", "three"]])
def test_references_that_do_not_fit_the_values_are_refused(world, references):
    reply = world.ask_many(world.key(), [LATER.hex(), OTHER.hex()], references=references)
    assert reply.json["error"]["fields"] == [{"field": "references", "problem": "wrong-length"}]


def test_a_field_that_stands_twice_is_refused_with_and_without_a_reference(world):
    key = world.key()
    body = json.dumps({**GROUND, "kind": "pdq", "value": LATER.hex(), "reference": "one"})
    for twice in (body[:-1] + ', "reference": "two"}', body[:-1] + ', "value": "' + OTHER.hex() + '"}'):
        reply = world.post("/v1/match", twice.encode(), key)
        assert reply.json["error"]["fields"][0]["problem"] == "given-twice"
    without = json.dumps({**GROUND, "kind": "pdq", "value": LATER.hex()})
    reply = world.post("/v1/match", (without[:-1] + ', "kind": "pdq"}').encode(), key)
    assert reply.json["error"]["fields"][0]["problem"] == "given-twice"


#### Settings ####


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"retro": "public:NL"}, "retro names public:NL, where lookups enables nothing"),
        ({"lookups": "public:NL", "retro": "private:NL"}, "retro names private:NL, where lookups enables nothing"),
        ({"lookups": "public:NL", "retro": "everywhere"}, "retro names everywhere, which is not channel:jurisdiction"),
        ({"retro_days": 91}, "retro_days is more than 90"),
        ({"retro_days": 0}, "retro_days must be above 0"),
    ],
)
def test_settings_that_would_keep_what_may_not_be_are_refused(given, why):
    assert why in list(refusals(Settings(**given)))
