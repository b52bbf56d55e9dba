"""Editions: a release made into a report that people read. A person asks for it, the background worker builds it.

Rules:

1. An edition is of one release, through the lenses and with the country briefs and cost scenarios that were asked for.
   A brief tells what the country published of itself by then, and never what is private to it. The edition's day is
   that of the release, so the same request makes the same bytes, whenever it is built.
2. Its files lie in `TUTELA_HOME/editions`, one folder an edition, and each is there whole or not at all. The database
   keeps their digests: a file that is not what was built is not handed out. No backup holds the files, because the
   edition can be built again from its release.
3. What the rules of editions refuse (a word to be avoided, a country of which nothing may be shown) refuses the whole
   edition, and it says why. What goes wrong otherwise is tried again like any job; where the worker gave up, or a file
   is gone, a person has it built again.

    made = ask(actor, Order(release.id, "The figures of 2026", (Lens.PEOPLE,), ("KEN",)))
    # the job `assessment.edition` runs: build(made.id), then keep(...)
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from tutela.apps.access.public import Target, authorise
from tutela.apps.assessment import costing, data, profiling, releasing
from tutela.apps.assessment.models import Edition, Release
from tutela.apps.assessment.rules import Stage
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, pseudonym_of, record
from tutela.apps.jobs.public import enqueue, is_under_way
from tutela.domain.actors import SYSTEM, Actor, Permission
from tutela.domain.errors import TutelaError
from tutela.domain.ids import OrganisationId
from tutela.engine import clock
from tutela.engine.assessment.charts import ChartError
from tutela.engine.assessment.edition import costs, plans
from tutela.engine.assessment.edition.additions import Additions
from tutela.engine.assessment.edition.plans import PlanError
from tutela.engine.assessment.indicators import Lens
from tutela.engine.assessment.registry import NotObservedError
from tutela.engine.assessment.rules import UnfitError
from tutela.engine.durable import private_folder, replace_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.engine.assessment.edition.plans import Plan
    from tutela.engine.assessment.registry import Registry

COUNTRIES_MAX: Final = 40
FOLDER: Final = "editions"
_TITLE_MAX: Final = 200
_PLAN: Final = "2026"  # what an edition shows through each lens
_WORDS_MAX: Final = 500
_REFUSALS: Final = (PlanError, ChartError, UnfitError, NotObservedError)


class EditionError(TutelaError):
    """An edition cannot be asked for, or a file of it not be had; the message is for whoever tried."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for."""

    release: UUID
    title: str
    lenses: tuple[Lens, ...]
    countries: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()  # ids of kept cost scenarios

    def plain(self) -> dict[str, Any]:
        """Return as JSON can say it what does not stand in a column of its own."""
        return {
            "lenses": [each.value for each in self.lenses],
            "countries": list(self.countries),
            "scenarios": list(self.scenarios),
        }

    @classmethod
    def of(cls, row: Edition) -> Order:
        """Return what an edition was asked for."""
        asked: Mapping[str, Any] = row.asked
        lenses = tuple(map(Lens, asked["lenses"]))
        return cls(row.release_id, row.title, lenses, tuple(asked["countries"]), tuple(asked["scenarios"]))


@dataclass(frozen=True, slots=True)
class File:
    """One file of an edition."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Built:
    """What became of an edition: its files, or why there are none."""

    files: tuple[File, ...]
    refused_because: str = ""


@transaction.atomic
def ask(actor: Actor, order: Order) -> Edition:
    """Ask for an edition. It is built in the background."""
    organisation_id = releasing.editor(actor)
    found = releasing.release(actor, order.release)
    if len(order.countries) > COUNTRIES_MAX:
        raise EditionError(_("Choose at most %(count)s countries.") % {"count": COUNTRIES_MAX})
    try:
        _plan(order, found)
    except PlanError as error:
        raise EditionError(f"{error}. {error.hint or ''}".strip()) from error
    observed = {each.area for each in releasing.opened(found).observations}
    if missing := [each for each in order.countries if each not in observed]:
        raise EditionError(_("This release holds nothing of %(country)s.") % {"country": missing[0]})
    if len(costing.chosen(organisation_id, order.scenarios)) < len(order.scenarios):
        raise EditionError(_("There is no such scenario."))
    profiles = profiling.newest_published(actor, order.countries)
    made = Edition.objects.create(
        organisation_id=organisation_id,
        release=found,
        title=order.title.strip()[:_TITLE_MAX],
        asked=order.plain() | {"profiles": [str(each) for each in profiles]},
        asked_by=pseudonym_of(actor),
    )
    _begin(actor, made, bytes.fromhex(found.digest))
    return made


@transaction.atomic
def again(actor: Actor, edition_id: UUID) -> Edition:
    """Have an edition built again, whose building was given up or refused, or of which a file is gone."""
    found = get_object_or_404(Edition.objects.select_for_update(no_key=True, of=("self",)), id=edition_id)
    authorise(actor, Permission.ASSESSMENT_DATA_EDIT, Target(OrganisationId(found.organisation_id)))
    if found.state == Stage.WAITING and is_under_way(_key(found)):
        return found
    found.state, found.refused_because, found.files_made, found.file_count = Stage.WAITING, "", 0, 0
    found.save(update_fields=["state", "refused_because", "files_made", "file_count"])
    _begin(actor, found, bytes.fromhex(Release.objects.values_list("digest", flat=True).get(id=found.release_id)))
    return found


def editions(actor: Actor) -> QuerySet[Edition]:
    """Return the editions of the actor's organisation, the newest first."""
    authorise(actor, Permission.ASSESSMENT_DATA_READ)
    rows = Edition.objects.filter(organisation_id=actor.organisation_id)
    return rows.select_related("release").defer("release__tables")


def edition(actor: Actor, edition_id: UUID) -> Edition:
    """Return one of them; `Http404` where it is not there for this actor."""
    found = get_object_or_404(Edition.objects.select_related("release").defer("release__tables"), id=edition_id)
    authorise(actor, Permission.ASSESSMENT_DATA_READ, Target(OrganisationId(found.organisation_id)))
    return found


def files(found: Edition) -> list[File]:
    """Return what an edition consists of; nothing where it is not built."""
    return [File(*each) for each in found.files] if found.state == Stage.DONE else []


def missing(found: Edition) -> list[File]:
    """Return the files that are not where they were written."""
    folder = _folder(found)
    return [each for each in files(found) if not (folder / each.name).is_file()]


def content(found: Edition, name: str) -> bytes:
    """Return a file, checked against its digest; `EditionError` where it is not there, or not what was built."""
    known = next((each for each in files(found) if each.name == name), None)
    if known is None:
        raise EditionError(_("There is no such file."))
    try:
        held = (_folder(found) / known.name).read_bytes()
    except OSError:
        held = b""
    if hashlib.sha256(held).hexdigest() != known.sha256:
        raise EditionError(_("This file is gone, or is not what was built. Have the edition built again."))
    return held


def was_given_up(found: Edition) -> bool:
    """Return whether an edition waits and nobody builds it any more."""
    return found.state == Stage.WAITING and not is_under_way(_key(found))


def build(edition_id: UUID) -> Built | None:
    """Build an edition, file by file; None where that is done. No transaction is open meanwhile."""
    from tutela.engine.assessment.edition import building  # noqa: PLC0415 - 84 MB, only where something is drawn

    row = Edition.objects.select_related("release").get(id=edition_id)
    if row.state != Stage.WAITING:
        return None
    registry, order, folder = releasing.opened(row.release), Order.of(row), _folder(row)
    try:
        plan = _plan(order, row.release)
        made: list[File] = []
        _say(row, 0, building.count(registry, plan))
        shutil.rmtree(folder, ignore_errors=True)
        for name, told in building.files(registry, plan, _additions(row, registry)):
            private_folder((folder / name).parent)
            replace_file(folder / name, told)
            made.append(File(name, len(told), hashlib.sha256(told).hexdigest()))
            _say(row, len(made), 0)
    except _REFUSALS as refusal:
        shutil.rmtree(folder, ignore_errors=True)
        hint = getattr(refusal, "hint", "") or ""
        return Built((), f"{refusal}. {hint}".strip()[:_WORDS_MAX])
    return Built(tuple(made))


@transaction.atomic
def keep(edition_id: UUID, found: Built | None) -> None:
    """Keep what became of an edition, once."""
    row = Edition.objects.select_for_update(no_key=True).get(id=edition_id)
    if found is None or row.state != Stage.WAITING:
        return
    row.state = Stage.DONE if found.files else Stage.REFUSED
    row.files = [[each.name, each.size_bytes, each.sha256] for each in found.files]
    row.refused_because, row.built_at = found.refused_because, clock.now()
    row.save(update_fields=["state", "files", "refused_because", "built_at"])
    told = hashlib.sha256("\n".join(f"{each.sha256}  {each.name}" for each in found.files).encode()).digest()
    digests = {"files": told} if found.files else {}
    record(Action.EDITION_BUILT, kind=ObjectKind.EDITION, object_id=row.id, actor=SYSTEM, digests=digests)


def _begin(actor: Actor, row: Edition, release: bytes) -> None:
    record(
        Action.EDITION_ASKED,
        kind=ObjectKind.EDITION,
        object_id=row.id,
        actor=actor,
        digests={"release": release},
        reason=ReasonCode.PERSON_DECIDED,
    )
    enqueue("assessment.edition", {"edition_id": str(row.id)}, key=_key(row))


def _say(row: Edition, made: int, count: int) -> None:
    """Say how far it is, for whoever looks."""
    with transaction.atomic():
        rows = Edition.objects.filter(id=row.id, state=Stage.WAITING)
        rows.update(files_made=made, **({"file_count": count} if count else {}))


def _plan(order: Order, release: Release) -> Plan:
    shown = plans.load(_PLAN)
    return plans.narrowed(
        shown,
        name=f"{shown.name}-{release.number}",
        title=order.title.strip()[:_TITLE_MAX],
        day=release.made_at.date(),
        lenses=order.lenses,
        countries=order.countries,
    )


def _additions(row: Edition, registry: Registry) -> Additions:
    """Return what stands in an edition beside its release; all of it was chosen when the edition was asked for."""
    known = registry.catalogue
    corrected = data.corrections(row.organisation_id, until=row.release.made_at)
    told = (each for each in corrected if each.key[0] in known.indicators and each.source in known.sources)
    asked = costing.chosen(row.organisation_id, Order.of(row).scenarios)
    return Additions(
        corrections=tuple(told),
        costs=tuple(each for scenario in asked for each in costs.by_method(registry, scenario)),
        profiles=tuple(profiling.as_published(row.asked.get("profiles", ()))),
    )


def _key(row: Edition) -> str:
    return f"edition:{row.id}"


def _folder(row: Edition) -> Path:
    return settings.TUTELA.home / FOLDER / str(row.id)
