"""Retro-matching: what was asked yesterday and not known is found when its hash arrives today.

Off unless the operator enables it, ground by ground (law 7). Then a platform hears of an upload that nobody knew when
it asked.

    retro/
      .joiner                    held by the one process that joins; the system lets go of it when its holder dies
      CURSOR                     how far which segment was joined against which state of the index
      asked/public-nl/…asked     what was asked on one ground and not known: a segment (see `segment`)
      finds/6e1f…/…finds         what one key is told: its outbox (see `outbox`)

Rules:

1. Only what was answered `none` on an enabled ground is remembered: the value, when it was asked, by which key, and an
   opaque reference if the platform gave one. What was refused leaves nothing.
2. Remembering never delays or fails an answer. A process writes what it has gathered every quarter of a second, without
   syncing: a process that is killed loses that quarter of a second, a machine that loses power what the system had not
   written yet. What cannot be written (a full disk) is dropped and counted (law 13).
3. Nothing is remembered for longer than the retention, and no more than so many bytes: the oldest segment goes first,
   and its rows are counted. A clock that goes back shortens what is remembered, and never lengthens it.
4. When a new state of the index is in force, what is remembered is joined against what is new in it (`news`); where
   that cannot be told, against all of it. The rules of the lists decide as for any look-up, but for flood: that a
   week's uploads are asked in one second is no flood.
5. A find is durable before the cursor moves, and is told once for each upload and entry, whenever the joiner is killed.
6. A key is told of its own questions only, on grounds that are enabled when it asks.

States of a row: waiting (in memory) -> remembered -> found, any number of times, by different entries -> gone.

Worked example: on Monday a key asks a PDQ under version 5b1e… and is told `none`. On Tuesday 10,000 entries are added;
the new state has one part that 5b1e… has not. The joiner asks that part for every value that is remembered, finds ours
at 12 bits, asks the whole state whether that counts, writes find 1 of the key, then notes that Monday's segment is
joined. On Wednesday the key asks for what came after find 0.
"""

from __future__ import annotations

from tutela.engine.matching.retro.joiner import Joiner, JoinerBusyError, Tally, read_tally
from tutela.engine.matching.retro.memory import Memory
from tutela.engine.matching.retro.outbox import Find, Outbox, Page
from tutela.engine.matching.retro.segment import Asked
from tutela.engine.matching.retro.shelf import Shelf

__all__ = ["Asked", "Find", "Joiner", "JoinerBusyError", "Memory", "Outbox", "Page", "Shelf", "Tally", "read_tally"]
