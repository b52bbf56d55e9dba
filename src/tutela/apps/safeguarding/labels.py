"""Words that people read for causes, steps and failures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tutela.apps.safeguarding.alerting import Failure
from tutela.apps.safeguarding.directory import ServiceKind
from tutela.apps.safeguarding.rules import Cause, Step

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.utils.functional import _StrPromise

CAUSES: Final[dict[Cause, _StrPromise]] = {
    Cause.DANGER_NOW: gettext_lazy("A child is said to be in danger now"),
    Cause.SELF_HARM: gettext_lazy("A child may harm itself"),
    Cause.CHILD_FINDABLE: gettext_lazy("A child is named or can be found"),
    Cause.REPORTER_IS_CHILD: gettext_lazy("The one who reports is a child"),
    Cause.APPROACHED: gettext_lazy("An account approached a child: its platform can find the child"),
}
STEPS: Final[dict[Step, _StrPromise]] = {
    Step.OPEN: gettext_lazy("nobody was asked yet"),
    Step.HANDED_OVER: gettext_lazy("handed over, not acknowledged yet"),
    Step.ACKNOWLEDGED: gettext_lazy("acknowledged, not answered yet"),
    Step.ANSWERED: gettext_lazy("answered"),
    Step.REFUSED: gettext_lazy("refused by the service"),
    Step.NOT_NEEDED: gettext_lazy("not needed any more"),
}
SERVICES: Final[dict[ServiceKind, _StrPromise]] = {
    ServiceKind.CHILD_PROTECTION: gettext_lazy("Child protection"),
    ServiceKind.POLICE: gettext_lazy("Police"),
}
FAILURES: Final[dict[Failure, _StrPromise]] = {
    Failure.NOBODY_ON_CALL: gettext_lazy("Nobody is on call, so nobody could be asked. A supervisor sets the rota."),
    Failure.NO_MAIL_SERVER: gettext_lazy("No mail server is configured, so nobody could be asked."),
    Failure.NOT_TAKEN: gettext_lazy("The mail server did not take the message."),
}


def because(causes: Collection[str]) -> list[str]:
    """Return why somebody must see to a child, the most urgent first."""
    return [str(CAUSES[cause]) for cause in Cause if cause in causes]


def place_of(jurisdiction: str) -> str:
    """Return a place as pages show it."""
    return jurisdiction.upper() or _("place not named")
