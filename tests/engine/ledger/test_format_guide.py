"""The guide's worked example is recomputed: an expert who follows it must arrive where it says."""

from __future__ import annotations

import contextlib
import io
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from tests.engine.ledger.world import stream
from tutela.engine.ledger import (
    Action,
    ActorKind,
    Leaf,
    ObjectKind,
    Reason,
    SigningKey,
    Tip,
    Tree,
    VerifierKey,
    advance,
    begin,
    consistency_proof,
    detail_digest,
    leaf_hash,
    object_digest,
    pseudonym,
    verifier,
    verify_export,
    write_case,
)
from tutela.engine.ledger.export import FORMAT, HEADER_BYTES_MAX, HISTORY_MAX, LINE_BYTES_MAX, Earlier
from tutela.engine.ledger.note import SIGNATURES_MAX

GUIDE = (Path(__file__).resolve().parents[3] / "docs/guide/custody-format.md").read_text(encoding="utf-8")

KEY = SigningKey("hotline.example/custody", sha256(b"worked example: key").digest())
SALT = sha256(b"worked example: salt").digest()
EVENTS = [f"019a4f3c-6e2{number}-7000-8000-00000000000{number}" for number in range(4)]
REASON_ID, REASON_TEXT = "019a4f3c-6e29-7000-8000-000000000009", b"The host confirmed the removal by mail."


def entries():
    """Three entries of one case, with one of another case between them."""
    person = pseudonym(sha256(b"worked example: pseudonyms").digest(), ActorKind.PERSON, b"17")
    system = pseudonym(sha256(b"worked example: pseudonyms").digest(), ActorKind.SYSTEM, b"intake")
    acts = [
        (system, Action.CASE_OPENED, Reason.ROUTINE, b"case 1", ""),
        (system, Action.CASE_OPENED, Reason.ROUTINE, b"case 2", ""),
        (person, Action.CASE_ASSIGNED, Reason.PERSON_DECIDED, b"case 1", EVENTS[0]),
        (person, Action.CASE_CLOSED, Reason.PERSON_DECIDED, b"case 1", EVENTS[2]),
    ]
    start = datetime(2026, 11, 3, 9, 15, 42, 123456, tzinfo=UTC)
    return [
        Leaf(
            event=EVENTS[number],
            time=start + timedelta(minutes=number),
            actor=actor,
            action=action,
            kind=ObjectKind.CASE,
            object=object_digest(SALT, ObjectKind.CASE, thing),
            reason=reason,
            policy="2026-11-01.1",
            previous=previous,
            detail=REASON_ID if number == 3 else "",
            detail_digest=detail_digest(SALT, REASON_TEXT) if number == 3 else "",
        ).encode()
        for number, (actor, action, reason, thing, previous) in enumerate(acts)
    ]


def export():
    log = entries()
    tree = Tree(leaf_hash(entry) for entry in log)
    early = advance(KEY, begin(KEY), Tip(2, tree.root(2)), ())
    proof = consistency_proof(tree, 2, 4)
    late = advance(KEY, early, Tip(4, tree.root()), proof)
    case = [(at, log[at]) for at in (0, 2, 3)]
    lines = write_case(case, tree, late, count=3, size=4, keys=[KEY.verifier], history=[Earlier(early, proof)])
    return b"".join(lines).decode(), early.decode(), late.decode()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def test_the_example_is_what_the_software_writes():
    whole, early, late = export()
    assert blocks("jsonl") == [whole]
    assert blocks("checkpoint") == [late, early]
    assert str(KEY.verifier) in GUIDE


def test_both_verifiers_accept_the_example():
    (whole,), (_, early) = blocks("jsonl"), blocks("checkpoint")
    vkey = re.findall(r"hotline\.example/custody\+[0-9a-f]{8}\+\S+", GUIDE)[0]
    assert verify_export(stream(whole.encode()), keys=[VerifierKey.parse(vkey)], outside=[early.encode()]).entries == 3
    seen = verifier.verify(stream(whole.encode()), [verifier.parse_key(vkey, verifier.LOG)], outside=[early.encode()])
    shown = "".join(f"{line}\n" for line in verifier.sentences(seen, 1))
    assert blocks("output") == [shown]


def test_the_lines_that_an_expert_types_print_what_the_guide_says(tmp_path, monkeypatch):
    (whole,) = blocks("jsonl")
    (tmp_path / "case.jsonl").write_text(whole, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    scripts, results = blocks("python"), blocks("text")
    assert len(scripts) == len(results) == 3
    names = {}
    for script, result in zip(scripts, results, strict=True):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(script, "guide", "exec"), names)
        assert said.getvalue() == result


def test_the_guide_prints_the_one_expression_that_describes_all_entries():
    (shown,) = blocks("regex")
    assert "".join(shown.split()) == verifier.ENTRY.pattern.decode()


def test_the_guide_names_the_limits_as_they_are():
    for value in (FORMAT, f"{HEADER_BYTES_MAX:,}", f"{LINE_BYTES_MAX:,}", f"{HISTORY_MAX:,}", str(SIGNATURES_MAX)):
        assert value in GUIDE


def test_the_guide_lists_every_word():
    for word in (*Action, *ObjectKind, *Reason):
        assert f"`{word}`" in GUIDE
