"""The custody report: it says what the log holds, typesets the same every time, and never hides a fault."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.http import Http404

from tests.world import actor, make_desk, make_person, sign_in
from tutela.apps.custody import exporting, keyring, reporting, sequencer
from tutela.apps.custody.models import Checkpoint, Leaf
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, erase, record
from tutela.domain.actors import SYSTEM, Role
from tutela.engine import ledger, typesetting

CASE = UUID("019a4f3c-6e20-7000-8000-000000000001")
ITEM = UUID("019a4f3c-6e20-7000-8000-000000000002")

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor():
    desk = make_desk()
    return actor(make_person(desk.organisation, "auditor", [Role.AUDITOR]))


@pytest.fixture
def case(auditor):
    """A case with three entries in the log."""
    with transaction.atomic():
        record(Action.CASE_OPENED, kind=ObjectKind.CASE, object_id=CASE, actor=SYSTEM)
        record(
            Action.ITEM_MATCHED,
            kind=ObjectKind.ITEM,
            object_id=ITEM,
            case_id=CASE,
            actor=SYSTEM,
            digests={"sha256": hashlib.sha256(b"sample").digest()},
            reason=ReasonCode.EXACT_MATCH,
        )
        record(
            Action.ITEM_CONFIRMED_UNSEEN,
            kind=ObjectKind.ITEM,
            object_id=ITEM,
            case_id=CASE,
            actor=auditor,
            reason=ReasonCode.PERSON_DECIDED,
            note="an ordinary sentence",
        )
    place()
    return CASE


def place():
    while sequencer.sequence():
        pass


def leads_to_root(log, entry) -> bool:
    path = [ledger.note.decode_base64(node) for node in entry["proof"]]
    try:
        ledger.verify_inclusion(
            bytes.fromhex(entry["leaf"]), entry["place"], log["size"], path, bytes.fromhex(log["root"])
        )
    except ledger.ProofError:
        return False
    return True


def newest() -> bytes:
    return Checkpoint.objects.order_by("-size")[0].note.encode()


def test_it_tells_what_was_done_when_and_by_which_pseudonym(auditor, case):
    made = reporting.report(auditor, case)
    assert made.holds
    entries = made.content["entries"]
    assert [entry["action"] for entry in entries] == ["case.opened", "item.matched", "item.confirmed-unseen"]
    assert [entry["by"] for entry in entries] == ["S1", "S1", "P1"]
    assert [row["entries"] for row in made.content["actors"]] == [2, 1]
    assert made.content["entries"][0]["previous"] == ""


def test_its_leaves_and_proofs_lead_to_the_signed_root(auditor, case):
    content = json.loads(reporting.report(auditor, case).json())
    entries = content["entries"]
    assert [leads_to_root(content["log"], entry) for entry in entries] == [True, True, True]
    altered = [entry | {"leaf": hashlib.sha256(entry["leaf"].encode()).hexdigest()} for entry in entries]
    assert [leads_to_root(content["log"], entry) for entry in altered] == [False, False, False]


def test_the_command_that_it_prints_accepts_the_files_that_it_carries(auditor, case, tmp_path):
    kept = newest()
    made = reporting.report(auditor, case, outside=[kept])
    for name, data in (("export", made.export), ("verifier", made.verifier_source)):
        told = made.content[name]
        (tmp_path / told["name"]).write_bytes(data)
        assert (told["bytes"], told["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    (tmp_path / "kept").write_bytes(kept)
    words = ["verifier.py", "case.jsonl", "--key", str(keyring.log_key().verifier), "--checkpoint", "kept"]
    done = subprocess.run([sys.executable, "-I", *words], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == made.content["verifier"]["said"]


def test_the_same_report_makes_the_same_bytes(auditor, case):
    made = reporting.report(auditor, case)
    first = made.pdf()
    assert first.startswith(b"%PDF-1.7")
    assert first == made.pdf()


def test_the_pdf_carries_the_export_and_the_verifier(auditor, case):
    document = reporting.report(auditor, case).pdf()
    for name in (b"case.jsonl", b"verifier.py"):
        assert name in document or name.decode().encode("utf-16-be") in document
    assert document.count(b"/EmbeddedFile") >= 2


def test_it_holds_no_note_no_name_and_no_digest_of_the_material(auditor, case):
    made = reporting.report(auditor, case)
    text = made.json() + made.export
    for canary in (b"an ordinary sentence", b"auditor@", b"Auditor", hashlib.sha256(b"sample").hexdigest().encode()):
        assert canary not in text


def test_making_one_is_recorded_and_nobody_else_may(auditor, case):
    reporting.report(auditor, case)
    assert Leaf.objects.filter(action=Action.EXPORT_MADE).count() == 1
    with pytest.raises(Http404):
        reporting.report(make_desk("Other hotline").administrator, case)
    assert Leaf.objects.filter(action=Action.EXPORT_MADE).count() == 1


def test_the_page_hands_it_out_as_a_file_to_an_auditor_alone(case, client):
    from django.urls import reverse

    organisation = make_desk("Third hotline").organisation
    address = reverse("custody-report", kwargs={"case_id": case})
    sign_in(client, make_person(organisation, "reviewer", [Role.AUDITOR]))
    response = client.post(address)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response["Content-Disposition"] == f'attachment; filename="custody-{case}.pdf"'
    assert client.post(address, {"form": "json"}).json()["holds"]
    assert client.get(address).status_code == 405
    sign_in(client, make_person(organisation, "supervisor", [Role.SUPERVISOR]))
    assert client.post(address).status_code == 404


def test_a_case_without_a_place_yet_is_refused_with_the_reason(auditor):
    with transaction.atomic():
        record(Action.CASE_OPENED, kind=ObjectKind.CASE, object_id=CASE, actor=SYSTEM)
    with pytest.raises(exporting.NothingToExportError):
        reporting.report(auditor, CASE)


def test_entries_that_came_later_are_counted_as_missing(auditor, case):
    with transaction.atomic():
        record(Action.CASE_CLOSED, kind=ObjectKind.CASE, object_id=case, actor=SYSTEM)
    assert reporting.report(auditor, case).content["waiting"] == 1


def test_an_erased_case_still_proves_itself_and_says_so(auditor, case):
    with transaction.atomic():
        erase(SYSTEM, case, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
    place()
    made = reporting.report(auditor, case)
    assert made.holds
    assert made.content["remarks"]
    assert made.pdf()


def test_a_changed_entry_is_told_on_the_first_page(auditor, case):
    _alter(case)
    made = reporting.report(auditor, case)
    assert not made.holds
    assert any("not in the log at its place" in fault for fault in made.content["faults"])
    assert made.content["verifier"]["said"][0].startswith("REFUSED")
    assert made.pdf()


def test_a_checkpoint_of_another_log_is_a_fault(auditor, case):
    stranger = ledger.begin(ledger.SigningKey("elsewhere.example/custody", bytes(range(32))))
    made = reporting.report(auditor, case, outside=[stranger])
    assert not made.holds


def _alter(case):
    """As an insider would who owns the tables: the guards step aside, one word changes."""
    from tutela.apps.custody import guards

    guards.remove(connection)
    try:
        Leaf.objects.filter(chain_id=case, action=Action.ITEM_MATCHED).update(reason=ReasonCode.NEAR_MATCH)
    finally:
        guards.install(connection)


def test_hundreds_of_entries_and_the_longest_names_are_typeset(auditor, case):
    content = dict(reporting.report(auditor, case).content)
    long = content["entries"][0] | {
        "action": f"{'a' * 32}.{'b' * 32}",
        "kind": "k" * 32,
        "reason": "r" * 32,
        "by": "P1000",
    }
    content["entries"] = [long | {"number": number, "place": 10**12 + number} for number in range(1, 301)]
    content["log"] = content["log"] | {"origin": "o" * 255, "size": 10**13, "history": list(range(10**12, 10**12 + 16))}
    content["faults"] = ["x" * 400, "A sentence. " * 40]
    files = {"report": json.dumps(content).encode(), "export": b"{}\n", "verifier": b"pass\n"}
    assert typesetting.pdf(reporting.TEMPLATE, files, date=content["made_at"])


def test_verify_reads_what_the_report_attached(auditor, case):
    made = reporting.report(auditor, case)
    verified = ledger.verify_export(io.BytesIO(made.export), keys=[keyring.log_key().verifier])
    assert verified.entries == 3
