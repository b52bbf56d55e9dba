"""B6: changes become visible while queries run, and an updater that is killed leaves a whole index.

Visible: one process asks without a pause, and checks at every new version that all probes of an update are there or
none; another applies updates of 10,000 changes each to a million entries, half additions and half removals. Measured is
from the call of the update to the first right answer from it in the other process. Then the same while a third process
merges everything without a pause, with a quarter of the million removed, so that it is packed anew.

Killed: an updater adds, removes, merges and rebuilds without a pause and is ended with SIGKILL at a random moment, two
hundred times. After each, the index is opened anew, read whole and asked for every entry that is or was there; the
answers must be those of the last acknowledged update or of the one after it, whole.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import live_load
from bench.hashes import middle
from bench.record import Measurement
from tutela.domain.errors import TutelaError
from tutela.engine.matching import LiveIndex, Updater
from tutela.engine.matching.live import Remove

_ENTRIES: Final = 1_000_000
_UPDATES: Final = 24
_KEPT: Final = 0.74  # of the entries, where merges run meanwhile: then what is left is packed anew
_KILLS: Final = 200
_LIFE_S_MAX: Final = 0.4  # of an updater, before it is killed; an update takes a twentieth of it
_SEED: Final = 6


def measure() -> Measurement:
    """All three."""
    found = Measurement()
    with tempfile.TemporaryDirectory() as name:
        _visible(found, Path(name))
    with tempfile.TemporaryDirectory() as name:
        _visible_amid_merges(found, Path(name))
    with tempfile.TemporaryDirectory() as name:
        _killed(found, Path(name))
    return found


def _visible(found: Measurement, folder: Path) -> None:
    store = live_load.store_of(folder, _ENTRIES)
    updater = Updater(store.index_folder)
    updater.build([store.open(live_load.NAME)])
    taken_s, told = _updated(updater, store.index_folder)
    found.put("changes in one update", live_load.CHANGES)
    found.put("first update of an updater, which reads all ids", taken_s[0])
    found.put("from the call to the first right answer, slowest", max(taken_s[1:]))
    found.put("from the call to the first right answer, median", middle(taken_s[1:]))
    found.put("queries while updates came", int(told["queries"]))
    found.put("versions that were seen in part", int(told["partial"]))
    found.put("longest single query meanwhile", float(told["longest"]) * 1000)
    found.notes.append(
        f"{_UPDATES} updates of {live_load.CHANGES:,} changes to {_ENTRIES:,} entries; "
        f"load of the machine at the end {os.getloadavg()[0]:.1f}"
    )


def _visible_amid_merges(found: Measurement, folder: Path) -> None:
    store = live_load.store_of(folder, _ENTRIES)
    updater = Updater(store.index_folder)
    updater.build([store.open(live_load.NAME)])
    kept = round(_ENTRIES * _KEPT)
    updater.apply([Remove(live_load.NAME, f"n-{one}") for one in range(kept, _ENTRIES)])
    before = LiveIndex.open(store.index_folder).snapshot().info
    merging = _merging(store.index_folder)
    try:
        taken_s, told = _updated(Updater(store.index_folder), store.index_folder)
    finally:
        os.kill(merging, signal.SIGKILL)
        os.waitpid(merging, 0)
    after = LiveIndex.open(store.index_folder).snapshot()
    after.verify()
    merges = after.info.serial - before.serial - _UPDATES
    found.notes.append(
        f"while a third process merges without a pause, {before.tombstones:,} entries entombed at first: median "
        f"{middle(taken_s):.2f} s, slowest {max(taken_s):.2f} s, {merges} merges in force, "
        f"{told['partial']} versions seen in part, {abs(after.info.entries - kept)} entries too many or too few"
    )


def _merging(folder: Path) -> int:
    """Begin to merge everything, again and again, as politely as upkeep does; return the process."""
    child = os.fork()
    if child == 0:
        try:
            os.nice(10)
            while True:
                Updater(folder).merge()
        finally:
            os._exit(1)
    return child


def _updated(updater: Updater, folder: Path) -> tuple[list[float], dict[str, str]]:
    """Apply every update while another process asks; return how long each took to be seen, and what the other says."""
    words = [sys.executable, "-m", "bench.live_load", str(folder), str(_UPDATES)]
    asked_s: list[float] = []
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        reader.stdout.readline()  # it has begun to ask
        for number in range(1, _UPDATES + 1):
            changes = live_load.update(number)
            asked_s.append(time.monotonic())
            updater.apply(changes)
            time.sleep(0.2)
        lines = [line.split() for line in reader.stdout]
    seen_s = {int(words[1]): float(words[2]) for words in lines if words[0] == "seen"}
    taken_s = [seen_s[number] - start_s for number, start_s in enumerate(asked_s, 1)]
    return taken_s, {words[0]: words[1] for words in lines if words[0] != "seen"}


@dataclass(slots=True)
class _Tally:
    kills: int = 0
    not_opened: int = 0
    wrong: int = 0
    lost: int = 0
    amid: int = 0  # kills that left something half-written behind


def _killed(found: Measurement, folder: Path) -> None:
    """Kill, look, go on from what is there."""
    rng = random.Random(_SEED)
    play = live_load.Play(folder)
    tally = _Tally()
    for _ in range(_KILLS):
        acknowledged = _ended(play, rng)
        tally.kills += 1
        tally.amid += any(path.name.startswith(".partial-") or path.suffix == ".new" for path in play.folder.iterdir())
        try:
            snapshot = LiveIndex.open(play.folder).snapshot()
            snapshot.verify()
            reached = play.reached(snapshot)
        except TutelaError:
            tally.not_opened += 1
            play = live_load.Play(folder)
            continue
        tally.wrong += reached is None
        tally.lost += reached is not None and reached < acknowledged
        play.round = acknowledged if reached is None else reached
    found.put("kills of the updater at random points", tally.kills)
    found.put("kills amid a write", tally.amid)
    found.put("indexes that did not open or verify", tally.not_opened)
    found.put("indexes with a wrong answer", tally.wrong)
    found.put("acknowledged updates lost", tally.lost)
    play.step(0)
    named = LiveIndex.open(play.folder).snapshot().state.files()
    left = [
        path.name for path in play.folder.iterdir() if path.suffix in {".tutelalist", ".tutelaindex", ".tutelagone"}
    ]
    torn = [path for path in play.folder.iterdir() if path.name.startswith(".partial-") or path.suffix == ".new"]
    found.put("half-written files left after the next update", len(torn))
    found.notes.append(
        f"random moments from seed {_SEED}; {play.round} updates in all; afterwards {len(left)} files for "
        f"the last four states, {len(named)} of them for the one in force"
    )


def _ended(play: live_load.Play, rng: random.Random) -> int:
    """Let an updater live for a random time; return the last update that it acknowledged."""
    reader, writer = os.pipe()
    first = play.round
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            for number in range(first + 1, first + 10_000):
                play.step(number)
                os.write(writer, b".")
        finally:
            os._exit(1)
    os.close(writer)
    time.sleep(rng.uniform(0, _LIFE_S_MAX))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as acknowledged:
        return first + len(acknowledged.read())
