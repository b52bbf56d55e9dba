"""Words that people and machines read for what a report lacks, and for why it was refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from tutela.apps.intake.models import RowOutcome
from tutela.apps.intake.quality import Gap
from tutela.apps.intake.rules import Problem

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_OF_GAPS: Final[dict[Gap, tuple[_StrPromise, _StrPromise]]] = {
    Gap.NO_INCIDENT: (
        _("What kind of incident it is"),
        _("The kind decides which authority is asked, and how soon."),
    ),
    Gap.NO_TIME: (
        _("When it happened"),
        _("Without a time nobody can ask a provider who was connected."),
    ),
    Gap.NO_ACCOUNT: (
        _("An account"),
        _("Without an account there is nobody to ask about."),
    ),
    Gap.NO_PLATFORM: (
        _("The platform of the account"),
        _("A name alone belongs to many people: only its platform can tell which."),
    ),
    Gap.NO_IP: (
        _("An IP address, with its time and port"),
        _("It leads from an account to a connection, and often to the country that can act."),
    ),
    Gap.IP_WITHOUT_TIME: (
        _("The time of an IP address"),
        _("An address changes hands: without its time it belongs to nobody in particular."),
    ),
    Gap.IP_WITHOUT_PORT: (
        _("The port of an IP address"),
        _("Many share one address at the same moment, and only the port tells them apart."),
    ),
    Gap.NO_JURISDICTION: (
        _("A country"),
        _("Without a country the report reaches no authority by itself: a person must find out where."),
    ),
    Gap.NO_DIGEST: (
        _("A digest of the file"),
        _("With it, what is known already is recognised without anybody looking."),
    ),
    Gap.NO_PAGE: (
        _("The address of a page"),
        _("Without an address or an account nothing can be removed."),
    ),
    Gap.NO_AGE: (
        _("How old the child seems"),
        _("It helps to put the youngest first."),
    ),
}
PROBLEMS: Final[dict[Problem, _StrPromise]] = {
    Problem.HAS_MEDIA: _("It carried a file or a picture: these are never taken in."),
    Problem.NO_ADDRESS: _("It named no page, file, account, or child in danger: nobody could act on it."),
    Problem.NOT_AN_ADDRESS: _("What stood for an address is none."),
    Problem.TOO_LONG: _("Its text was too long."),
    Problem.TOO_MANY: _("It named too many things for one report."),
}
OUTCOMES: Final[dict[RowOutcome, _StrPromise]] = {
    RowOutcome.TAKEN: _("Taken in"),
    RowOutcome.THERE: _("There already"),
    RowOutcome.REFUSED: _("Refused"),
    RowOutcome.KEY_REUSED: _("Another report under the same name"),
}


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing, and why it matters."""

    code: str
    what: str
    why: str


def missing(gaps: Gap) -> list[Missing]:
    """Say what is missing, in the order of the gaps."""
    return [Missing(code_of(gap), str(_OF_GAPS[gap][0]), str(_OF_GAPS[gap][1])) for gap in gaps]


def code_of(gap: Gap) -> str:
    """Return the word of a gap in the JSON API."""
    return (gap.name or "").lower().replace("_", "-")


def problem_of(code: str) -> str:
    """Return why a row was refused; the code itself where a newer version wrote it."""
    return str(PROBLEMS[Problem(code)]) if code in set(Problem) else code
