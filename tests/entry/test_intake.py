"""`tutela intake`: what it says, how it ends, and that nothing seized goes anywhere without a legal basis."""

from __future__ import annotations

import csv

import pytest

from tests.world import make_desk
from tutela.apps.intake.models import Report
from tutela.domain.lists import Hit, MatchKind
from tutela.domain.media import Verdict
from tutela.domain.scan import RowKind, ScanHeader, ScanRow
from tutela.domain.signals import Digests, SignalKind
from tutela.engine.formats import scan_jsonl
from tutela.entry.cli import ExitCode, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


@pytest.fixture
def intake(capsys):
    """Run one command for a desk; return how it ended and what it said."""
    desk = make_desk()

    def ended(*words):
        code = run(["intake", *map(str, words), "--organisation", desk.organisation.name])
        return code, "".join(capsys.readouterr())

    return ended


@pytest.fixture
def reports(tmp_path):
    path = tmp_path / "reports.csv"
    path.write_text("address,md5,more\nhttps://files.example/a,,x\n,beef,\n")
    return path


@pytest.fixture
def scanned(tmp_path):
    hit = Hit("known", "v", "e", "1", "VICS 2.0 US", "", "owner", MatchKind.EXACT, SignalKind.SHA256)
    digests = Digests(bytes(range(16)), bytes(range(20)), bytes(range(32)))
    header = ScanHeader("1", "2026-11-22T12:00:00Z", (b"/exhibit",), ())
    row = ScanRow(RowKind.FILE, b"/exhibit/a.jpg", Verdict.DIGESTED, digests=digests, hits=(hit,))
    path = tmp_path / "scan.jsonl"
    path.write_bytes(scan_jsonl.encode(header) + scan_jsonl.encode(row))
    return path


def test_a_file_is_taken_in_and_each_row_told(intake, reports, tmp_path):
    results = tmp_path / "results.csv"
    for _ in range(2):  # again takes nothing more in, and says the same
        code, said = intake("import", reports, "--sender", "partner", "--results", results)
        assert code == ExitCode.INCOMPLETE
        assert all(
            word in said for word in ("taken               1", "refused             1", "columns not read    more")
        )
        told = list(csv.DictReader(results.read_text().splitlines()))
        assert [(row["row"], row["outcome"]) for row in told] == [("2", "taken"), ("3", "refused")]
        assert Report.objects.count() == 1


def test_a_file_in_another_format_or_for_nobody_is_refused(intake, reports):
    assert intake("import", reports, "--sender", "partner", "--format", "vics")[0] == ExitCode.FAILED
    assert intake("import", reports, "--sender", "")[0] == ExitCode.USAGE
    assert run(["intake", "import", str(reports), "--sender", "p", "--organisation", "Nobody"]) == ExitCode.FAILED
    assert not Report.objects.exists()


def test_a_scan_without_a_legal_basis_is_refused_and_says_why(intake, scanned):
    code, said = intake("push-scan", scanned)
    assert code == ExitCode.FAILED
    assert "must not reach a hotline" in said
    assert "--legal-basis legal-duty" in said
    assert intake("push-scan", scanned, "--legal-basis", "because")[0] == ExitCode.USAGE
    assert not Report.objects.exists()


def test_a_scan_is_pushed_once_under_its_legal_basis(intake, scanned):
    for _ in range(2):
        code, said = intake("push-scan", scanned, "--legal-basis", "legal-order")
        assert code == ExitCode.OK
        assert "did not finish" in said
        assert Report.objects.count() == 1
