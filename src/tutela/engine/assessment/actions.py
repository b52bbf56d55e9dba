"""The tracker of a Global Strategic Response: from a finding to an action, its owner and the indicator that tells.

Rules: an action names the finding that it answers, who owns it, by when, and an indicator of the registry by which
one will see whether it helped. A finding without an action, an action without a measure and one past its day are
listed, not hidden. The six themes are those the Alliance publishes; the areas of the Model National Response map onto
them.

>>> [theme.value for theme in THEMES_OF[Area.MEDIA]]
['society']
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.engine.assessment.capability import Area

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tutela.engine.assessment.catalogue import Catalogue


class Theme(StrEnum):
    """The six themes."""

    POLICY = "policy"
    JUSTICE = "criminal justice"
    VICTIMS = "victim support"
    TECHNOLOGY = "technology"
    SOCIETY = "society"
    RESEARCH = "research"


THEMES_OF: Final = {
    Area.POLICY: (Theme.POLICY, Theme.RESEARCH),  # research through capability 2
    Area.JUSTICE: (Theme.JUSTICE,),
    Area.VICTIM: (Theme.VICTIMS,),
    Area.INDUSTRY: (Theme.TECHNOLOGY,),
    Area.SOCIETAL: (Theme.SOCIETY,),
    Area.MEDIA: (Theme.SOCIETY,),
}


class State(StrEnum):
    """Where an action stands."""

    PLANNED = "planned"
    UNDER_WAY = "under way"
    DONE = "done"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that an assessment found."""

    id: str
    words: str
    edition: str


@dataclass(frozen=True, slots=True)
class Action:
    """What is done about a finding."""

    id: str
    finding: str
    theme: Theme
    words: str
    owner: str
    indicator: str
    due: date
    state: State = State.PLANNED


@dataclass(frozen=True, slots=True)
class Review:
    """What the tracker asks people to look at."""

    unanswered: tuple[Finding, ...]
    faults: tuple[tuple[Action, str], ...]
    overdue: tuple[Action, ...]


def review(findings: Sequence[Finding], actions: Sequence[Action], catalogue: Catalogue, today: date) -> Review:
    """Look through a tracker."""
    known = {each.id for each in findings}
    alive = [each for each in actions if each.state is not State.GIVEN_UP]
    answered = {each.finding for each in alive}
    faults = [(each, fault) for each in alive for fault in _faults(each, known, catalogue)]
    overdue = [each for each in alive if each.state is not State.DONE and each.due < today]
    return Review(tuple(each for each in findings if each.id not in answered), tuple(faults), tuple(overdue))


def _faults(action: Action, findings: set[str], catalogue: Catalogue) -> list[str]:
    checks = (
        (action.finding in findings, "answers no finding"),
        (bool(action.owner.strip()), "has no owner"),
        (action.indicator in catalogue.indicators, "has no indicator of the registry by which to tell"),
    )
    return [words for holds, words in checks if not holds]
