"""What holds a case together and what it shares with others: shown, so that a person can take out or merge.

Nothing here decides. Each report shows the clue by which it came; each other case, what both have.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from tutela.apps.access.public import visible
from tutela.apps.custody.public import erased_among
from tutela.apps.triage.models import Case, Likeness, Mention, Move, Sighting
from tutela.domain.actors import Permission
from tutela.domain.reports import ClueKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise

    from tutela.domain.actors import Actor

_ROWS_MAX: Final = 500
_CLUES: Final[dict[str, _StrPromise]] = {
    ClueKind.INCIDENT: _("It names the same incident"),
    ClueKind.ACCOUNT: _("It names the same account"),
    ClueKind.PAGE: _("It names the same page"),
    ClueKind.FILE: _("It has a file with the same digest"),
    Move.LIKENESS: _("It has a file that looks alike"),
}


@dataclass(slots=True)
class Shared:
    """Another case, and what both have: kinds of clues, the strongest first, and files that look alike."""

    case: Case
    clues: list[str] = field(default_factory=list)
    alike: list[Likeness] = field(default_factory=list)

    @property
    def because(self) -> str:
        """The strongest reason to merge the two."""
        return self.clues[0] if self.clues else Move.LIKENESS

    @property
    def sentences(self) -> list[str]:
        """The clues that both have, said."""
        return [sentence_of(clue) for clue in self.clues]


def sentence_of(because: str) -> str:
    """Say a clue as the reason why a report is in a case."""
    return str(_CLUES.get(because, ""))


def led_by(case_id: UUID) -> Mapping[UUID, str]:
    """Return for each report of a case the kind of clue that led it there; one that opened the case is not here."""
    rows = Mention.objects.filter(case_id=case_id, led_here=True)
    return dict(rows.values_list("report_id", "clue__kind"))


def shared(actor: Actor, case: Case) -> list[Shared]:
    """Return the cases within the actor's reach that have a clue or a look-alike in common with this one."""
    clues: defaultdict[UUID, set[str]] = defaultdict(set)
    own = Mention.objects.filter(case=case).values("clue_id")
    others = Mention.objects.filter(clue_id__in=own).exclude(case=case)
    for case_id, kind in others.values_list("case_id", "clue__kind").distinct()[:_ROWS_MAX]:
        clues[case_id].add(kind)
    alike = _alike(case)
    reach = visible(actor, Permission.REVIEW_ITEM_READ, teams="team")
    rows = list(Case.objects.filter(reach, id__in={*clues, *alike}).order_by("opened_at", "id"))
    erased = erased_among({row.id for row in rows})
    by_strength = list(ClueKind)
    return [
        Shared(row, sorted(clues.get(row.id, ()), key=lambda kind: by_strength.index(ClueKind(kind))), alike[row.id])
        for row in rows
        if row.id not in erased
    ]


def moves(case_id: UUID) -> QuerySet[Move]:
    """Return every move from or to a case, oldest first. The caller has asked for the case."""
    return Move.objects.filter(Q(from_case_id=case_id) | Q(to_case_id=case_id))


def _alike(case: Case) -> defaultdict[UUID, list[Likeness]]:
    """Return the questions between items of this case and those of others, by the other case, save those denied."""
    own = set(Sighting.objects.filter(case=case).values_list("item_id", flat=True))
    asked = Likeness.objects.filter(Q(item_id__in=own) | Q(other_id__in=own)).exclude(answer=Likeness.Answer.NOT_SAME)
    found: defaultdict[UUID, list[Likeness]] = defaultdict(list)
    questions = list(asked.select_related("item", "other")[:_ROWS_MAX])
    foreign = {each.other_id if each.item_id in own else each.item_id for each in questions}
    seen: defaultdict[UUID, set[UUID]] = defaultdict(set)
    sighted = Sighting.objects.filter(item_id__in=foreign).exclude(case=case).order_by()
    for item_id, case_id in sighted.values_list("item_id", "case_id").distinct():
        seen[item_id].add(case_id)
    for each in questions:
        for case_id in seen[each.other_id if each.item_id in own else each.item_id]:
            found[case_id].append(each)
    return found


def lead(report_id: UUID, *, by: Mention | None) -> None:
    """Say by which clue a report is where it is now: that, or none, where it was given a case of its own."""
    Mention.objects.filter(report_id=report_id, led_here=True).update(led_here=False)
    if by is not None:
        Mention.objects.filter(id=by.id).update(led_here=True)


def lead_back(report_id: UUID, because: str) -> None:
    """Say again that the clue of this kind led a report, after its being taken out was undone: one that others have."""
    others = Mention.objects.filter(clue=OuterRef("clue"), case=OuterRef("case")).exclude(report_id=report_id)
    own = Mention.objects.filter(report_id=report_id, clue__kind=because)
    lead(report_id, by=own.annotate(is_shared=Exists(others)).order_by("-is_shared", "id").first())


def locked(case_ids: Collection[UUID]) -> dict[UUID, Case]:
    """Lock cases, always in the same order, and return them. The caller has asked for each."""
    rows = Case.objects.select_for_update().filter(id__in=case_ids).order_by("id")
    return {row.id: row for row in rows}
