"""The record of an indicator: what is measured, where and when, by whom, and what the number is not.

Rules
-----
* An indicator is its definition: two definitions are two indicators, however alike their titles are. The same surveys
  gave 20 % and 27 % for one country under two definitions.
* `construct` says what is counted. A count of reports is made of what happens, of who looks and of who reports; it is
  never a level of abuse, and whether a higher count is better or worse stays open (`Polarity.AMBIGUOUS`).
* `not_this` says what the number is *not*, in a reader's words. No indicator is without it.
* `breaks` are the dates on which counting changed. Nothing is compared across one without saying so.
* An area can play several roles at once (GTA 2018, section 5: origin, destination, transit and victimisation, "any or
  all"); `roles` says in which ones it is counted here.
* An observation keeps what was printed beside what was read out of it: "more than 1,000,000" is not 1,000,000.

Worked example
--------------
>>> from tutela.engine.assessment.spans import Span
>>> Observation("tor-users", "WLD", Span.parse("2018"), 4e6, bound=Bound.ABOVE).words
'more than 4,000,000'
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from tutela.engine.assessment.spans import Span, SpanKind
    from tutela.engine.assessment.units import Unit


class Lens(StrEnum):
    """Through which lens of GTA 2018 an indicator looks. `CONTEXT` is about the alliance and its members."""

    TECHNOLOGY = "technology"  # section 4
    SOCIETY = "society"  # section 5
    PEOPLE = "people"  # section 6: victims, offenders, technology
    IMPACT = "impact"  # section 7
    RESPONSE = "response"  # section 8
    CONTEXT = "context"


class Construct(StrEnum):
    """What is measured. Quantities of different constructs never share an axis."""

    EXPOSURE = "exposure"  # of people to a risk
    ATTEMPT = "attempt"
    VICTIMISATION = "victimisation"  # measured by asking people, with a sample that stands for them
    OFFENDING = "offending"  # accounts, members, prices: traces, never a number of offenders
    PERCEPTION = "perception"  # what professionals believe
    REPORT = "report"
    DETECTION = "detection"
    REMOVAL = "removal"
    RESPONSE = "response"
    CAPACITY = "capacity"
    COST = "cost"
    SURROUNDINGS = "surroundings"  # connectivity, devices, population: what the rest is divided by or explained with


class Polarity(StrEnum):
    """Whether more is worse."""

    WORSE = "worse"
    BETTER = "better"
    AMBIGUOUS = "ambiguous"


class AreaLevel(StrEnum):
    """How large an area is."""

    WORLD = "world"
    REGION = "region"
    COUNTRY = "country"
    NETWORK = "network"  # the open web, hidden services: nowhere on a map


class AreaRole(StrEnum):
    """In what role an area is counted."""

    ORIGIN = "origin"
    DESTINATION = "destination"
    TRANSIT = "transit"
    VICTIMISATION = "victimisation"
    HOSTING = "hosting"
    UPLOAD = "upload"  # where an address of an upload was resolved to
    RESIDENCE = "residence"  # where the people asked live
    DESK = "desk"  # where the desk is that counted


class Status(StrEnum):
    """How an observation is to be taken: the codes of SDMX's list of observation status."""

    NORMAL = "A"
    BREAK = "B"
    ESTIMATED = "E"
    FORECAST = "F"
    MISSING = "M"
    PROVISIONAL = "P"


class Bound(StrEnum):
    """What a printed number says about the quantity."""

    EXACT = "exact"
    ABOUT = "about"
    ABOVE = "above"
    BELOW = "below"


class Provenance(StrEnum):
    """How near to its maker a value was read. What was not found in a source does not come in at all."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    DERIVED = "derived"


class IntervalKind(StrEnum):
    """What the two ends of an interval mean."""

    CONFIDENCE = "confidence"
    UNCERTAINTY = "uncertainty"  # as published, without saying more
    RANGE = "range"  # two values as printed


class Quality(StrEnum):
    """How far an indicator carries, by how it was made."""

    SAMPLE = "A"  # a sample that stands for a population, with an interval
    COMPLETE = "B"  # a complete count by one desk under a known rule
    PARTIAL = "C"  # a count that depends on who looks, or whose rule is not known
    STATEMENT = "D"  # an estimate, a forecast or a statement without its method


class Sensitivity(StrEnum):
    """Who may see a value."""

    PUBLIC = "public"
    MEMBERS = "members"
    RESTRICTED = "restricted"


class Effect(StrEnum):
    """In which direction a break moved the count."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Source:
    """Where values come from. `endnote` is the number of a note of GTA 2018 whose text was not available.

    `licence` is an SPDX identifier where the data are openly licensed, or "cited-facts" where single figures are
    quoted from a document that carries no open licence.
    """

    id: str
    producer: str
    title: str
    published: str
    url: str
    licence: str
    attribution: str
    endnote: str = ""

    @property
    def citation(self) -> str:
        """One line that can stand under a chart."""
        dated = f" ({self.published})" if self.published else ""
        note = f", note {self.endnote} (its text was not available)" if self.endnote else ""
        at = f". {self.url}" if self.url else ""
        return f"{self.producer}: {self.title}{dated}{note}{at}"


@dataclass(frozen=True, slots=True)
class Break:
    """A day from which on counting is not what it was."""

    day: date
    cause: str
    effect: Effect
    source: str


@dataclass(frozen=True, slots=True)
class Area:
    """A place or network. `code` is ISO 3166-1 alpha-3 for countries, `WLD` for the world, `X-...` for the rest."""

    code: str
    name: str
    level: AreaLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One definition. See the module's rules.

    `denominator` and `continued_by` are ids of other indicators: what to divide by, and the series that goes on where a
    single fact of an edition stops.
    """

    id: str
    title: str
    definition: str
    lens: Lens
    construct: Construct
    polarity: Polarity
    unit: Unit
    population: str
    area_level: AreaLevel
    roles: frozenset[AreaRole]
    span_kind: SpanKind
    method: str
    not_this: tuple[str, ...]
    quality: Quality
    cumulative: bool = False
    price_year: str = ""
    dimension: str = ""
    denominator: str = ""
    continued_by: str = ""
    processing: tuple[str, ...] = ()
    breaks: tuple[Break, ...] = ()
    sensitivity: Sensitivity = Sensitivity.PUBLIC
    editions: frozenset[str] = frozenset()

    @property
    def is_count_of_reports(self) -> bool:
        """Whether the number depends on who looks and who reports."""
        return self.construct in {Construct.REPORT, Construct.DETECTION, Construct.REMOVAL}

    def breaks_between(self, earlier: Span, later: Span) -> tuple[Break, ...]:
        """Return the breaks after the beginning of one span and up to the end of another."""
        return tuple(each for each in self.breaks if earlier.first < each.day <= later.last)


@dataclass(frozen=True, slots=True)
class Observation:
    """One value: of an indicator, for an area, over a span, in one cell of its dimension.

    `value` is None where nothing was observed (`MISSING`) or where the source says it in words (`printed`). `level` is
    the confidence of the interval, 0..1, where the source gives it. `doubt` is what to know before using it.
    """

    indicator: str
    area: str
    span: Span
    value: float | None
    lower: float | None = None
    upper: float | None = None
    interval: IntervalKind | None = None
    level: float | None = None
    cell: str = ""
    status: Status = Status.NORMAL
    bound: Bound = Bound.EXACT
    printed: str = ""
    source: str = ""
    provenance: Provenance = Provenance.PRIMARY
    doubt: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is a value of. No two observations of a release share it."""
        return (self.indicator, self.area, self.span.text, self.cell)

    @property
    def words(self) -> str:
        """The value as a reader sees it, without its unit."""
        if self.printed:
            return self.printed
        if self.value is None:
            return "no value"
        shown = f"{self.value:,.0f}" if self.value == int(self.value) else f"{self.value:,.12g}"
        before = {Bound.EXACT: "", Bound.ABOUT: "about ", Bound.ABOVE: "more than ", Bound.BELOW: "less than "}
        return before[self.bound] + shown
