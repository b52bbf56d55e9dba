"""What retro-matching costs: a look-up that is remembered, and a join of a million values with 10,000 new entries.

    python -m bench.retro

CPU seconds of one core. A look-up is the whole of the application's work without HTTP (`Gateway.__call__`), asked in
turns with retro-matching off and on. The join is a round of the joiner over finished segments, beside a list of a
million entries to which 10,000 were added; then once more with nothing new, and once without its cursor, when every
value is asked against everything.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from bench import live_load
from bench.hashes import middle
from tests.entry.gateway.world import GROUND, World
from tutela.domain.limits import RetroLimits
from tutela.domain.lists import Entry
from tutela.domain.lookups import Channel, Ground
from tutela.domain.signals import SignalKind
from tutela.engine.matching.live import Add, LiveIndex, Updater
from tutela.engine.matching.retro import Asked, Joiner, Memory, Shelf
from tutela.engine.matching.retro.cursor import NAME

_LOOKUPS: Final = 5_000
_ROUNDS: Final = 9
_REMEMBERED: Final = 1_000_000
_NEW: Final = 10_000
_ENTRIES: Final = 1_000_000
_GROUND: Final = Ground(Channel.PUBLIC, "nl")


def main() -> None:
    """Print both."""
    with tempfile.TemporaryDirectory() as name:
        _lookups(Path(name))
    with tempfile.TemporaryDirectory() as name:
        _join(Path(name))


def _lookups(folder: Path) -> None:
    worlds = {how: World(folder / how, retro="public:NL" * (how == "on")) for how in ("off", "on")}
    keys = {how: world.key(per_minute=10**9) for how, world in worlds.items()}
    spent_us: dict[str, list[float]] = {"off": [], "on": []}
    for number in range(_ROUNDS):
        for how, world in worlds.items():
            spent_us[how].append(asyncio.run(_ask(world, keys[how], number)))
            if world.desk.retro is not None:
                began_s = time.process_time()
                world.desk.retro.flush()
                spent_us.setdefault("write", []).append(_us(began_s))
    for how, each in spent_us.items():
        print(f"look-up, {how}: {middle(each):.2f} us of CPU")
    for world in worlds.values():
        world.close()


async def _ask(world: World, key: str, number: int) -> float:
    bodies = [
        json.dumps({**GROUND, "kind": "pdq", "value": hashlib.sha256(b"%d %d" % (number, n)).hexdigest()}).encode()
        for n in range(_LOOKUPS)
    ]
    began_s = time.process_time()
    for body in bodies:
        await world.answer("POST", "/v1/match", key, body)
    return _us(began_s)


def _us(began_s: float) -> float:
    return (time.process_time() - began_s) / _LOOKUPS * 1e6


def _join(folder: Path) -> None:
    store = live_load.store_of(folder, _ENTRIES)
    updater = Updater(store.index_folder)
    updater.build([store.open(live_load.NAME)])
    version = LiveIndex.open(store.index_folder).snapshot().version
    values = np.random.default_rng(4).integers(0, 256, (_REMEMBERED, 32), dtype=np.uint8)
    shelf = Shelf(folder / "retro", [_GROUND], replace(RetroLimits(), waiting_rows_max=_REMEMBERED))
    memory = Memory(shelf, [_GROUND], lambda *_: None)
    now_s = int(time.time())
    for start in range(0, _REMEMBERED, 2_000):  # as a quarter of a second brings
        for value in values[start : start + 2_000]:
            memory.keep(_GROUND, version, Asked(SignalKind.PDQ, value.tobytes(), bytes(16), "", now_s))
        memory.flush(now_s)
    memory.close(now_s)
    with Joiner(shelf, store.index_folder) as joiner:
        joiner.round()
        new = [values[n].tobytes() if n < 100 else hashlib.sha256(b"%d" % n).digest() for n in range(_NEW)]
        updater.apply([Add(live_load.NAME, Entry(f"new-{n}", "class", pdq=value)) for n, value in enumerate(new)])
        for what in (f"{_REMEMBERED:,} values with {_NEW:,} new entries", "nothing new"):
            _timed(joiner, what)
    (shelf.folder / NAME).unlink()
    updater.set_rules(b"")
    with Joiner(shelf, store.index_folder) as joiner:
        for _ in range(5):  # the index forgets the state that answered
            updater.apply([Add(live_load.NAME, Entry("more", "class", pdq=bytes(range(32))))])
        _timed(joiner, f"{_REMEMBERED:,} values with all of {_ENTRIES:,} entries")


def _timed(joiner: Joiner, what: str) -> None:
    began_s, began_wall_s = time.process_time(), time.perf_counter()
    tally = joiner.round()
    print(
        f"join, {what}: {time.process_time() - began_s:.2f} s of CPU, {time.perf_counter() - began_wall_s:.2f} s;"
        f" finds so far {tally.found}"
    )


if __name__ == "__main__":
    main()
