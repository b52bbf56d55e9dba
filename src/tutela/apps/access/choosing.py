"""The verbs about what a team can do, and about what a person does not want to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from tutela.apps.access import services
from tutela.apps.access.abilities import language_names
from tutela.apps.access.models import OptOut
from tutela.apps.access.public import authorise
from tutela.apps.custody.public import Action, ObjectKind, record
from tutela.domain.actors import Actor, Permission
from tutela.domain.reports import Incident

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from tutela.domain.skills import Skill


@transaction.atomic
def set_abilities(actor: Actor, team_id: UUID, skills: Collection[Skill], languages: Collection[str]) -> None:
    """Say what a team can do, from now on."""
    changed = services.team(actor, team_id, Permission.ACCESS_TEAM_EDIT)
    if unknown := set(languages) - language_names().keys():
        raise services.AccessError(_("Nobody here knows the language %(code)s.") % {"code": min(unknown)})
    changed.skills, changed.languages = sorted(skills), sorted(languages)
    changed.save(update_fields=["skills", "languages"])
    record(Action.SETTING_CHANGED, kind=ObjectKind.TEAM, object_id=changed.id, actor=actor)


@transaction.atomic
def opt_out(actor: Actor, incidents: Collection[Incident]) -> None:
    """Choose what one does not want to see. Nobody asks why; the record says that something was set, never what."""
    authorise(actor, Permission.ACCESS_ACCOUNT_MANAGE)
    assert actor.person_id is not None
    chosen = " ".join(sorted(set(incidents) - {Incident.NOT_SAID}))
    OptOut.objects.update_or_create(person_id=actor.person_id, defaults={"incidents": chosen})
    record(Action.SETTING_CHANGED, kind=ObjectKind.PERSON, object_id=actor.person_id, actor=actor)
