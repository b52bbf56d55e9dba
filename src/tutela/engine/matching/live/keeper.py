"""Keeping a live index in order without being asked: what is due is merged, beside whoever changes and asks it.

    done = upkeep(folder)             # once: everything that is due
    keep_up(folder, told, over)       # until `over` is set

One process of a machine keeps an index at a time, by a lock of its own that no writer waits for; the system lets go of
it when its holder dies. Killed at any point, what was merged is in force and what was not is swept by the next writer.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tutela.domain.errors import IndexMissingError, TutelaError
from tutela.engine.durable import PRIVATE_FILE, take_lock
from tutela.engine.matching.live.due import due
from tutela.engine.matching.live.folder import LiveFolder
from tutela.engine.matching.live.updater import Updater

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path
    from threading import Event

    from tutela.engine.matching.live.updater import Tidied

LOOK_EVERY_S: Final = 1.0
_AGAIN_S: Final = 60.0  # after something went wrong, or somebody else was at it


def upkeep(folder: Path) -> list[Tidied] | None:
    """Do what is due, and return what was done; None where another process is at it.

    Raises:
        IndexMissingError: there is no index.
        IndexCorruptError, ListCorruptError: it is damaged.
    """
    LiveFolder(folder).pointer()
    with _keeper(folder) as is_ours:
        if not is_ours:
            return None
        updater = Updater(folder)  # a new one each time: it keeps open what it has opened
        done: list[Tidied] = []
        while (tidied := updater.tidy(due)) is not None:
            done.append(tidied)
        return done


def keep_up(folder: Path, told: Callable[[Tidied | Exception], None], over: Event) -> None:
    """Do what is due whenever it is, until `over` is set. `told` hears what was done, and once what went wrong."""
    seen, fault, wait_s = "", "", LOOK_EVERY_S
    while not over.wait(wait_s):
        wait_s = LOOK_EVERY_S
        try:
            version = LiveFolder(folder).pointer()
            if version == seen:
                continue
            done = upkeep(folder)
            if done is None:
                wait_s = _AGAIN_S
                continue
            for one in done:
                told(one)
            seen, fault = version, ""  # where this changed or was overtaken, the pointer has moved on: look again
        except IndexMissingError:
            continue
        except (TutelaError, OSError) as error:
            if str(error) != fault:
                told(error)
            fault, wait_s = str(error), _AGAIN_S


@contextmanager
def _keeper(folder: Path) -> Generator[bool]:
    """Be the one that keeps the index of this machine, if nobody is."""
    descriptor = os.open(folder / ".keeper", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        yield take_lock(descriptor)
    finally:
        os.close(descriptor)
