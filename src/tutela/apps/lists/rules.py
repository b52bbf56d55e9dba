"""When something stands on an organisation's own list, and when it leaves. Pure.

An entry is one value: the exact bytes of a file, or one address. Its states:

    proposed ... somebody began it; nobody outside sees it
    listed ..... enough people agree; it is in the next version and in those after it
    withdrawn .. it left, and every version from then on says so
                   gone         only an address: nothing stands there any more. It is listed again when it is back
                   error        it should never have stood there. It stays away, whoever proposes it again
                   superseded   it stands there under another class, as another entry

Rules:

1. Only assessments by viewing count: a person of this organisation saw the entire file as it is and said what it is.
   What a list says, exactly or nearly, was vouched for by others: it never lists anything here (law 4), so that lists
   cannot vouch for each other in a circle.
2. People count, not assessments. Who assesses twice has changed their mind: the last one counts.
3. It is listed when as many people agree on class and scheme as the organisation demands, `ASSESSORS_MIN` at the
   least, and nobody says otherwise. One who does holds it back until they or the others have changed their minds.
4. What is listed stays listed while people differ. When all of them, and enough, agree on another class, the entry is
   superseded by one of that class.
5. One person withdraws: taking off too much is mended by looking again; leaving on does harm meanwhile.
6. An error takes the assessments with it, so that proposing it again begins at nothing, and is refused anyway.
7. An address is listed until its re-check date; whoever takes the list can see when somebody last looked.

>>> said = [Said("p-1", "A1", "scheme 2"), Said("p-2", "a1", "Scheme 2")]
>>> agreement(said[:1], assessors_min=2).stands
False
>>> agreement(said, assessors_min=2).stands
True
>>> agreement([*said, Said("p-3", "B", "scheme 2")], assessors_min=2).differ
True
>>> next_state(State.WITHDRAWN, Why.GONE, Event.RETURNED, was_listed=True).value
'listed'
>>> next_state(State.WITHDRAWN, Why.ERROR, Event.RETURNED, was_listed=True) is None
True
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ASSESSORS_MIN: Final = 2
ASSESSORS_MAX: Final = 5
RECHECK_DAYS: Final = 30
_LABEL: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/-]{0,62}[A-Za-z0-9.])?")


class Kind(StrEnum):
    """Which of the two lists."""

    HASH = "hash"
    ADDRESS = "address"


class State(StrEnum):
    """Where an entry stands."""

    PROPOSED = "proposed"
    LISTED = "listed"
    WITHDRAWN = "withdrawn"


class Why(StrEnum):
    """Why an entry was withdrawn."""

    GONE = "gone"
    ERROR = "error"
    SUPERSEDED = "superseded"


class Event(StrEnum):
    """What happens to an entry."""

    AGREED = "agreed"
    GONE = "gone"
    RETURNED = "returned"
    ERROR = "error"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said after viewing."""

    who: str
    classification: str
    scheme: str

    @property
    def label(self) -> tuple[str, str]:
        """Class and scheme as they are compared."""
        return _folded(self.classification), _folded(self.scheme)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What people came to. `people` agree on `label`, which is what the first of them called it."""

    people: int
    label: Said | None
    differ: bool
    stands: bool


def agreement(said: Sequence[Said], *, assessors_min: int) -> Agreement:
    """Weigh assessments by viewing, oldest first."""
    last = {each.who: each for each in said}  # in the order in which people first spoke
    labels = [each.label for each in last.values()]
    if not labels:
        return Agreement(0, None, differ=False, stands=False)
    common = max(labels, key=labels.count)
    agree = [each for each in last.values() if each.label == common]
    differ = len(agree) < len(labels)
    return Agreement(
        len(agree), agree[0], differ=differ, stands=not differ and len(agree) >= max(assessors_min, ASSESSORS_MIN)
    )


def next_state(state: State, why: Why | None, event: Event, *, was_listed: bool = False) -> State | None:
    """Return where an entry stands after something happened; None where that changes nothing, or may not be."""
    match event, state:
        case Event.AGREED, State.PROPOSED:
            return State.LISTED
        case (Event.ERROR, State.PROPOSED | State.LISTED) | (Event.GONE, State.PROPOSED | State.LISTED):
            return State.WITHDRAWN
        case Event.ERROR, State.WITHDRAWN if why is Why.GONE:
            return State.WITHDRAWN  # it was wrong all along: it must not come back with its page
        case Event.SUPERSEDED, State.LISTED:
            return State.WITHDRAWN
        case Event.RETURNED, State.WITHDRAWN if why is Why.GONE:
            return State.LISTED if was_listed else State.PROPOSED
        case _:
            return None


def fits_label(text: str) -> bool:
    """Whether a class or scheme may be published: a short code, never a description.

    >>> fits_label("A1"), fits_label("=A1"), fits_label("somebody@mail.example")
    (True, False, False)
    """
    return bool(_LABEL.fullmatch(text))


def recheck_on(day: date) -> date:
    """Return by when somebody must have looked again."""
    return day + timedelta(days=RECHECK_DAYS)


def is_worth_renewing(due: date, today: date) -> bool:
    """Whether a re-check date is so near that a look today moves it: not every look makes a new version."""
    return due - today < timedelta(days=RECHECK_DAYS) / 2


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
