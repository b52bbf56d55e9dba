from __future__ import annotations

import json
from base64 import b64encode

import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from tests.engine.ledger.world import LOG_KEY, OTHER_KEY, WITNESS_KEY, World, event_id, leaf, stream
from tutela.engine.ledger import (
    EMPTY,
    Earlier,
    ExportError,
    LedgerError,
    Scope,
    SigningKey,
    Tree,
    advance,
    begin,
    cosign,
    leaf_hash,
    verifier,
    verify_export,
    write_case,
    write_log,
)
from tutela.engine.ledger.checkpoint import Tip

WORLD = World(23, (6, 16))
LOG, CASE = WORLD.log_export(), WORLD.case_export(2)
KEY = verifier.parse_key(str(LOG_KEY.verifier), verifier.LOG)
WITNESS = verifier.parse_key(str(WITNESS_KEY.verifier), verifier.WITNESS)


def ours(data, outside=(), *, witnesses=False):
    """Whether the package accepts."""
    try:
        verify_export(
            stream(data),
            keys=[LOG_KEY.verifier],
            witnesses=[WITNESS_KEY.verifier] if witnesses else [],
            outside=outside,
        )
    except LedgerError:
        return False
    return True


def theirs(data, outside=(), *, witnesses=False):
    """Whether the independent verifier accepts."""
    try:
        verifier.verify(stream(data), [KEY], [WITNESS] if witnesses else [], outside)
    except verifier.Refused:
        return False
    return True


def both(data, outside=(), **options):
    one, other = ours(data, outside, **options), theirs(data, outside, **options)
    assert one == other
    return one


def rewritten(data, change, at=0):
    """The export with one of its JSON lines changed, canonical again."""
    lines = data.splitlines(keepends=True)
    value = json.loads(lines[at])
    change(value)
    lines[at] = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    return b"".join(lines)


def signed_log(entries, key=LOG_KEY):
    """An export whose signature and hashes are right, whatever the entries are."""
    tree = Tree(leaf_hash(entry) for entry in entries)
    note = advance(key, begin(key), Tip(tree.size, tree.root()), ())
    return b"".join(write_log(entries, note, size=tree.size, keys=[key.verifier]))


def signed_case(places, entries):
    tree = Tree(leaf_hash(entry) for entry in entries)
    note = advance(LOG_KEY, begin(LOG_KEY), Tip(tree.size, tree.root()), ())
    case = [(at, entries[at]) for at in places]
    return b"".join(write_case(case, tree, note, count=len(case), size=tree.size, keys=[]))


@pytest.mark.parametrize(("data", "scope"), [(LOG, Scope.LOG), (CASE, Scope.CASE)])
def test_an_honest_export_is_accepted_with_every_outside_checkpoint_it_contains(data, scope):
    for outside in ([], [WORLD.checkpoints[6]], list(WORLD.checkpoints.values())):
        assert both(data, outside)
    seen = verify_export(stream(data), keys=[LOG_KEY.verifier])
    shown = verifier.verify(stream(data), [KEY])
    assert seen.scope is scope
    assert (seen.entries, seen.first_time, seen.last_time) == (shown.entries, shown.first_time, shown.last_time)
    assert seen.checkpoint.tip.root == shown.checkpoint.root


@pytest.mark.parametrize("size", [0, 1, 2, 3, 8])
def test_small_logs_are_exported(size):
    world = World(size, range(size), chains=1)
    assert both(world.log_export())
    assert both(world.case_export(0)) == (size > 0)


def test_a_log_is_exported_line_by_line_as_what_it_hashed():
    assert LOG.splitlines()[1:] == WORLD.entries


def test_an_outside_checkpoint_of_a_longer_log_shows_that_the_end_is_missing():
    longer = World(30)
    assert longer.entries[:23] != WORLD.entries
    assert not both(LOG, [longer.checkpoint])
    short = b"".join(
        write_log(WORLD.entries[:16], WORLD.checkpoints[16], size=16, keys=[LOG_KEY.verifier]),
    )
    assert both(short)
    assert not both(short, [WORLD.checkpoint])


def test_an_outside_checkpoint_of_a_fork_is_refused():
    fork = World(23, chains=3)
    assert not both(LOG, [fork.checkpoint])
    assert not both(CASE, [fork.checkpoint])


def test_an_outside_checkpoint_of_another_log_or_key_is_refused():
    assert not both(LOG, [begin(OTHER_KEY)])
    assert not both(CASE, [b"words"])


def test_an_outside_checkpoint_of_another_known_log_is_refused():
    second = SigningKey("platform.example/custody", LOG_KEY.seed)
    for data in (LOG, CASE):
        with pytest.raises(ExportError, match="another log"):
            verify_export(stream(data), keys=[LOG_KEY.verifier, second.verifier], outside=[begin(second)])
        keys = [KEY, verifier.parse_key(str(second.verifier), verifier.LOG)]
        with pytest.raises(verifier.Refused, match="another log"):
            verifier.verify(stream(data), keys, outside=[begin(second)])


def test_a_case_without_the_outside_checkpoint_in_its_history_is_refused():
    bare = WORLD.case_export(2, history=[])
    assert both(bare)
    assert not both(bare, [WORLD.checkpoints[6]])


def test_a_demanded_witness_must_have_signed():
    assert not both(LOG, witnesses=True)
    note = cosign(WITNESS_KEY, WORLD.checkpoint, log=LOG_KEY.verifier, last=EMPTY, proof=(), time_s=1_793_000_000)
    data = b"".join(write_log(WORLD.entries, note, size=23, keys=[]))
    assert both(data, witnesses=True)
    assert both(data)


@pytest.mark.parametrize(
    "entries",
    [
        [leaf(1), leaf(1)],
        [leaf(1, previous=event_id(0))],
        [leaf(1), leaf(2, previous=event_id(1)), leaf(3, previous=event_id(1))],
        [leaf(2, previous=event_id(1)), leaf(1)],
    ],
)
def test_a_forked_chain_of_custody_is_refused_even_if_rightly_signed(entries):
    assert not both(signed_log([entry.encode() for entry in entries]))


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"free words about a person",
        leaf(1).encode() + b" ",
        leaf(1).encode().replace(b"2026-11-03T", b"2026-11-31T"),
        leaf(1).encode().replace(b"2026-11-03.1", b"2027-02-29.1"),
        leaf(1).encode() + b"\r",
        b"x" * 10_000,
    ],
)
def test_what_is_no_entry_is_refused_even_if_rightly_signed(entry):
    assert not both(signed_log([leaf(0).encode(), entry]))


@pytest.mark.parametrize("policy", ["2028-02-29.1", "2026-11-03.9999"])
def test_unusual_but_true_entries_are_accepted(policy):
    assert both(signed_log([leaf(0, policy=policy).encode()]))


CHAIN = [leaf(n, previous=event_id(n - 1) if n else "").encode() for n in range(5)]


@pytest.mark.parametrize("places", [[1, 2, 3, 4], [0, 1, 3, 4], [0, 2, 1, 3], [0, 0, 1], [4], []])
def test_a_case_with_a_gap_is_refused(places):
    assert both(signed_case([0, 1, 2, 3, 4], CHAIN))
    assert not both(signed_case(places, CHAIN))


def test_a_case_that_ends_early_is_accepted_because_only_the_whole_log_shows_it():
    """The guide says so; this keeps the guide true."""
    assert both(signed_case([0, 1, 2], CHAIN))


@pytest.mark.parametrize(
    "change",
    [
        lambda header: header.update(format="tutela-custody-export/2"),
        lambda header: header.update(scope="all"),
        lambda header: header.update(scope=["log"]),
        lambda header: header.update(scope=None),
        lambda header: header.update(entries=22),
        lambda header: header.update(entries=24),
        lambda header: header.update(entries=-1),
        lambda header: header.update(entries="23"),
        lambda header: header.update(entries=23.0),
        lambda header: header.update(entries=True),
        lambda header: header.update(vkeys=None),
        lambda header: header.update(vkeys=[1]),
        lambda header: header.update(vkeys={}),
        lambda header: header.update(history={}),
        lambda header: header.update(history=[1]),
        lambda header: header.update(history=[{}]),
        lambda header: header.update(history=header["history"] * 400),
        lambda header: header.update(checkpoint=1),
        lambda header: header.update(checkpoint=""),
        lambda header: header.update(checkpoint=WORLD.checkpoints[16].decode()),
        lambda header: header.update(extra=1),
        lambda header: header.pop("vkeys"),
        lambda header: header["history"][1].update(proof=[]),
        lambda header: header["history"][1].update(proof="x"),
        lambda header: header["history"][1].update(proof=[1]),
        lambda header: header["history"][1].update(proof=["AAAA"]),
        lambda header: header["history"][1].update(proof=["?"]),
        lambda header: header["history"][1].update(proof=[b64encode(bytes(32)).decode()] * 70),
        lambda header: header["history"][1].update(more=1),
        lambda header: header["history"][1].update(checkpoint=None),
        lambda header: header["history"][0].update(proof=[b64encode(bytes(32)).decode()]),
    ],
)
def test_a_header_that_is_not_exactly_right_is_refused(change):
    assert not both(rewritten(LOG, change))


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.update(index=line["index"] + 1),
        lambda line: line.update(index=23),
        lambda line: line.update(index=-1),
        lambda line: line.update(index=1.0),
        lambda line: line.update(index=False),
        lambda line: line.update(proof=line["proof"][:-1]),
        lambda line: line.update(proof=[*line["proof"], line["proof"][0]]),
        lambda line: line.update(proof=None),
        lambda line: line.update(entry="words"),
        lambda line: line.update(entry=None),
        lambda line: line["entry"].update(reason="mistake-of-another"),
        lambda line: line["entry"].update(note="words"),
        lambda line: line.pop("entry"),
    ],
)
def test_a_case_line_that_is_not_exactly_right_is_refused(change):
    assert not both(rewritten(CASE, change, at=1))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"{}\n",
        b"[]\n",
        b"null\n",
        b"[" * 200_000 + b"\n",
        b"9" * 10_000 + b"\n",
        b"x" * (5 << 20),
        LOG[:-1],
        LOG + b"\n",
        LOG + WORLD.entries[0] + b"\n",
        b"\xef\xbb\xbf" + LOG,
        LOG.decode().encode("utf-16"),
        LOG.replace(b"\n", b"\r\n"),
        LOG.replace(b'{"checkpoint"', b'{ "checkpoint"'),
        LOG.replace("—".encode(), b"\\u2014"),
        LOG.replace(b'"scope":"log"', b'"scope":"log","scope":"log"'),
        LOG.replace(b'"vkeys":[', b'"vkeys":["\\ud800",'),
        LOG.replace(b'"vkeys":[', b'"vkeys":["\xff",'),
        LOG.replace(b'"entries":23', b'"entries":NaN'),
        CASE.replace(b'"index":', b'"index":0'),
        CASE + CASE,
    ],
)
def test_another_spelling_of_an_export_is_refused(data):
    assert not both(data)


def test_a_history_that_is_not_of_this_log_is_refused():
    fork = World(16, chains=3)
    history = [Earlier(fork.checkpoint, WORLD.history()[2].proof)]
    assert not both(WORLD.log_export(history=history))
    assert not both(WORLD.case_export(2, history=history))


def test_the_reason_for_a_refusal_is_told():
    with pytest.raises(ExportError, match="goes on after"):
        verify_export(stream(LOG + b"x"), keys=[LOG_KEY.verifier])


#### Random mutations: both accept or both refuse ####

SOME_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 30) | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@st.composite
def mutated_bytes(draw):
    data = draw(st.sampled_from([LOG, CASE]))
    at = draw(st.integers(0, len(data)))
    end = draw(st.integers(at, min(len(data), at + 40)))
    return data[:at] + draw(st.binary(max_size=6) | st.just(data[at:end]) | st.just(data[at:end] * 2)) + data[end:]


@st.composite
def mutated_lines(draw):
    lines = draw(st.sampled_from([LOG, CASE])).splitlines(keepends=True)
    one, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
    kind = draw(st.sampled_from(["swap", "delete", "repeat", "move", "cut", "none"]))
    if kind == "swap":
        lines[one], lines[other] = lines[other], lines[one]
    elif kind == "delete":
        del lines[one]
    elif kind == "repeat":
        lines.insert(other, lines[one])
    elif kind == "move":
        lines.insert(other, lines.pop(one))
    elif kind == "cut":
        del lines[one:]
    return b"".join(lines)


@st.composite
def mutated_values(draw):
    """One value anywhere in the header or a case line is taken from elsewhere, and the line written canonically."""
    data = draw(st.sampled_from([LOG, CASE]))
    at = 0 if data is LOG else draw(st.integers(0, 4))

    def change(value):
        while True:
            places = list(value) if isinstance(value, dict) else list(range(len(value)))
            if not places:
                return
            place = draw(st.sampled_from(places))
            if isinstance(value[place], (dict, list)) and value[place] and draw(st.booleans()):
                value = value[place]
                continue
            kind = draw(st.sampled_from(["replace", "delete", "reverse", "same"]))
            if kind == "replace":
                value[place] = draw(SOME_JSON)
            elif kind == "delete":
                del value[place]
            elif kind == "reverse" and isinstance(value[place], list):
                value[place].reverse()
            return

    return rewritten(data, change, at)


@st.composite
def resigned_logs(draw):
    """The log's own key signs a log with some entries changed: the rules on entries decide, not the signature."""
    entries = list(WORLD.entries[:6])
    at = draw(st.integers(0, 5))
    entry = bytearray(entries[at])
    place = draw(st.integers(0, len(entry) - 1))
    entry[place] = draw(st.sampled_from(list(entry)) | st.integers(0, 255))
    if b"\n" not in entry:
        entries[at] = bytes(entry)
    return signed_log(entries)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated_bytes() | mutated_lines() | mutated_values() | resigned_logs(), st.sampled_from([None, 6, 23]))
@example(LOG, 6)
@example(CASE, 6)
def test_both_verifiers_say_the_same_of_any_mutation(data, outside):
    checkpoints = [] if outside is None else [WORLD.checkpoints[outside]]
    accepted = ours(data, checkpoints)
    event("accepted" if accepted else "refused")
    assert theirs(data, checkpoints) == accepted
