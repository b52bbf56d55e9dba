"""What other apps and the house may ask of the assessment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from tutela.apps.access.public import can
from tutela.apps.assessment import data
from tutela.apps.assessment.data import taken_and_overruled
from tutela.domain.actors import Actor, Permission
from tutela.domain.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["taken_and_overruled", "waiting"]


def waiting(actor: Actor) -> Iterator[Waiting]:
    """Yield what waits for this actor: data sets that what ships contradicts by now."""
    if can(actor, Permission.ASSESSMENT_DATA_EDIT) and (overruled := data.overruled(actor)):
        yield Waiting(_("Data sets that what ships contradicts"), len(overruled), reverse("data-sets"))
