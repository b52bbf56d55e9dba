"""Files of reports: whatever stops an import, it goes on where it stopped, and every row has its outcome."""

from __future__ import annotations

import json

import pytest

from tests.world import make_desk
from tutela.apps.access.public import acting_as
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action, ReasonCode
from tutela.apps.intake import claimed, importing, rules
from tutela.apps.intake.importing import Brought, NoLegalBasisError
from tutela.apps.intake.models import Door, Import, ImportRow, Report, RowOutcome
from tutela.apps.triage import public as triage
from tutela.domain.actors import SYSTEM
from tutela.domain.lists import Hit, MatchKind, RejectedRow
from tutela.domain.media import Verdict
from tutela.domain.reports import LegalBasis, Reported
from tutela.domain.scan import RowKind, ScanRow
from tutela.domain.signals import Digests, SignalKind
from tutela.engine.formats.reports import ReportRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
DIGEST = "ab" * 32


@pytest.fixture
def desk():
    return make_desk()


@pytest.fixture
def bring(desk):
    """Import rows as the command does."""

    def run(rows, digest=DIGEST, sender="partner", door=Door.BULK):
        brought = Brought(desk.organisation.id, sender, digest, "csv", door)
        with acting_as(SYSTEM):
            return list(importing.take_in(SYSTEM, brought, rows))[-1]

    return run


def row(number, own_id="", **more):
    return ReportRow(number, Reported(addresses=(f"https://files.example/{number}",), **more), own_id)


def told(run):
    return [(each.number, each.outcome, each.problem) for each in run.rows.all()]


def test_every_row_has_its_outcome(bring):
    rows = [row(1), RejectedRow(2, "is not valid JSON"), ReportRow(3, Reported()), row(4, "a"), row(5, "a")]
    run = bring(rows)
    assert told(run) == [
        (1, "taken", ""),
        (2, "refused", "is not valid JSON"),
        (3, "refused", "no-address"),
        (4, "taken", ""),
        (5, "key-reused", "key-reused"),
    ]
    assert importing.outcomes(run) == {RowOutcome.TAKEN: 2, RowOutcome.REFUSED: 2, RowOutcome.KEY_REUSED: 1}
    assert set(Report.objects.values_list("door", flat=True)) == {Door.BULK}
    assert Leaf.objects.filter(action=Action.EXCHANGE_RECEIVED).count() == 1


def test_the_same_file_again_takes_nothing_more_in(bring):
    rows = [row(1), RejectedRow(2, "x"), row(3)]
    first = bring(rows)
    leaves = Leaf.objects.count()
    again = bring(rows)
    assert (again.id, told(again)) == (first.id, told(first))
    assert (Report.objects.count(), Leaf.objects.count(), Import.objects.count()) == (2, leaves, 1)


def test_an_import_that_breaks_off_goes_on_where_it_stopped(bring, monkeypatch):
    monkeypatch.setattr(rules, "BATCH_REPORTS_MAX", 2)

    def breaking():
        yield from (row(number) for number in range(1, 5))
        yield row(5)
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="the disk"):
        bring(breaking())
    assert Report.objects.count() == ImportRow.objects.count() == 4
    assert Import.objects.get().finished_at is None
    run = bring([row(number) for number in range(1, 8)])
    assert told(run) == [(number, "taken", "") for number in range(1, 8)]
    assert Report.objects.count() == 7
    assert run.finished_at is not None


def test_a_batch_that_fails_half_way_leaves_nothing_of_itself(bring, monkeypatch):
    def broken(*_):
        raise RuntimeError("in the middle")

    monkeypatch.setattr(triage, "take_in", broken)
    with pytest.raises(RuntimeError, match="in the middle"):
        bring([row(1), row(2)])
    assert (Report.objects.count(), ImportRow.objects.count(), Import.objects.get().rows_done) == (0, 0, 0)


def test_a_mended_file_takes_in_only_what_is_missing_where_rows_have_names(bring):
    bring([row(1, "a"), ReportRow(2, Reported(), "b")])
    run = bring([row(1, "a"), row(2, "b")], digest="cd" * 32)
    assert told(run) == [(1, "there-already", ""), (2, "taken", "")]
    assert bring([row(1, "a")], digest="ef" * 32, sender="another").rows.get().outcome == RowOutcome.TAKEN


def test_one_name_of_an_incident_by_two_senders_is_two_cases(bring):
    for sender in ("one", "two"):
        named = ReportRow(1, Reported(addresses=(f"https://{sender}.example/",), incident_name="7"))
        bring([named], digest=sender.ljust(64, "0"), sender=sender)
    assert triage.Case.objects.count() == 2


#### Scans ####


def scanned(kind=MatchKind.EXACT):
    hit = Hit("known", "v", "e", "1", "VICS 2.0 US", "", "owner", kind, SignalKind.SHA256)
    digests = Digests(bytes(range(16)), bytes(range(20)), bytes(range(32)))
    return ScanRow(RowKind.FILE, b"/exhibit/a name.jpg", Verdict.DIGESTED, digests=digests, hits=(hit,))


def test_without_its_legal_basis_nothing_of_a_scan_becomes_a_report(bring):
    with pytest.raises(NoLegalBasisError, match="legal basis"):
        bring(importing.scan_rows([scanned()], LegalBasis.NOT_SAID))
    assert not Report.objects.exists()
    assert not Import.objects.exists()


def test_what_is_pushed_keeps_its_legal_basis_and_no_name_of_a_file(bring):
    rows = [scanned(MatchKind.NEAR), scanned()]
    run = bring(importing.scan_rows(rows, LegalBasis.LEGAL_ORDER), door=Door.MACHINE)
    assert told(run) == [(2, "taken", "")]
    report = Report.objects.get()
    assert claimed.read(report.claimed).legal_basis is LegalBasis.LEGAL_ORDER
    assert "exhibit" not in report.claimed
    assert report.door == Door.MACHINE
    assert Leaf.objects.get(action=Action.REPORT_RECEIVED).reason == ReasonCode.LEGAL_ORDER
    assert json.loads(report.claimed)["media"][0]["category"] == "VICS 2.0 US:1"
