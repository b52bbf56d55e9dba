"""Whose assessment another person repeats, blind, before it counts; and who that may be. Pure.

Rules:

1. Somebody else looks again where policy says so: what no list knows, what is disputed, and of the rest a share that
   is drawn by chance. What a list knows exactly is not looked at again: there is nothing to assess.
2. Chance is a number that nobody chooses: the caller derives it from the item and a key, so that asking twice gives
   the same answer and nobody can foresee it.
3. The second person is not the first, has not seen the item, and is not told what the first one said.
4. A third person looks where two disagree. After `LOOKS_MAX` people nobody else is asked to: a supervisor decides.

>>> policy = Policy(share=0.1)
>>> next_step(policy, [Assessment("p-1", Basis.VIEWED, {"age": "pubescent"})], is_new=True, draw=0.5)
<Next.SECOND: 'second'>
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.engine.classing.observations import Assessment, Basis, settle

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

LOOKS_MAX: Final = 3


class Next(StrEnum):
    """What comes after some assessments."""

    FIRST = "first"  # nobody has assessed it yet
    SECOND = "second"
    THIRD = "third"
    SUPERVISOR = "supervisor"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Policy:
    """When a second person looks: at everything new, and at a share of the rest, from 0 to 1."""

    share: float
    is_new_seen_twice: bool = True

    def __post_init__(self) -> None:
        """Refuse a share that is none."""
        if not 0 <= self.share <= 1:
            raise ValueError("a share lies between 0 and 1")


def next_step(policy: Policy, assessments: Sequence[Assessment], *, is_new: bool, draw: float) -> Next:
    """Say who looks next. `draw`: a number from 0 up to 1 that is the item's own."""
    if not assessments:
        return Next.FIRST
    if all(each.basis is Basis.WITHOUT_VIEWING for each in assessments):
        return Next.DONE
    settled = settle(assessments)
    people = len({each.person for each in assessments if each.basis is not Basis.WITHOUT_VIEWING})
    if settled.disputed:
        return {1: Next.SECOND, 2: Next.THIRD}.get(people, Next.SUPERVISOR)
    wants_two = (is_new and policy.is_new_seen_twice) or draw < policy.share
    return Next.SECOND if wants_two and people < 2 else Next.DONE


def may_review(person: str, assessments: Sequence[Assessment], seen_by: Collection[str]) -> bool:
    """Whether somebody may be the next to look: nobody who has assessed it, and nobody who has seen it."""
    return person not in seen_by and all(each.person != person for each in assessments)
