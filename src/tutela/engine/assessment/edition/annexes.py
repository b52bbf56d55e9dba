"""What stands at the end of every edition: how it was made, what was corrected, whose figures they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.domain.limits import AssessmentLimits
from tutela.engine.assessment.catalogue import CITED_FACTS
from tutela.engine.assessment.charts import Table
from tutela.engine.assessment.edition.document import Chapter, Grid, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutela.engine.assessment.registry import Registry
    from tutela.engine.assessment.releases import Correction

_LIMITS: Final = AssessmentLimits()
_METHODS: Final = f"""\
Every figure comes from one registry of definitions and observations. A definition says what is counted, in what unit,
how, and what the number is not. Two definitions are two indicators, however alike their names are.

A count of reports is made of what happens, of who looks and of who reports. It is drawn on an axis that says so,
never as prevalence, and whether more is better or worse stays open. Quantities of different kinds share no axis, and
no chart has two axes.

A break is a day from which counting was not what it was. Lines stop at it, and values on two sides of it are not
compared: no ratio is computed, and the reason stands in its place.

Fewer than {_LIMITS.people_shown_min} people in a place are not shown, nor what would let them be computed. An
aggregate over countries stands on at least {_LIMITS.countries_pooled_min} of them. Countries stand in the order of
the alphabet: there is no league table.

The confidence on the summary page follows from how a figure was made: a sample with an interval, a complete count by
one desk, a count that depends on who looks, a statement whose method is not known. It is not how likely something is.

The effect of an intervention is estimated only where there is enough data before and after it, and always beside
pretences: the same estimate at dates or in places where nothing happened. Cost is shown as ranges of several
published methods side by side, never as one number.

The same data make the same edition, byte by byte. The digest on the first page is that of the data.
"""


def methods() -> Chapter:
    """Say how figures are kept, compared and drawn."""
    return Chapter(
        "methods", "How this was made", "", (Words(tuple(" ".join(each.split()) for each in _METHODS.split("\n\n"))),)
    )


def corrections(registry: Registry, made: Sequence[Correction]) -> Chapter:
    """List what was wrong and has been put right."""
    if not made:
        lede = "No value of the registry has been corrected since the baseline was frozen."
        return Chapter("corrections", "Corrections", lede, ())
    rows = tuple(
        (
            each.day.isoformat(),
            f"{registry.indicator(each.key[0]).title}, {each.key[1]}, {each.key[2]}",
            "" if each.before is None else f"{each.before:,g}",
            "withdrawn" if each.after is None else f"{each.after:,g}",
            each.reason,
        )
        for each in made
    )
    named = (registry.catalogue.sources[each.source].citation for each in made)
    table = Table(("Corrected", "Value of", "Was", "Is", "Why"), rows)
    grid = Grid("Corrections", table, tuple(dict.fromkeys(named)), ("not the only errors there may be",))
    return Chapter("corrections", "Corrections", "Nothing is overwritten in silence.", (grid,))


def data(registry: Registry) -> Chapter:
    """Name every source and its licence, and the files that hold the data."""
    used = {each.source for each in registry.observations}
    rows = tuple(
        (
            source.producer,
            f"{source.title}{f' ({source.published})' if source.published else ''}",
            _licence(source.licence),
        )
        for source in sorted(registry.catalogue.sources.values(), key=lambda each: (each.producer, each.id))
        if source.id in used
    )
    table = Table(("Producer", "Publication", "Licence"), rows)
    words = (
        "The data package beside this document holds every definition and observation as CSV, described by "
        "datapackage.json, with the SHA-256 of every file."
    )
    limits = ("not a statement that a producer agrees with what is said here",)
    grid = Grid("Whose figures these are", table, ("The registry's own table of sources",), limits, words)
    return Chapter("data", "Data and licences", "", (grid,))


def _licence(code: str) -> str:
    return "single figures, cited as facts" if code == CITED_FACTS else code
