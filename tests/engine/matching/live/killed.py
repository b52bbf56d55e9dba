"""One kind of change to a live index, killed at every step: `python -m tests.engine.matching.live.killed KIND FOLDER`.

After each kill the index opens, is whole, and answers as before the change or as after it; the next update works; and
after it nothing lies in the folder but what the kept states name. Says at how many steps it was killed.
"""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.engine.matching.world import full_entry, store_of
from tests.steps import killed_at
from tutela.engine.matching import ListStore, LiveIndex, Updater
from tutela.engine.matching.live import Add, Remove, due, ids, merging, pieces, updater, upkeep
from tutela.engine.matching.live.state import decode
from tutela.engine.matching.policy import Quarantine, Quarantined, ReleaseReason

_NOW = datetime(2026, 5, 1, tzinfo=UTC)
_ENTRIES = 40
_OF_NO_STATE = {"CURRENT", ".lock", ".writer", ".keeper", Quarantine.FILE}
merging.HASHES_MIN = 5
ids.IDS_MIN = pieces.IDS_MIN = 5
due.SEGMENTS_MAX = updater.SEGMENTS_MAX = 2
due.FOLDED = 2


def _prepared(folder: Path, kind: str) -> None:
    """Ten entries and four updates of them, rules, and an entry set apart."""
    store = store_of(folder, [full_entry(n) for n in range(10)])
    writer = Updater(store.index_folder)
    writer.build([store.open("demo")])
    writer.set_rules(b"[list.demo]\ndistance = 4")
    for n in range(4):
        writer.apply([Remove("demo", f"e-{n}"), Add("demo", full_entry(10 + n))])
    if kind == "import":
        store_of(folder, [full_entry(n) for n in range(4, 14)])
    Quarantine(store.index_folder).set_apart(Quarantined("demo", "e-13", _NOW, 3, 60))


def _changed(folder: Path, kind: str) -> None:
    store = ListStore(folder)
    writer = Updater(store.index_folder)
    if kind == "apply":
        writer.apply([Remove("demo", "e-4"), Add("demo", full_entry(20)), Add("demo", full_entry(5, pdq=None))])
    elif kind == "apply and fold":
        updater.SEGMENTS_HARD_MAX = 3
        writer.apply([Remove("demo", "e-4"), Add("demo", full_entry(20))])
    elif kind in {"build", "import"}:
        writer.build([store.open("demo")])
    elif kind == "merge":
        writer.merge()
    elif kind == "upkeep":
        assert upkeep(store.index_folder)
    elif kind == "set rules":
        writer.set_rules(b"[list.demo]\ndistance = 3")
    elif kind == "set apart":
        Quarantine(store.index_folder).set_apart(Quarantined("demo", "e-12", _NOW, 3, 60))
    else:
        Quarantine(store.index_folder).release("demo", "e-13", ReleaseReason.CHECKED, by=0, now=_NOW)


def _said(folder: Path) -> tuple[object, ...]:
    """What an index answers to whoever asks it now."""
    snapshot = LiveIndex.open(ListStore(folder).index_folder).snapshot()
    snapshot.verify()
    found = snapshot.judge_digests([full_entry(n).md5 or b"" for n in range(_ENTRIES)])
    return (
        [sorted(hit.entry_id for hit in one.hits) for one in found],
        [sorted((each.hit.entry_id, each.why) for each in one.withheld) for one in found],
        snapshot.info.entries,
        snapshot.rules,
    )


def _strays(folder: Path) -> set[str]:
    index = ListStore(folder).index_folder
    named = set(_OF_NO_STATE)
    for path in index.glob("*.tutelastate"):
        named |= {path.name} | decode(path.read_bytes(), path.stem).files()
    return {path.name for path in index.iterdir()} - named


def main(kind: str, folder: Path) -> None:
    """Kill at the first step, the second, ... until the change comes to its end."""
    template, here = folder / "template", folder / "here"
    _prepared(template, kind)
    before = _said(template)
    shutil.copytree(template, here)
    _changed(here, kind)
    after = _said(here)
    for step in range(1, 10_000):
        shutil.rmtree(here)
        shutil.copytree(template, here)
        was_killed = killed_at(step, lambda: _changed(here, kind))
        assert _said(here) in (before, after), (kind, step)
        writer = Updater(ListStore(here).index_folder)
        if step % 2:
            writer.apply([Add("demo", full_entry(39))])
            assert _said(here)[0][39] == ["e-39"], (kind, step)
        else:
            writer.set_rules(b"")  # writes no file of its own: the drafts of the dead are swept by it too
        assert not _strays(here), (kind, step, _strays(here))
        if not was_killed:
            assert step % 2 == 0 or _said(here)[0][:39] == after[0][:39]
            sys.stdout.write(str(step - 1))
            return
    raise AssertionError("it never came to its end")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
