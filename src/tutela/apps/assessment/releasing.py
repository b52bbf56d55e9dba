"""Releases and corrections: what was said stays as it was said, and what was wrong says so.

Rules:

1. A release freezes every definition and value of an organisation, without its own counts, under a digest over their
   contents. It never changes. Pages and citations name it by that digest.
2. At most one release is the baseline that later ones are compared with; another can take its place.
3. A correction names the value as it stands, what it becomes or that it is withdrawn, why, and by which source.
   Releases that were frozen before keep the old value; the comparison of two releases shows it.
4. Opening a release checks its contents against its digest.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Max
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from tutela.apps.access.public import Target, authorise
from tutela.apps.assessment import data, packing
from tutela.apps.assessment.models import Correction, Release
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, pseudonym_of, record
from tutela.domain.actors import Actor, Permission
from tutela.domain.errors import TutelaError
from tutela.domain.ids import OrganisationId
from tutela.engine import clock
from tutela.engine.assessment import registry as registries
from tutela.engine.assessment import releases as engine

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.engine.assessment.registry import Registry

REASON_CHARACTERS_MAX: Final = 1000
_TITLE_MAX: Final = 200


class ReleaseError(TutelaError):
    """Nothing can be frozen or corrected like this; the message is for whoever tried."""


@transaction.atomic
def freeze(actor: Actor, title: str, *, is_baseline: bool = False) -> Release:
    """Freeze everything as it stands."""
    organisation_id = editor(actor)
    rows = Release.objects.select_for_update(no_key=True).filter(organisation_id=organisation_id)
    registry = data.public_registry(organisation_id)
    digest = registry.digest
    if rows.filter(digest=digest).exists():
        raise ReleaseError(_("Nothing has changed since this was frozen last."))
    if is_baseline:
        rows.filter(is_baseline=True).update(is_baseline=False)
    made = Release.objects.create(
        organisation_id=organisation_id,
        number=(rows.aggregate(newest=Max("number"))["newest"] or 0) + 1,
        title=title.strip()[:_TITLE_MAX],
        is_baseline=is_baseline,
        digest=digest,
        tables=packing.pack(registries.tables(registry)),
        made_by=pseudonym_of(actor),
    )
    record(
        Action.RELEASE_MADE,
        kind=ObjectKind.RELEASE,
        object_id=made.id,
        actor=actor,
        digests={"tables": bytes.fromhex(digest)},
        reason=ReasonCode.PERSON_DECIDED,
    )
    return made


def releases(actor: Actor) -> QuerySet[Release]:
    """Return every release of the actor's organisation, the newest first, without its tables."""
    authorise(actor, Permission.ASSESSMENT_DATA_READ)
    return Release.objects.filter(organisation_id=actor.organisation_id).defer("tables")


def release(actor: Actor, release_id: UUID) -> Release:
    """Return one of them; `Http404` where it is not there for this actor."""
    found = get_object_or_404(Release.objects.defer("tables"), id=release_id)
    authorise(actor, Permission.ASSESSMENT_DATA_READ, Target(OrganisationId(found.organisation_id)))
    return found


def opened(found: Release) -> Registry:
    """Return what a release holds, checked against its digest."""
    frozen = data.of_release(found)
    engine.Release(found.title, found.made_at.date(), found.digest, frozen).verify()
    return frozen


def changes_between(earlier: Release, later: Release) -> tuple[engine.Change, ...]:
    """Return what differs between two releases."""
    return engine.compare(opened(earlier), opened(later))


@transaction.atomic
def correct(
    actor: Actor, key: tuple[str, str, str, str], becomes: float | None, *, reason: str, source: str
) -> Correction:
    """Correct one value, or withdraw it."""
    organisation_id = editor(actor)
    registry = data.public_registry(organisation_id)
    was = next((each for each in registry.observations if each.key == key), None)
    if was is None:
        raise ReleaseError(_("There is no such value to correct."))
    said = reason.strip()[:REASON_CHARACTERS_MAX]
    try:
        engine.correct(registry, [engine.Correction(key, was.value, becomes, said, source, clock.now().date())])
    except engine.CorrectionError as error:
        raise ReleaseError(_("Say why it is corrected, and by which source of the registry.")) from error
    indicator, area, span, cell = key
    made = Correction.objects.create(
        organisation_id=organisation_id,
        indicator=indicator,
        area=area,
        span=span,
        cell=cell,
        was=was.value,
        becomes=becomes,
        source=source,
        reason=said,
        corrected_by=pseudonym_of(actor),
    )
    digest = hashlib.sha256(json.dumps([*key, was.value, becomes]).encode()).digest()
    record(
        Action.DATA_CORRECTED,
        kind=ObjectKind.DATA_SET,
        object_id=made.id,
        actor=actor,
        digests={"values": digest},
        reason=ReasonCode.MISTAKE,
    )
    return made


def corrections(actor: Actor, indicator: str = "") -> QuerySet[Correction]:
    """Return what was corrected, of one indicator or of all."""
    authorise(actor, Permission.ASSESSMENT_DATA_READ)
    rows = Correction.objects.filter(organisation_id=actor.organisation_id)
    return rows.filter(indicator=indicator) if indicator else rows


def editor(actor: Actor) -> OrganisationId:
    """Return the organisation whose data the actor may change."""
    authorise(actor, Permission.ASSESSMENT_DATA_EDIT)
    if actor.organisation_id is None:
        raise ReleaseError(_("Only somebody of an organisation can do this."))
    return actor.organisation_id
