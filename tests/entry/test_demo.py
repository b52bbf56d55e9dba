from __future__ import annotations

import pytest

from tests.engine.scanning.world import hit
from tutela.domain.lists import MatchKind
from tutela.domain.media import Verdict
from tutela.domain.scan import RowKind, ScanRow
from tutela.domain.signals import SignalKind
from tutela.entry.cli.exits import ExitCode
from tutela.entry.demo import plan
from tutela.entry.demo.alter import Alteration
from tutela.entry.demo.score import score


@pytest.fixture
def small(monkeypatch):
    """The same demo with a handful of everything."""
    for name, count in {"ORIGINALS": 9, "KNOWN": 6, "_COPIES_EACH": 2, "_ARCHIVED": 1, "_CLIPS_KNOWN": 1}.items():
        monkeypatch.setattr(plan, name, count)
    monkeypatch.setattr(plan, "_CLIPS_OTHER", 1)
    monkeypatch.setattr(plan, "_CLIP_FRAMES", 16)


def test_the_demo_finds_copies_owns_up_to_misses_and_runs_twice(small, tutela, home, confinement):
    for _ in range(2):
        code, out, _ = tutela("demo", "--folder", "here")
        assert code == ExitCode.OK
        lines = {line[:40].strip(): line[40:].split() for line in out.splitlines() if line}
        assert lines[Alteration.COPIED][:2] == ["2", "2"]
        assert lines[Alteration.MIRRORED] == ["2", "2"]  # planted and missed
        assert lines["unrelated picture"] == ["3"]
        assert "0 false matches" in out
        assert str(home / "here" / "report.html") in out
    assert (home / "here" / "report.html").is_file()


def test_the_demo_does_not_touch_a_folder_that_is_not_its_own(tutela, home):
    (home / "mine").mkdir()
    (home / "mine" / "precious").write_text("precious")
    code, _, err = tutela("demo", "--folder", "mine")
    assert code == ExitCode.FAILED
    assert "did not make" in err
    assert (home / "mine" / "precious").read_text() == "precious"


def test_the_same_seed_draws_the_same_bytes(small):
    first = [(planted.place, planted.data) for planted in plan.evidence()]
    assert [(planted.place, planted.data) for planted in plan.evidence()] == first
    assert len({place for place, _ in first}) == len(first)


def test_a_match_with_the_wrong_entry_is_counted_as_false():
    truth = {(b"/a", b""): ("one", "copy"), (b"/b", b""): ("", "unrelated"), (b"/c", b""): ("one", "copy")}
    rows = [
        row(b"/a", hit(MatchKind.NEAR, SignalKind.PDQ, 4, entry_id="two")),
        row(b"/b", hit(MatchKind.EXACT, SignalKind.MD5, entry_id="one")),
        row(b"/c", hit(MatchKind.NEAR, SignalKind.PDQ, 4, entry_id="one")),
    ]
    copy, unrelated = score(rows, truth)
    assert (copy.planted, copy.distances, copy.missed, copy.false) == (2, [4], 1, 1)
    assert (unrelated.planted, unrelated.exact, unrelated.false) == (1, 0, 1)


def row(path, *hits):
    return ScanRow(RowKind.FILE, path, Verdict.HASHED, hits=hits)
