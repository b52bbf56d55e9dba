"""Taking material down, decided: what a look saw, what becomes of a matter, who is told when. Pure.

    looks     what several looks at one address mean together
    matter    one item at one address: its states, and what changes them
    ladder    who is told after how long, and when it is looked at again
    pacing    how much one recipient is sent, and when a person is asked before more goes out
    answers   what came back by mail: a bounce, an acknowledgement, a loop

No clock, no network, no database: the apps bring the moment and what was seen.
"""

from __future__ import annotations

from tutela.engine.removal.answers import Reply, Sort, sort_of
from tutela.engine.removal.ladder import LADDER, Ladder, Rung
from tutela.engine.removal.looks import Agent, Finding, Look, Sight, finding_of, sight_of
from tutela.engine.removal.matter import Answer, Matter, MatterError, Next, State, Step, Why
from tutela.engine.removal.pacing import PACE, Circuit, Pace

__all__ = [
    "LADDER",
    "PACE",
    "Agent",
    "Answer",
    "Circuit",
    "Finding",
    "Ladder",
    "Look",
    "Matter",
    "MatterError",
    "Next",
    "Pace",
    "Reply",
    "Rung",
    "Sight",
    "Sort",
    "State",
    "Step",
    "Why",
    "finding_of",
    "sight_of",
    "sort_of",
]
