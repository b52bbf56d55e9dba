from __future__ import annotations

import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.ledger.world import event_id, leaf, seed
from tutela.engine.ledger import Action, ActorKind, EntryError, Leaf, ObjectKind, Reason, leaf_hash
from tutela.engine.ledger.blinding import detail_digest, object_digest, pseudonym
from tutela.engine.ledger.leaf import check

LEAF = leaf(3)


def test_an_expert_recomputes_a_leaf_with_the_standard_library():
    entry = json.loads(LEAF.encode())
    data = json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()
    assert sha256(b"\0" + data).digest() == leaf_hash(LEAF.encode())
    assert all(type(value) is str for key, value in entry.items() if key != "version")
    assert entry["version"] == 1


@given(st.integers(0, 10**6), st.booleans())
def test_what_is_written_is_read_back(number, first):
    written = leaf(number, previous="" if first else event_id(number + 1))
    assert Leaf.parse(written.encode()) == written


def test_time_is_written_in_utc_to_the_microsecond():
    local = datetime(2026, 11, 3, 1, 0, 0, tzinfo=timezone(timedelta(hours=2)))
    assert b'"time":"2026-11-02T23:00:00.000000Z"' in replace(LEAF, time=local).encode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event", ""),
        ("event", "Jane Example"),
        ("event", event_id(1).upper()),
        ("event", event_id(1).replace("-7", "-4", 1)),
        ("event", event_id(1) + "\n"),
        ("previous", "none"),
        ("previous", LEAF.event),
        ("actor", "person-jane.example"),
        ("actor", "jane@example.org"),
        ("actor", "visitor-" + "0" * 32),
        ("actor", None),
        ("action", "case.closed"),
        ("action", Reason.ROUTINE),
        ("kind", "case"),
        ("reason", "the reporter called and said"),
        ("object", "https://example.org/item"),
        ("object", "a" * 63),
        ("object", "A" * 64),
        ("object", "\u0661" * 64),
        ("policy", "v1"),
        ("policy", "2026-02-30.1"),
        ("policy", "2026-11-03.0"),
        ("detail", "see the note"),
        ("detail", ""),
        ("detail_digest", ""),
        ("detail_digest", "because"),
        ("time", datetime(2026, 11, 3)),  # noqa: DTZ001  - that is the attack
        ("time", datetime(1999, 1, 1, tzinfo=UTC)),
        ("time", "2026-11-03T09:15:42.123456Z"),
    ],
)
def test_free_text_and_loose_values_are_refused(field, value):
    with pytest.raises(EntryError):
        replace(LEAF, **{field: value})


def test_a_refusal_does_not_repeat_what_it_refused():
    with pytest.raises(EntryError) as refusal:
        replace(LEAF, actor="canary@example.org")
    assert "canary" not in str(refusal.value) + refusal.value.hint
    with pytest.raises(EntryError) as refusal:
        check(LEAF.encode().replace(b"person-", b"canary-"))
    assert "canary" not in str(refusal.value)


GOOD = LEAF.encode()


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"{}",
        GOOD + b"\n",
        b" " + GOOD,
        GOOD.replace(b":", b": "),
        GOOD.replace(b'"version":1', b'"version":"1"'),
        GOOD.replace(b'"version":1', b'"version":1.0'),
        GOOD.replace(b'"version":1', b'"version":2'),
        GOOD.replace(b'"version":1', b'"version":1,"version":1'),
        GOOD.replace(b'"version":1', b'"text":"words","version":1'),
        GOOD.replace(b'"previous":"",', b""),
        GOOD.replace(b"person-", b"\\u0070erson-"),
        GOOD.replace(b"2026-11-03T", b"2026-02-30T"),
        GOOD.replace(b"T09:", b"T24:"),
        GOOD.replace(b"Z", b"+00:00"),
        GOOD.replace(b'"kind":"', b'"kind":"' + b"a" * 40),
        json.dumps(json.loads(GOOD)).encode(),
        b"[" * 100_000,
    ],
)
def test_any_other_spelling_of_an_entry_is_refused(entry):
    with pytest.raises(EntryError):
        check(entry)


def test_a_word_of_a_later_version_verifies_but_is_not_read():
    entry = GOOD.replace(b'"action":"item.matched"', b'"action":"item.celebrated"')
    assert check(entry)
    with pytest.raises(EntryError, match="word"):
        Leaf.parse(entry)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_every_other_byte_gives_another_leaf_or_none(at, byte):
    changed = GOOD[:at] + bytes([byte]) + GOOD[at + 1 :]
    try:
        check(changed)
    except EntryError:
        return
    assert (leaf_hash(changed) == leaf_hash(GOOD)) == (changed == GOOD)


@pytest.mark.parametrize("word", [*Action, *ObjectKind, *Reason])
def test_every_word_fits_its_form(word):
    field = {Action: "action", ObjectKind: "kind", Reason: "reason"}[type(word)]
    assert check(replace(LEAF, **{field: word}).encode())


#### Blinding ####


def test_an_expert_recomputes_a_salted_digest():
    message = b"tutela custody object v1\ncase\n" + b"case 7"
    expected = hmac.new(seed("salt"), message, "sha256").hexdigest()
    assert object_digest(seed("salt"), ObjectKind.CASE, b"case 7") == expected
    assert (
        detail_digest(seed("salt"), b"why")
        == hmac.new(seed("salt"), b"tutela custody detail v1\nwhy", "sha256").hexdigest()
    )


def test_without_the_salt_a_guess_proves_nothing():
    digests = {object_digest(seed(f"salt {number}"), ObjectKind.CASE, b"case 7") for number in range(50)}
    assert len(digests) == 50
    assert sha256(b"case 7").hexdigest() not in digests


def test_one_use_of_a_salt_is_never_another():
    salt, value = seed("salt"), b"x"
    uses = [object_digest(salt, kind, value) for kind in ObjectKind] + [detail_digest(salt, value)]
    assert len(set(uses)) == len(uses)


@pytest.mark.parametrize("salt", [b"", b"short", bytes(32), b"a" * 32, bytes(range(33))])
def test_a_salt_that_is_none_is_refused(salt):
    with pytest.raises(EntryError):
        object_digest(salt, ObjectKind.CASE, b"case 7")


def test_a_pseudonym_is_stable_under_one_key_and_fits_an_entry():
    name = pseudonym(seed("key"), ActorKind.MACHINE, b"gateway 1")
    assert name == pseudonym(seed("key"), ActorKind.MACHINE, b"gateway 1")
    assert name != pseudonym(seed("next key"), ActorKind.MACHINE, b"gateway 1")
    assert check(replace(LEAF, actor=name).encode())
