"""A country's own assessment of its national response, from CSV and back; one row a capability.

A row that cannot be read refuses the file, with its line and reason. What is left out is "not assessed".

>>> read(template(), "AAA", "2026").profile.of(1).existence.value
'not assessed'
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from tutela.engine.assessment import rows
from tutela.engine.assessment.capability import Answer, Answered, Evidence, Profile, capabilities
from tutela.engine.assessment.rows import Reason, RefusedError

if TYPE_CHECKING:
    from tutela.engine.assessment.rows import RefusedRow, Row

COLUMNS: Final = ("no", "existence", "implementation", "evidence", "evidence_day", "evidence_where", "next_step")


@dataclass(frozen=True, slots=True)
class Assessed:
    """A profile, or an empty one and why."""

    profile: Profile
    refused: tuple[RefusedRow, ...]


def read(data: bytes, country: str, edition: str) -> Assessed:
    """Read the file: the whole of it, or nothing."""
    found = rows.read("mnr", data, COLUMNS)
    refused = list(found.refused)
    answers: dict[int, Answered] = {}
    for row in found.taken:
        try:
            answered = _answered(row)
        except RefusedError as error:
            refused.append(row.refused(error))
            continue
        if answered.no in answers:
            refused.append(row.refused(RefusedError(Reason.DUPLICATE, "the capability is answered already")))
        answers[answered.no] = answered
    return Assessed(Profile(country, edition, () if refused else tuple(answers.values())), tuple(refused))


def template() -> bytes:
    """Return a file to fill in: all capabilities, none assessed."""
    not_assessed = str(Answer.NOT_ASSESSED)
    return rows.write(COLUMNS, ((str(no), not_assessed, not_assessed, "", "", "", "") for no in capabilities()))


def _answered(row: Row) -> Answered:
    evidence: tuple[Evidence, ...] = ()
    try:
        if row["evidence"]:
            evidence = (Evidence(row["evidence"], date.fromisoformat(row["evidence_day"]), row["evidence_where"]),)
    except ValueError:
        raise RefusedError(Reason.MISDATED, "evidence_day is no day of the calendar") from None
    try:
        return Answered(
            int(row.needed("no")),
            existence=row.one_of("existence", Answer, Answer.NOT_ASSESSED),
            implementation=row.one_of("implementation", Answer, Answer.NOT_ASSESSED),
            evidence=evidence,
            next_step=row["next_step"],
        )
    except RefusedError:
        raise
    except ValueError as error:
        raise RefusedError(Reason.CONTRADICTORY, str(error)) from None
