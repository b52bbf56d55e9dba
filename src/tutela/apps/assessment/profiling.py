"""Self-assessments of a country by the Model National Response, and of a platform by the six duties of industry.

Rules:

1. A self-assessment belongs to the organisation that makes it. Nobody else sees it until it is published, and then they
   see the answers: not the evidence, not the documents, not who answered.
2. Nothing here adds answers up, or ranks countries. The only comparison is that of a country with its own
   edition before.
3. A published profile is a frozen copy; the answers behind it cannot be changed any more. What is different next year
   is another edition.
4. A document stays with its owner. Its title, place, day and SHA-256 are kept, so that it can be recognised.

    profile = begin(actor, "NLD", "2026")
    answer(actor, profile.id, Said(12, Answer.YES, Answer.PARTLY), evidence="...", next_step="...")
    publish(actor, profile.id)            # once all 21 are answered
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Final

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from tutela.apps.access.public import Target, authorise, can
from tutela.apps.assessment.models import CapabilityAnswer, Document, PlatformCheck, Profile, PublishedProfile
from tutela.apps.assessment.rules import CAPABILITIES, ProfileError, Said, missing
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, pseudonym_of, record
from tutela.domain.actors import Actor, Permission
from tutela.domain.ids import OrganisationId
from tutela.engine import clock
from tutela.engine.assessment import capability
from tutela.engine.assessment.capability import Answer
from tutela.engine.assessment.duties import Duty

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

WORDS_MAX: Final = 4000
_COUNTRY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


def begin(actor: Actor, country: str, edition: str) -> Profile:
    """Begin the self-assessment of a country for an edition."""
    organisation_id = _editor(actor)
    if not _COUNTRY.fullmatch(country):
        raise ProfileError(_("A country is written with its three capital letters (ISO 3166-1)."))
    if not edition.strip():
        raise ProfileError(_("Say for which edition this is."))
    made = Profile(organisation_id=organisation_id, country=country, edition=edition.strip()[:80])
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            record(Action.PROFILE_BEGUN, kind=ObjectKind.PROFILE, object_id=made.id, actor=actor)
    except IntegrityError:
        raise ProfileError(_("There is a self-assessment of this country for this edition already.")) from None
    return made


@transaction.atomic
def answer(actor: Actor, profile_id: UUID, said: Said, *, evidence: str = "", next_step: str = "") -> None:
    """Answer one capability, or answer it anew."""
    profile = _to_change(actor, profile_id)
    if said.capability not in CAPABILITIES:
        raise ProfileError(_("There are 21 capabilities."))
    if said.contradicts_itself:
        raise ProfileError(_("Nothing is carried out further than it exists."))
    record(
        Action.PROFILE_ANSWERED,
        kind=ObjectKind.PROFILE,
        object_id=profile.id,
        actor=actor,
        digests={"answer": _digest(said.plain())},
        reason=ReasonCode.PERSON_DECIDED,
    )
    row, _made = CapabilityAnswer.objects.get_or_create(
        profile=profile,
        capability=said.capability,
        defaults={"existence": said.existence, "implementation": said.implementation},
    )
    row.existence, row.implementation = said.existence, said.implementation
    row.evidence, row.next_step = evidence.strip()[:WORDS_MAX], next_step.strip()[:WORDS_MAX]
    row.answered_at, row.answered_by = clock.now(), pseudonym_of(actor)
    row.save()


@transaction.atomic
def add_document(
    actor: Actor, profile_id: UUID, capability: int, *, title: str, place: str, dated: date, sha256: str
) -> Document:
    """Name a document that shows what an answer says. The document itself stays with its owner."""
    profile = _to_change(actor, profile_id)
    if not _SHA256.fullmatch(sha256):
        raise ProfileError(_("A SHA-256 has 64 digits and letters from a to f."))
    row = CapabilityAnswer.objects.filter(profile=profile, capability=capability).first()
    if row is None:
        raise ProfileError(_("Answer the capability first."))
    if row.documents.filter(sha256=sha256).exists():
        raise ProfileError(_("This document is named there already."))
    made = Document.objects.create(answer=row, title=title[:200], place=place[:400], dated=dated, sha256=sha256)
    record(
        Action.PROFILE_ANSWERED,
        kind=ObjectKind.PROFILE,
        object_id=profile.id,
        actor=actor,
        digests={"document": bytes.fromhex(sha256)},
    )
    return made


@transaction.atomic
def publish(actor: Actor, profile_id: UUID) -> PublishedProfile:
    """Publish the answers of a whole self-assessment, for good."""
    profile = _to_change(actor, profile_id, Permission.ASSESSMENT_PROFILE_PUBLISH)
    said = list(answers(profile).values())
    if lacking := missing(said):
        raise ProfileError(_("%(count)s capabilities are not answered yet.") % {"count": len(lacking)})
    plain = [each.plain() for each in sorted(said, key=lambda each: each.capability)]
    digest = _digest({"country": profile.country, "edition": profile.edition, "answers": plain})
    made = PublishedProfile.objects.create(
        profile_id=profile.id, country=profile.country, edition=profile.edition, answers=plain, digest=digest.hex()
    )
    profile.published_at = made.published_at
    profile.save(update_fields=["published_at"])
    record(
        Action.PROFILE_PUBLISHED,
        kind=ObjectKind.PROFILE,
        object_id=profile.id,
        actor=actor,
        digests={"answers": digest},
        reason=ReasonCode.PERSON_DECIDED,
    )
    return made


def profiles(actor: Actor) -> QuerySet[Profile]:
    """Return the self-assessments of the actor's organisation, the newest first."""
    authorise(actor, Permission.ASSESSMENT_PROFILE_READ)
    return Profile.objects.filter(organisation_id=actor.organisation_id)


def profile(actor: Actor, profile_id: UUID) -> Profile:
    """Return one of them; `Http404` where it is not there for this actor."""
    found = get_object_or_404(Profile, id=profile_id)
    authorise(actor, Permission.ASSESSMENT_PROFILE_READ, Target(OrganisationId(found.organisation_id)))
    return found


def answers(of: Profile) -> dict[int, Said]:
    """Return what a self-assessment says, by capability. The caller has asked for it."""
    rows = of.answers.values_list("capability", "existence", "implementation")
    return {number: Said(number, Answer(there), Answer(done)) for number, there, done in rows}


def before(of: Profile) -> Profile | None:
    """Return the self-assessment of the same country that came before it."""
    rows = Profile.objects.filter(organisation_id=of.organisation_id, country=of.country, begun_at__lt=of.begun_at)
    return rows.first()


def published(actor: Actor) -> QuerySet[PublishedProfile]:
    """Return what countries published, in the order of their codes: no other order is offered."""
    authorise(actor, Permission.ASSESSMENT_PROFILE_READ)
    return PublishedProfile.objects.all()


def newest_published(actor: Actor, countries: Collection[str]) -> list[UUID]:
    """Return what each of these countries published last, by its id; nothing for whoever may not read profiles."""
    if not can(actor, Permission.ASSESSMENT_PROFILE_READ):
        return []
    rows = published(actor).filter(country__in=countries).order_by("published_at", "id")
    newest = {each.country: each.id for each in rows}
    return [each for _country, each in sorted(newest.items())]


def as_published(ids: Iterable[str]) -> list[capability.Profile]:
    """Return published self-assessments as the engine tells them, for background work."""
    return [
        capability.Profile(
            row.country,
            row.edition,
            tuple(
                capability.Answered(said.capability, said.existence, said.implementation)
                for said in map(Said.read, row.answers)
            ),
            shared=True,
        )
        for row in PublishedProfile.objects.filter(id__in=list(ids)).order_by("country")
    ]


@transaction.atomic
def check_platform(actor: Actor, platform: str, said: Mapping[Duty, tuple[Answer, Answer]]) -> PlatformCheck:
    """Keep what a platform says of itself: each of the six duties, whether there is something and whether it works."""
    organisation_id = _editor(actor)
    if not platform.strip() or set(said) != set(Duty):
        raise ProfileError(_("Name the platform, and answer each of the six."))
    if any(Said(0, there, done).contradicts_itself for there, done in said.values()):
        raise ProfileError(_("Nothing is carried out further than it exists."))
    plain = {duty.name: [there.value, done.value] for duty, (there, done) in said.items()}
    made = PlatformCheck.objects.create(
        organisation_id=organisation_id, platform=platform.strip()[:200], answers=plain, made_by=pseudonym_of(actor)
    )
    record(
        Action.PROFILE_ANSWERED,
        kind=ObjectKind.PROFILE,
        object_id=made.id,
        actor=actor,
        digests={"answers": _digest(plain)},
        reason=ReasonCode.PERSON_DECIDED,
    )
    return made


def platform_checks(actor: Actor) -> QuerySet[PlatformCheck]:
    """Return the self-assessments of platforms, the newest first."""
    authorise(actor, Permission.ASSESSMENT_PROFILE_READ)
    return PlatformCheck.objects.filter(organisation_id=actor.organisation_id)


def _editor(actor: Actor) -> OrganisationId:
    authorise(actor, Permission.ASSESSMENT_PROFILE_EDIT)
    if actor.organisation_id is None:
        raise ProfileError(_("Only somebody of an organisation can do this."))
    return actor.organisation_id


def _to_change(actor: Actor, profile_id: UUID, permission: Permission = Permission.ASSESSMENT_PROFILE_EDIT) -> Profile:
    found = get_object_or_404(Profile.objects.select_for_update(no_key=True), id=profile_id)
    authorise(actor, permission, Target(OrganisationId(found.organisation_id)))
    if found.published_at:
        raise ProfileError(_("It is published and does not change any more. Begin another edition."))
    return found


def _digest(plain: object) -> bytes:
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).digest()
