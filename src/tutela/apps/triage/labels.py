"""Words that people read for the reasons behind a place in the queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tutela.apps.triage.rules import Code

if TYPE_CHECKING:
    from tutela.apps.triage.models import Case


@dataclass(frozen=True, slots=True)
class Because:
    """One reason, said."""

    sentence: str
    points: int


def because(case: Case) -> list[Because]:
    """Return every reason for the place of a case, the weightiest first."""
    return [Because(_sentence(Code(code), count), points) for code, points, count in case.reasons]


def _sentence(code: Code, count: int) -> str:
    sentences = {
        Code.CHILD_IN_DANGER: _("A child may be in danger now"),
        Code.KNOWN: _("Known: a registered list has exactly these bytes"),
        Code.SEVERAL_LISTS: _("%(count)d lists agree"),
        Code.LOOKS_ALIKE: _("Looks like something known: a question, not an answer"),
        Code.HAS_ADDRESS: _("It has an address, so it can be removed"),
        Code.SEVERAL_REPORTS: _("Reported %(count)d times"),
    }
    return sentences[code] % {"count": count}
