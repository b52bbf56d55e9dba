from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.ledger.world import LOG_KEY, OTHER_KEY, WITNESS_KEY, World, seed
from tutela.engine.ledger import (
    EMPTY,
    Algorithm,
    CheckpointError,
    LedgerError,
    NoteError,
    ProofError,
    SigningKey,
    Tip,
    Tree,
    VerifierKey,
    advance,
    begin,
    consistency_proof,
    continues,
    cosign,
    leaf_hash,
    open_checkpoint,
    verifier,
)
from tutela.engine.ledger.note import SIGNATURES_MAX, TIME_S_MAX, Note, decode_base64, encode_base64

WORLD = World(20, (4, 7, 13))
KEYS = (LOG_KEY.verifier,)
WITNESSES = (WITNESS_KEY.verifier,)

# The example of the C2SP specification.
SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()


def signed(text, *keys):
    return Note(text.encode(), tuple(key.sign(text.encode()) for key in keys)).encode()


def body(origin=LOG_KEY.name, size="20", root=None, more=""):
    return f"{origin}\n{size}\n{root or encode_base64(WORLD.tip().root)}\n{more}"


#### Keys and notes ####


def test_the_example_of_the_specification_verifies():
    key = VerifierKey.parse(SPEC_KEY)
    assert str(key) == SPEC_KEY
    assert list(Note.parse(SPEC_NOTE).verify([key])) == [key]
    assert Note.parse(SPEC_NOTE).encode() == SPEC_NOTE


@given(st.binary(min_size=32, max_size=32).filter(lambda data: len(set(data)) > 1), st.sampled_from(Algorithm))
def test_a_key_travels_as_text(data, algorithm):
    key = SigningKey("log.example/a", data, algorithm).verifier
    assert VerifierKey.parse(str(key)) == key


def test_a_private_key_is_not_shown():
    assert repr(LOG_KEY.seed) not in repr(LOG_KEY)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+00000000",
        SPEC_KEY.replace("530d903a", "530d903b"),
        SPEC_KEY.replace("530d903a", "530D903A"),
        SPEC_KEY.replace("example.com/foo", "example.com/bar"),
        SPEC_KEY.replace("example.com", "example com"),
        SPEC_KEY.replace("+Aeky", "+BOky"),
        SPEC_KEY.replace("+Aeky", "+/+ky"),
        SPEC_KEY + "=",
        SPEC_KEY[:-1],
        SPEC_KEY[:-1] + "l",
        SPEC_KEY + "\n",
        "\ud800" + SPEC_KEY,
    ],
)
def test_a_broken_verifier_key_is_refused_by_both(vkey):
    with pytest.raises(NoteError):
        VerifierKey.parse(vkey)
    with pytest.raises((verifier.Refused, ValueError)):
        verifier.parse_key(vkey, verifier.LOG)


def points_of_small_order():
    """Multiples by the large prime order of any point leave only its small part."""
    found = set()
    for y in range(2, 60):
        point = verifier.decode(y.to_bytes(32, "little"))
        if point:
            found.add(verifier.encode(verifier.multiply(verifier.ORDER, point)))
    return sorted(found)


def test_keys_under_which_one_signature_fits_many_texts_are_refused_by_both():
    weak = points_of_small_order()
    assert len(weak) == 8
    beyond = [(verifier.P + 3).to_bytes(32, "little"), (1 | 1 << 255).to_bytes(32, "little")]
    for public in weak + beyond:
        with pytest.raises(NoteError, match="sound"):
            VerifierKey("log.example", public)
        key = object.__new__(VerifierKey)
        for name, value in (("name", "log.example"), ("public", public), ("algorithm", Algorithm.ED25519)):
            object.__setattr__(key, name, value)
        with pytest.raises(verifier.Refused, match="sound"):
            verifier.parse_key(str(key), verifier.LOG)


@pytest.mark.parametrize("data", [b"", bytes(32), b"x" * 32, bytes(range(31))])
def test_a_key_from_no_randomness_is_refused(data):
    with pytest.raises(NoteError):
        SigningKey("log.example", data)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\u2003b", "a" * 256])
def test_a_key_name_with_spaces_or_plus_is_refused(name):
    with pytest.raises(NoteError):
        VerifierKey(name, LOG_KEY.verifier.public)


LINE = SPEC_NOTE.split(b"\n")[2]


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\n\n",
        SPEC_NOTE[:-1],
        SPEC_NOTE.replace(b"\n\n", b"\n"),
        SPEC_NOTE + b"\n",
        SPEC_NOTE + b"words\n",
        SPEC_NOTE.replace(b"message", b"mess\tage"),
        SPEC_NOTE.replace(b"message", b"mess\rage"),
        SPEC_NOTE.replace(b"message", b"mess\xffage"),
        SPEC_NOTE.replace("—".encode(), b"-"),
        SPEC_NOTE.replace(b" example.com/foo ", b" example.com/foo  "),
        SPEC_NOTE.replace(b" example.com/foo ", b"  "),
        SPEC_NOTE.replace(b" example.com/foo ", b" a+b "),
        SPEC_NOTE.replace(b"yaQM=", b"yaQN="),
        SPEC_NOTE.replace(b"yaQM=", b"yaQM"),
        SPEC_NOTE.replace(b"Uw2Q", b"Uw2*"),
        SPEC_NOTE + "— short AAAAAA==\n".encode(),
        SPEC_NOTE + (LINE + b"\n") * SIGNATURES_MAX,
        b"x" * (1 << 20) + SPEC_NOTE,
    ],
)
def test_a_malformed_note_is_refused_by_both(note):
    with pytest.raises(NoteError):
        Note.parse(note)
    with pytest.raises(verifier.Refused):
        verifier.parse_note(note)


def test_signatures_of_strangers_are_ignored_and_false_ones_in_a_known_name_are_not():
    stranger = SigningKey("stranger.example", seed("stranger"))
    note = Note.parse(signed(body(), stranger, LOG_KEY))
    assert list(note.verify(KEYS)) == list(KEYS)
    false = replace(note.signatures[1], blob=note.signatures[0].blob)
    with pytest.raises(NoteError, match="false"):
        Note(note.text, (*note.signatures, false)).verify(KEYS)
    with pytest.raises(NoteError, match="No known key"):
        Note(note.text, note.signatures[:1]).verify(KEYS)
    with pytest.raises(NoteError, match="No known key"):
        note.verify([])


def test_sixteen_signatures_and_post_quantum_ones_of_others_are_carried():
    lines = "".join(f"— other.example/{n} {encode_base64(bytes(4) + bytes([n]) * 2424)}\n" for n in range(16))
    assert open_checkpoint(WORLD.checkpoint + lines.encode(), keys=KEYS).tip == WORLD.tip()


def test_two_keys_that_cannot_be_told_apart_are_refused():
    class Twin(VerifierKey):
        key_id = LOG_KEY.verifier.key_id

    with pytest.raises(NoteError, match="share"):
        Note.parse(WORLD.checkpoint).verify([LOG_KEY.verifier, Twin(LOG_KEY.name, OTHER_KEY.verifier.public)])


@pytest.mark.parametrize("text", ["AB", "AA=", "A A=", "AA==\n", "é", "AR=="])
def test_loose_base64_is_refused(text):
    with pytest.raises(ValueError, match="base 64"):
        decode_base64(text)


#### Checkpoints ####


def test_a_checkpoint_reads_as_the_specification_shows_it():
    text, _, signature = WORLD.checkpoint.decode().partition("\n\n")
    assert text.split("\n") == [LOG_KEY.name, "20", base64.b64encode(WORLD.tip().root).decode()]
    assert signature.startswith(f"— {LOG_KEY.name} ")


@pytest.mark.parametrize(
    "text",
    [
        body(size="020"),
        body(size="-1"),
        body(size="+20"),
        body(size="2_0"),
        body(size="٢٠"),
        body(size=""),
        body(size=str(2**63)),
        body(size="9" * 5000),
        body(size="0"),
        body(root="AAAA"),
        body(root="not base 64"),
        body(more="\n"),
        body(more="\nextension\n"),
        f"{LOG_KEY.name}\n20\n",
    ],
)
def test_a_malformed_checkpoint_is_refused_by_both_even_if_signed(text):
    note = signed(text, LOG_KEY)
    with pytest.raises((CheckpointError, NoteError)):
        open_checkpoint(note, keys=KEYS)
    with pytest.raises(verifier.Refused):
        verifier.open_checkpoint(note, [verifier.parse_key(str(KEYS[0]), verifier.LOG)])


def test_extension_lines_of_others_are_tolerated():
    assert open_checkpoint(signed(body(more="extension\n"), LOG_KEY), keys=KEYS).tip == WORLD.tip()


def test_a_key_counts_only_for_the_log_that_it_is_named_after():
    with pytest.raises(NoteError, match="of this log"):
        open_checkpoint(signed(body(origin="other.example"), LOG_KEY), keys=KEYS)


def test_a_wrong_key_under_the_right_name_is_refused():
    with pytest.raises(NoteError):
        open_checkpoint(signed(body(), OTHER_KEY), keys=KEYS)


@pytest.mark.parametrize(
    ("last", "size", "proof_from"),
    [(7, 6, None), (7, 13, None), (7, 13, 4), (13, 20, 7), (0, 7, 4)],
)
def test_the_log_does_not_sign_without_proof_that_it_only_grew(last, size, proof_from):
    proof = () if proof_from is None else consistency_proof(WORLD.tree, proof_from, size)
    with pytest.raises(ProofError):
        advance(LOG_KEY, WORLD.checkpoints[last], WORLD.tip(size), proof)


def test_the_log_does_not_sign_a_fork():
    forked = Tree([leaf_hash(b"another beginning"), *(leaf_hash(entry) for entry in WORLD.entries[1:])])
    for size in (7, 13):
        with pytest.raises(ProofError):
            advance(LOG_KEY, WORLD.checkpoints[7], Tip(size, forked.root(size)), consistency_proof(forked, 7, size))


def test_the_log_does_not_continue_a_checkpoint_that_is_not_its_own():
    with pytest.raises(NoteError):
        advance(LOG_KEY, begin(OTHER_KEY), WORLD.tip(), ())


def test_the_same_tree_may_be_signed_again():
    assert advance(LOG_KEY, WORLD.checkpoint, WORLD.tip(), ()) == WORLD.checkpoint


def test_checkpoints_of_different_logs_are_not_compared():
    mine = open_checkpoint(WORLD.checkpoint, keys=KEYS)
    continues(open_checkpoint(WORLD.checkpoints[7], keys=KEYS), mine, consistency_proof(WORLD.tree, 7, 20))
    with pytest.raises(CheckpointError, match="different logs"):
        continues(replace(mine, origin="other.example"), mine, ())


@pytest.mark.parametrize(("size", "root"), [(-1, bytes(32)), (2**63, bytes(32)), (1, b""), (0, bytes(32))])
def test_a_tip_that_cannot_be_is_refused(size, root):
    with pytest.raises(CheckpointError):
        Tip(size, root)


#### Witnesses ####


def cosigned(time_s=1_793_000_000):
    return cosign(WITNESS_KEY, WORLD.checkpoint, log=KEYS[0], last=EMPTY, proof=(), time_s=time_s)


def test_a_witness_signs_what_it_saw_grow():
    note = cosign(
        WITNESS_KEY,
        WORLD.checkpoint,
        log=KEYS[0],
        last=WORLD.tip(7),
        proof=consistency_proof(WORLD.tree, 7, 20),
        time_s=1_793_000_000,
    )
    opened = open_checkpoint(note, keys=KEYS, witnesses=WITNESSES)
    assert opened.cosigners == ((WITNESS_KEY.verifier, 1_793_000_000),)
    assert open_checkpoint(note, keys=KEYS).cosigners == ()
    theirs = verifier.parse_key(str(WITNESS_KEY.verifier), verifier.WITNESS)
    logs = verifier.parse_key(str(KEYS[0]), verifier.LOG)
    assert verifier.open_checkpoint(note, [logs], [theirs]).signers == (LOG_KEY.name, WITNESS_KEY.name)


def test_a_witness_does_not_sign_a_fork_or_a_stranger():
    with pytest.raises(ProofError):
        cosign(WITNESS_KEY, WORLD.checkpoint, log=KEYS[0], last=Tip(20, bytes(32)), proof=(), time_s=1)
    with pytest.raises(NoteError):
        cosign(WITNESS_KEY, begin(OTHER_KEY), log=KEYS[0], last=EMPTY, proof=(), time_s=1)


def test_a_demanded_witness_that_did_not_sign_is_missed():
    with pytest.raises(NoteError, match="did not sign"):
        open_checkpoint(WORLD.checkpoint, keys=KEYS, witnesses=WITNESSES)


def test_a_witness_cannot_stand_in_for_the_log_nor_the_log_for_a_witness():
    for keys, witnesses in ((WITNESSES, ()), (KEYS, KEYS)):
        with pytest.raises(NoteError, match="kind"):
            open_checkpoint(cosigned(), keys=keys, witnesses=witnesses)


def test_the_time_of_a_cosignature_is_signed_and_bounded():
    note = Note.parse(cosigned())
    later = replace(note.signatures[1], blob=(2).to_bytes(8, "big") + note.signatures[1].blob[8:])
    beyond = replace(later, blob=b"\xff" + later.blob[1:])
    for changed in (later, beyond):
        with pytest.raises(NoteError, match="false"):
            open_checkpoint(Note(note.text, (note.signatures[0], changed)).encode(), keys=KEYS, witnesses=WITNESSES)
    for time_s in (-1, TIME_S_MAX + 1):
        with pytest.raises(NoteError, match="seconds"):
            cosigned(time_s)


def test_a_plain_signature_has_no_time_and_a_cosignature_has():
    for key, time_s in ((LOG_KEY, 1), (WITNESS_KEY, None)):
        with pytest.raises(NoteError, match="time"):
            key.sign(b"text\n", time_s=time_s)


@given(st.data())
def test_no_byte_of_a_checkpoint_can_be_changed(data):
    at = data.draw(st.integers(0, len(WORLD.checkpoint) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != WORLD.checkpoint[at]))
    with pytest.raises(LedgerError):
        open_checkpoint(WORLD.checkpoint[:at] + bytes([byte]) + WORLD.checkpoint[at + 1 :], keys=KEYS)
