"""Documents from the registry: the edition, and briefs for a country and for industry out of the same data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tutela.domain.terms import find_avoided
from tutela.engine.assessment.edition import annexes, costs, lenses, options, subjects
from tutela.engine.assessment.edition.additions import Additions
from tutela.engine.assessment.edition.document import Document, texts
from tutela.engine.assessment.edition.plans import PlanError
from tutela.engine.assessment.indicators import Lens

if TYPE_CHECKING:
    from tutela.engine.assessment.edition.document import Chapter, Tile
    from tutela.engine.assessment.edition.plans import LensPlan, Plan
    from tutela.engine.assessment.registry import Registry

_NOTHING: Final = Additions()


def edition(registry: Registry, plan: Plan, additions: Additions = _NOTHING) -> Document:
    """Make the whole edition; `PlanError` where the plan names what is not there or a word is to be avoided."""
    return document(
        registry,
        plan,
        kind="edition",
        title=plan.title,
        subtitle=plan.subtitle,
        summary=plan.summary,
        tiles=tuple(lenses.tile(registry, each) for each in plan.lenses),
        chapters=(
            *(_lens(registry, each, additions) for each in plan.lenses),
            options.chapter(registry),
            annexes.methods(),
            annexes.corrections(registry, additions.corrections),
            annexes.data(registry),
        ),
    )


def _lens(registry: Registry, plan: LensPlan, additions: Additions) -> Chapter:
    """The chapter of a lens, and what stands beside its charts."""
    chapter = lenses.chapter(registry, plan)
    match plan.lens:
        case Lens.IMPACT:
            return replace(chapter, blocks=(subjects.cost(registry), *chapter.blocks, costs.ranges(additions.costs)))
        case Lens.RESPONSE:
            return replace(chapter, blocks=(*chapter.blocks, subjects.response()))
        case _:
            return chapter


def document(
    registry: Registry,
    plan: Plan,
    *,
    kind: str,
    title: str,
    subtitle: str,
    summary: tuple[str, ...],
    tiles: tuple[Tile, ...],
    chapters: tuple[Chapter, ...],
) -> Document:
    """Put a document together and check its words."""
    made = Document(
        name=plan.name,
        kind=kind,
        title=title,
        subtitle=subtitle,
        day=plan.day,
        baseline=plan.baseline,
        digest=registry.digest,
        summary=summary,
        tiles=tiles,
        chapters=chapters,
    )
    for text in texts(made):
        for found in find_avoided(text):
            raise PlanError(f"The {kind} says {found.written!r}", hint=f"Say {found.term.prefer!r}.")
    return made
