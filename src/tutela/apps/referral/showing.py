"""What pages show of filings: a line in a list, an authority that may be asked, and one filing whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Case, IntegerField, Value, When

from tutela.apps.access.public import can
from tutela.apps.custody.public import open_together
from tutela.apps.referral import authorities, dossier, forms, labels, rules, services, states
from tutela.apps.referral import filing as worker
from tutela.apps.referral.models import Filing
from tutela.apps.referral.rules import Call, Heard, Step, Why
from tutela.apps.referral.words import Channel, Keeper, Outcome, Said
from tutela.apps.triage import public as triage
from tutela.domain.actors import Permission
from tutela.domain.reports import Reported
from tutela.engine import clock

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tutela.apps.referral.authorities import Authority
    from tutela.apps.referral.models import Feedback, Preservation
    from tutela.domain.actors import Actor

_ORDER: Final = (Step.WAITING, Step.DRAFT, Step.APPROVED, Step.FILING, Step.FILED, Step.WITHDRAWN)
PLACE: Final = Case(
    *(When(step=step, then=Value(place)) for place, step in enumerate(_ORDER)), output_field=IntegerField()
)
"""Where a step stands in a list."""
_BADGES: Final = {Step.WAITING: "needs-a-person", Step.FILED: "filed", Step.DRAFT: "draft"}


def line(row: Filing) -> dict[str, Any]:
    """Return what a list shows of a filing."""
    state, step = worker.read(row), Step(row.step)
    return {
        "filing": row,
        "authority": name_of(row),
        "step": labels.STEPS[step],
        "badge": "overdue" if _is_overdue(row) else _BADGES.get(step, ""),
        "why": labels.WHYS[state.why] if state and state.why else "",
    }


def proposal(authority: Authority) -> dict[str, Any]:
    """Return what is shown of an authority that may be asked."""
    return {"authority": authority, "duties": authorities.duties(authority.id, clock.now().date())}


def whole(actor: Actor, row: Filing) -> dict[str, Any]:
    """Return all that the page of a filing shows."""
    target = triage.target_of(triage.case(actor, row.case_id, Permission.REFERRAL_FILING_READ))
    may_edit, may_approve = (
        can(actor, each, target) for each in (Permission.REFERRAL_FILING_EDIT, Permission.REFERRAL_FILING_APPROVE)
    )
    state = worker.read(row)
    draft = states.read_draft(row.draft) if row.draft else None
    calls = list(row.calls.all())
    open_together(calls)
    return {
        **line(row),
        "state": state,
        "proof": labels.PROOFS[state.proof] if state and state.proof else "",
        "lapses_at": state.opened.lapses_at if state and state.opened and state.step not in rules.ENDED else None,
        "preview": dossier.preview(draft) if draft else (),
        "appraisal": dossier.appraise(draft, row.channel) if draft else None,
        "is_reviewed": (known := authorities.authority(row.authority, clock.now().date())) and known.is_reviewed,
        "needs_two": known and known.needs_two and row.written_by == actor.pseudonym,
        "calls": [_call(each) for each in calls],
        "kept": [_kept(each, may_edit=may_edit) for each in row.preservations.all()],
        "feedback": [(each, labels.SAID[Said(each.said)], _outcome(each.outcome)) for each in row.feedback.all()],
        **(_forms(row, state, may_edit=may_edit, may_approve=may_approve) if state else {}),
    }


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a report of a case at one authority, in words: when, who it is, how it stands and what it said."""

    filing_id: UUID
    at: datetime
    authority: str
    words: tuple[str, ...]


def told(case_id: UUID) -> list[Told]:
    """Return how each report of a case to an authority stands and what was said of it, oldest first.

    The caller has asked for the case.
    """
    rows = Filing.objects.filter(case_id=case_id).defer("state", "draft", "reference").prefetch_related("feedback")
    return [_told(row, list(row.feedback.all())) for row in rows]


def said(row: Filing) -> Reported:
    """Return what a filing says, for a form; nothing where its case was erased."""
    return states.read_draft(row.draft).reported if row.draft else Reported()


def name_of(row: Filing) -> str:
    """Return the name of the authority; the id of its row where that is gone."""
    known = authorities.authority(row.authority, clock.now().date())
    return known.name if known else row.authority


def _forms(row: Filing, state: rules.Filing, *, may_edit: bool, may_approve: bool) -> dict[str, Any]:
    """Return what may be done now, as forms: those that are absent are not possible."""
    step, is_package = state.step, row.channel == Channel.PACKAGE
    waits = may_approve and step is Step.WAITING
    may_be_filed = state.opened is not None or state.why is Why.HANDED_OVER
    can_change = step is Step.DRAFT or (
        step is Step.WAITING and state.opened is None and state.why is not Why.HANDED_OVER
    )
    return {
        "change": forms.ChangeForm(said=said(row)) if may_edit and can_change else None,
        "may_approve": may_approve and step is Step.DRAFT,
        "may_resume": (waits and state.why is not Why.HANDED_OVER) or (may_approve and services.stands_still(row)),
        "may_pack": may_approve and is_package and step in {Step.APPROVED, Step.WAITING},
        "hand_over": forms.HandOverForm(auto_id="hand-%s")
        if may_approve and is_package and step is Step.APPROVED
        else None,
        "settle": forms.SettleForm(auto_id="settle-%s") if waits and may_be_filed else None,
        "withdraw": forms.NoteForm(auto_id="withdraw-%s") if may_approve and step not in rules.ENDED else None,
        "tell": forms.FeedbackForm(auto_id="tell-%s") if may_edit and step is Step.FILED else None,
    }


def _call(made: Any) -> dict[str, Any]:
    return {
        "made": made,
        "call": labels.CALLS[Call(made.call)],
        "heard": labels.HEARD[Heard(made.heard)] if made.heard else "",
    }


def _kept(kept: Preservation, *, may_edit: bool) -> dict[str, Any]:
    name, is_over = f"{kept.id}-%s", bool(kept.until and kept.until <= clock.now())
    acts = may_edit and kept.ended_at is None
    shown = {"keeper": kept.keeper, "name": kept.keeper_name}
    return {
        "kept": kept,
        "keeper": labels.KEEPERS[Keeper(kept.keeper)],
        "is_over": is_over,
        "extend": forms.ExtendForm(auto_id=f"extend-{name}") if acts else None,
        "name": forms.KeeperForm(initial=shown, auto_id=f"keeper-{name}") if acts else None,
        "end": forms.EndForm(auto_id=f"end-{name}") if acts and is_over else None,
    }


def _told(row: Filing, heard: list[Feedback]) -> Told:
    words = [str(labels.STEPS[Step(row.step)])]
    for each in heard:
        words += filter(None, (str(labels.SAID[Said(each.said)]), str(_outcome(each.outcome))))
    at = heard[-1].kept_at if heard else row.ended_at or row.written_at
    return Told(row.id, at, name_of(row), tuple(words))


def _outcome(word: str) -> Any:
    return labels.OUTCOMES[Outcome(word)] if word else ""


def _is_overdue(row: Filing) -> bool:
    return bool(row.due_at and row.ended_at is None and row.due_at < clock.now())
