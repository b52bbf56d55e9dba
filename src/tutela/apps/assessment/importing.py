"""Data sets come in: whole, or not at all, with every row that is the reason.

Rules:

1. A package is a set of tables by name: `observations*.csv`, and besides them definitions (`indicators.csv`,
   `sources.csv`, `areas.csv`, `breaks.csv`) of what does not ship. A Frictionless descriptor may stand among them.
2. One refused row refuses the package. What was refused is a row that a person can find, with table, line and reason;
   never with its contents.
3. A definition of ours is not replaced, and no value that is known is contradicted: that would be a correction.
4. The same package comes in once.

    made = take_in(actor, "National survey 2026", {"observations.csv": data})
    made.was_taken, made.refused_count
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from tutela.apps.access.public import Target, authorise
from tutela.apps.assessment import data, packages, packing
from tutela.apps.assessment.models import DataSet, Refusal
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, pseudonym_of, record
from tutela.domain.actors import Actor, Permission
from tutela.domain.errors import TutelaError
from tutela.domain.ids import OrganisationId
from tutela.domain.limits import AssessmentLimits
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.db.models import QuerySet


_LIMITS: Final = AssessmentLimits()
_TITLE_MAX: Final = 200
_WORDS_MAX: Final = 300


class DataSetError(TutelaError):
    """A package cannot come in at all; the message is for whoever handed it in."""


@transaction.atomic
def take_in(actor: Actor, title: str, files: Mapping[str, bytes]) -> DataSet:
    """Take a package in, or keep why not. Raises `DataSetError` where it is there already or holds nothing."""
    organisation_id = _organisation_of(actor)
    digest = _digest(files)
    if not any(files.values()):
        raise DataSetError(_("There is nothing in these files."))
    if DataSet.objects.filter(organisation_id=organisation_id, sha256=digest, was_taken=True).exists():
        raise DataSetError(_("This data set has been taken in already."))
    read = packages.read(data.public_registry(organisation_id), files, clock.now().date())
    made = DataSet(
        organisation_id=organisation_id,
        title=title.strip()[:_TITLE_MAX],
        sha256=digest,
        was_taken=not read.refused,
        row_count=len(read.observations),
        refused_count=read.refused_count,
        tables=packing.pack(files) if not read.refused else b"",
        imported_by=pseudonym_of(actor),
    )
    made.save(force_insert=True)
    kept = [
        Refusal(data_set=made, table=row.table[:80], line=row.line, reason=row.reason, words=row.words[:_WORDS_MAX])
        for row in read.refused[: _LIMITS.refused_rows_kept_max]
    ]
    Refusal.objects.bulk_create(kept)
    record(
        Action.DATA_IMPORTED if made.was_taken else Action.DATA_REFUSED,
        kind=ObjectKind.DATA_SET,
        object_id=made.id,
        actor=actor,
        digests={"sha256": bytes.fromhex(digest)},
        reason=ReasonCode.PERSON_DECIDED,
    )
    return made


def data_sets(actor: Actor) -> QuerySet[DataSet]:
    """Return what came in or was refused, the newest first, without the tables."""
    authorise(actor, Permission.ASSESSMENT_DATA_READ)
    return DataSet.objects.filter(organisation_id=actor.organisation_id).defer("tables")


def data_set(actor: Actor, data_set_id: UUID) -> DataSet:
    """Return one of them; `Http404` where it is not there for this actor."""
    found = get_object_or_404(DataSet.objects.defer("tables"), id=data_set_id)
    authorise(actor, Permission.ASSESSMENT_DATA_READ, Target(OrganisationId(found.organisation_id)))
    return found


def _organisation_of(actor: Actor) -> OrganisationId:
    authorise(actor, Permission.ASSESSMENT_DATA_EDIT)
    if actor.organisation_id is None:
        raise DataSetError(_("Only somebody of an organisation can do this."))
    return actor.organisation_id


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()
