"""What machines send and are told: batches, receipts, refusals. The report itself is `engine.formats.report_json`.

Each row of a batch is read by itself: one that is not valid is answered as that, and spoils no other. Annotations are
read as they stand, so they are not put off here.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from tutela.apps.intake import rules, services
from tutela.apps.intake.models import Door, Report
from tutela.domain.reports import Said
from tutela.engine.formats.report_json import ReportGiven, wrong_fields

PROBLEMS_TOLD_MAX = 10


class FieldProblem(BaseModel):
    """A field that is not valid, and in what way; never what stood in it."""

    field: str
    problem: str


class NotValid(BaseModel):
    """A row that could not be read."""

    fields: list[FieldProblem]


class RowGiven(BaseModel):
    """One report of a batch under its own idempotency key."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, Field(pattern=f"^{rules.IDEMPOTENCY_KEY.pattern}$", examples=["report-0001"])]
    report: ReportGiven


def _by_itself(value: Any, read: ValidatorFunctionWrapHandler) -> RowGiven | NotValid:
    try:
        return read(value)
    except ValidationError as error:
        told = wrong_fields(error)[:PROBLEMS_TOLD_MAX]
        return NotValid(fields=[FieldProblem(field=field, problem=problem) for field, problem in told])


class MachineDoor(StrEnum):
    """Who found it: a partner's people and machines, or a machine of this organisation."""

    API = "api"
    MACHINE = "machine"  # the gateway, the crawler

    @property
    def door(self) -> Door:
        """Return it as it is kept."""
        return Door(self.value)


class BatchGiven(BaseModel):
    """Reports together. Each is taken in or refused by itself; those that are taken in are committed together."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"reports": [{"key": "report-0001", "report": {"address": "https://files.example/a"}}]}]
        },
    )

    reports: Annotated[
        list[Annotated[RowGiven, WrapValidator(_by_itself)]], Field(min_length=1, max_length=rules.BATCH_REPORTS_MAX)
    ]
    door: MachineDoor = MachineDoor.API

    @property
    def rows(self) -> list[RowGiven | NotValid]:
        """Return each row as it was read."""
        return list(self.reports)

    @property
    def child_in_danger(self) -> bool:
        """Whether a report among them says that a child is in danger now."""
        return any(isinstance(row, RowGiven) and row.report.reported().child_in_danger for row in self.rows)


class Receipt(BaseModel):
    """Given after the commit: the report is kept, recorded, and will be looked at."""

    report_id: UUID
    received_at: datetime

    @classmethod
    def of(cls, report: Report) -> Self:
        """Return the receipt of a report."""
        return cls(report_id=report.id, received_at=report.received_at)


class Outcome(StrEnum):
    """What became of a row. The same row sent again has the same outcome and the same receipt."""

    TAKEN = "taken"
    REFUSED = "refused"
    KEY_REUSED = "key-reused"


class RowAnswer(BaseModel):
    """What became of one row. `problem` says why it was refused, `fields` where, if it could not be read."""

    row: Annotated[int, Field(description="Its place in the batch, from 0.")]
    outcome: Outcome
    receipt: Receipt | None = None
    problem: str = ""
    fields: list[FieldProblem] = []


class BatchAnswer(BaseModel):
    """An answer a row, in the order of the rows."""

    taken: int
    rows: list[RowAnswer]

    @classmethod
    def of(
        cls,
        rows: Iterable[RowGiven | NotValid],
        answers: Iterable[Report | services.RefusedReportError | services.KeyReusedError],
    ) -> Self:
        """Return the answer: `answers` are those of the rows that could be read, in their order."""
        answered = iter(answers)
        told = [
            _not_valid(place, row) if isinstance(row, NotValid) else _answer(place, next(answered))
            for place, row in enumerate(rows)
        ]
        return cls(taken=sum(row.outcome is Outcome.TAKEN for row in told), rows=told)


def _not_valid(place: int, row: NotValid) -> RowAnswer:
    return RowAnswer(row=place, outcome=Outcome.REFUSED, problem=rules.NOT_VALID, fields=row.fields)


def _answer(place: int, answer: Report | services.RefusedReportError | services.KeyReusedError) -> RowAnswer:
    if isinstance(answer, services.RefusedReportError):
        return RowAnswer(row=place, outcome=Outcome.REFUSED, problem=answer.problem.value)
    if isinstance(answer, services.KeyReusedError):
        return RowAnswer(row=place, outcome=Outcome.KEY_REUSED, problem=Outcome.KEY_REUSED.value)
    return RowAnswer(row=place, outcome=Outcome.TAKEN, receipt=Receipt.of(answer))


class Unread(BaseModel):
    """An element for which a report here has no place: kept with it as it came."""

    element: str
    count: int


class CybertipAnswer(Receipt):
    """A receipt, and what was kept apart because it has no place of its own."""

    kept_apart: list[Unread] = []

    @classmethod
    def with_besides(cls, report: Report, besides: Iterable[Said]) -> Self:
        """Return the receipt of a report with the elements beside it, each once."""
        counts: dict[str, int] = {}
        for said in besides:
            counts[said.name] = counts.get(said.name, 0) + 1
        kept = [Unread(element=name, count=count) for name, count in counts.items()]
        return cls(report_id=report.id, received_at=report.received_at, kept_apart=kept)


class Problem(BaseModel):
    """What was wrong: a code for machines, a sentence for people."""

    code: Annotated[str, Field(examples=["not-valid"])]
    message: Annotated[str, Field(examples=["some fields are not valid"])]
    fields: list[FieldProblem] | None = None


class ErrorAnswer(BaseModel):
    """The one shape of every error."""

    error: Problem
