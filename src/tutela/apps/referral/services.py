"""The verbs of people: draft, change, approve, go on, take back, settle, hand over, and keep what an authority said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, record
from tutela.apps.jobs.public import enqueue
from tutela.apps.referral import authorities, dossier, drafts, packages, rules, sources, states
from tutela.apps.referral import filing as worker
from tutela.apps.referral.models import Feedback, Filing
from tutela.apps.referral.rules import FilingError, Step
from tutela.apps.referral.words import Channel, Outcome, Said
from tutela.apps.triage import public as triage
from tutela.domain.actors import Actor, Permission
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tutela.apps.referral.drafts import Draft

_P: Final = Permission
_NEW: Final = rules.Filing(files=0)
UNDER_WAY: Final = (Step.APPROVED, Step.FILING)
STILL_AFTER: Final = timedelta(hours=12)  # ten failures take four hours: by then nobody works on it any more


@transaction.atomic
def draft(actor: Actor, case_id: UUID, authority_id: str) -> Filing:
    """Write a draft of a case for an authority, from what its reports claim."""
    case = triage.case(actor, case_id, _P.REFERRAL_FILING_EDIT, lock=True)
    authority = authorities.authority(authority_id, clock.now().date())
    if authority is None:
        raise FilingError(_("No authority of this name is configured today."))
    if case.state == triage.CaseState.CLOSED:
        raise FilingError(_("This case has been closed already."))
    if Filing.objects.filter(case_id=case.id, authority=authority.id).exclude(step=Step.WITHDRAWN).exists():
        raise FilingError(_("This case has a report for this authority already."))
    made = Filing(
        case_id=case.id,
        organisation_id=case.organisation_id,
        authority=authority.id,
        channel=authority.channel,
        step=Step.DRAFT,
        written_by=actor.pseudonym,
        due_at=_due_at(authority.id, case.opened_at),
    )
    source = sources.in_place() if authority.channel is Channel.CYBERTIPLINE else None
    composed = dossier.compose(case.id, made.id, case.organisation.name, source)
    made.draft, made.state = states.write(composed), states.write(replace(_NEW, files=len(composed.media)))
    made.save(force_insert=True)
    _record(Action.FILING_DRAFTED, made, actor)
    return made


@transaction.atomic
def change(actor: Actor, filing_id: UUID, **changes: Any) -> None:
    """Change what a draft says (fields of `Reported`). Whoever changes it last is its writer: somebody else approves.

    What waits because the authority did not take it may be changed, too; then somebody approves it anew.
    """
    row = _locked(actor, filing_id, _P.REFERRAL_FILING_EDIT)
    state = _state(row)
    if state.step is Step.WAITING and state.opened is None and state.why is not rules.Why.HANDED_OVER:
        state = replace(state, step=Step.DRAFT, why=None, failures=0)
    if state.step is not Step.DRAFT:
        raise FilingError(_("Only a draft can be changed."))
    if moment := changes.get("occurred_at"):
        changes["occurred_at"] = drafts.not_ahead(moment, clock.now())
    kept = _draft(row)
    kept = replace(kept, reported=replace(kept.reported, **changes))
    row.draft, row.written_by, row.written_at = states.write(kept), actor.pseudonym, clock.now()
    row.approved_by, row.approved_at = "", None
    row.save(update_fields=["draft", "written_by", "written_at", "approved_by", "approved_at"])
    worker.write(row, state)
    _record(Action.FILING_CHANGED, row, actor)


@transaction.atomic
def approve(actor: Actor, filing_id: UUID) -> None:
    """Let a draft go. With the CyberTipline it is filed from then on; a package waits for whoever hands it over."""
    row = _locked(actor, filing_id, _P.REFERRAL_FILING_APPROVE)
    authority = authorities.authority(row.authority, clock.now().date())
    if authority is None or not authority.is_reviewed:
        raise FilingError(_("Nobody has reviewed the rules of this authority, so nothing is filed with it."))
    hindrances = dossier.appraise(_draft(row), row.channel).hindrances
    if hindrances:
        raise FilingError(hindrances[0])
    if authority.needs_two and row.written_by == actor.pseudonym:
        raise FilingError(_("Somebody else approves what you have written."))
    names = {"writer": row.written_by, "approver": actor.pseudonym, "needs_two": authority.needs_two}
    state = _further(rules.approve, row, **names)
    row.approved_by, row.approved_at = actor.pseudonym, clock.now()
    row.save(update_fields=["approved_by", "approved_at"])
    worker.write(row, state)
    _record(Action.FILING_APPROVED, row, actor)
    if row.channel == Channel.CYBERTIPLINE:
        plan(row)


@transaction.atomic
def resume(actor: Actor, filing_id: UUID) -> None:
    """Let what waits go on: somebody mended what hindered it; or what stands still, because its work was given up."""
    row = _locked(actor, filing_id, _P.REFERRAL_FILING_APPROVE)
    if not stands_still(row):
        worker.write(row, _further(rules.resume, row))
    _record(Action.FILING_RESUMED, row, actor)
    plan(row)


@transaction.atomic
def withdraw(actor: Actor, filing_id: UUID, note: str) -> None:
    """Take a report back. Where one is open with the authority it is retracted first, which may come too late."""
    row = _locked(actor, filing_id, _P.REFERRAL_FILING_APPROVE)
    state = _further(rules.withdraw, row)
    _record(Action.FILING_RECALLED, row, actor, note)
    worker.write(row, state)
    if state.step is Step.FILING:
        plan(row)


@transaction.atomic
def settle(actor: Actor, filing_id: UUID, reference: str, note: str) -> None:
    """Keep that the authority has it, as a person heard in another way: under which number, and how they know."""
    row = _locked(actor, filing_id, _P.REFERRAL_FILING_APPROVE)
    if not reference.strip() or not note.strip():
        raise FilingError(_("Say under which number the authority has it, and how you know."))
    state = _further(rules.settle, row)
    _record(Action.FILING_SETTLED, row, actor, note)
    worker.write(row, state)
    row.reference = reference.strip()
    row.save(update_fields=["reference"])


def package(actor: Actor, filing_id: UUID) -> bytes:
    """Return the signed package of what was approved; that it was made is recorded."""
    with transaction.atomic():
        row = _locked(actor, filing_id, _P.REFERRAL_FILING_APPROVE)
        if row.channel != Channel.PACKAGE or _state(row).step not in {Step.APPROVED, Step.WAITING}:
            raise FilingError(_("There is no package to hand over."))
        made = packages.signed(_draft(row))
        _record(Action.EXPORT_MADE, row, actor)
        return made


@transaction.atomic
def hand_over(actor: Actor, filing_id: UUID, note: str) -> None:
    """Keep that a person gave the package to the authority; the note says to whom and by which way."""
    row = _locked(actor, filing_id, _P.REFERRAL_FILING_APPROVE)
    if row.channel != Channel.PACKAGE:
        raise FilingError(_("This authority takes no packages."))
    if not note.strip():
        raise FilingError(_("Say to whom you gave it, and by which way."))
    worker.write(row, _further(rules.hand_over, row))
    _record(Action.FILING_HANDED_OVER, row, actor, note)


@transaction.atomic
def keep_feedback(actor: Actor, filing_id: UUID, said: Said, outcome: Outcome | None, note: str) -> None:
    """Keep what an authority said of a report that it has."""
    row = _locked(actor, filing_id, _P.REFERRAL_FILING_EDIT)
    if row.step != Step.FILED:
        raise FilingError(_("Nothing was filed yet that anybody could speak of."))
    made = outcome.value if outcome else ""
    Feedback.objects.create(filing=row, said=said.value, outcome=made, kept_by=actor.pseudonym)
    _record(Action.FEEDBACK_KEPT, row, actor, note)


def filing(actor: Actor, filing_id: UUID, permission: Permission = _P.REFERRAL_FILING_READ) -> Filing:
    """Return a filing that the actor may see; 404 or 403 otherwise."""
    found = Filing.objects.filter(id=filing_id).first()
    if found is None:
        raise Http404
    triage.case(actor, found.case_id, permission)
    return found


def stands_still(row: Filing) -> bool:
    """Whether nobody seems to work on what should be filed."""
    late = row.approved_at is not None and row.approved_at < clock.now() - STILL_AFTER
    return late and row.channel == Channel.CYBERTIPLINE and row.step in UNDER_WAY


def plan(row: Filing) -> None:
    """Have the worker go on with a filing, in the caller's transaction."""
    enqueue("referral.file", {"filing_id": str(row.id)}, key=f"file:{row.id}")


def _locked(actor: Actor, filing_id: UUID, permission: Permission) -> Filing:
    found = filing(actor, filing_id)
    triage.case(actor, found.case_id, permission, lock=True)
    return Filing.objects.select_for_update().get(id=filing_id)


def _further(go: Callable[..., rules.Filing], row: Filing, **more: Any) -> rules.Filing:
    """Take a filing further by a rule; say in words of people where that cannot be."""
    state = _state(row)
    try:
        return go(state, **more)
    except FilingError:
        raise FilingError(_("This report is further on already, or not so far. Look at it again.")) from None


def _state(row: Filing) -> rules.Filing:
    state = worker.read(row)
    if state is None:
        raise FilingError(_("The case was erased: there is nothing to file."))
    return state


def _draft(row: Filing) -> Draft:
    if not row.draft:
        raise FilingError(_("The case was erased: there is nothing to file."))
    return states.read_draft(row.draft)


def _due_at(authority_id: str, since: Any) -> Any:
    due = [each.due_at(since) for each in authorities.duties(authority_id, clock.now().date())]
    return min((each for each in due if each), default=None)


def _record(action: Action, row: Filing, actor: Actor, note: str = "") -> None:
    record(
        action,
        kind=ObjectKind.FILING,
        object_id=row.id,
        case_id=row.case_id,
        actor=actor,
        reason=ReasonCode.PERSON_DECIDED,
        note=note,
    )
