"""Routes for machines: hand in a report. Annotations are read as they stand, so they are not put off here."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Header, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import ConfigDict, Field, ValidationError

from tutela.apps.access.public import actor_of, desk_of, require, spared_by_limits
from tutela.apps.intake import rules, services
from tutela.apps.intake.models import Door, Report
from tutela.domain.actors import Permission
from tutela.domain.lookups import Channel
from tutela.domain.reports import Fact, Media, Reported

router = Router(tags=["intake"])


class DigestsGiven(Schema):
    """Digests of one file, hexadecimal."""

    model_config = ConfigDict(extra="forbid")

    sha256: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")] | None = None
    sha1: Annotated[str, Field(pattern="^[0-9a-fA-F]{40}$")] | None = None
    md5: Annotated[str, Field(pattern="^[0-9a-fA-F]{32}$")] | None = None


class ReportGiven(Schema):
    """One report: where it stands, what it is by its digests, and what should be known about it."""

    model_config = ConfigDict(extra="forbid")

    address: str = ""
    text: str = ""
    digests: DigestsGiven = DigestsGiven()
    child_in_danger: bool = False
    channel: Channel = Channel.PUBLIC
    jurisdiction: Annotated[str, Field(pattern="^[A-Za-z]{2}$")] | None = None


class ReceiptAnswer(Schema):
    """Given after the commit: the report is kept, recorded, and will be looked at."""

    report_id: UUID
    received_at: datetime


@spared_by_limits
def says_danger(request: HttpRequest) -> bool:
    """Whether this hands in a report that says a child is in danger now."""
    if request.method != "POST" or request.resolver_match is None or request.resolver_match.url_name != "reports":
        return False
    try:
        return ReportGiven.model_validate_json(request.body).child_in_danger
    except ValidationError:
        return False


@router.post("/reports", response={201: ReceiptAnswer}, url_name="reports")
@require(Permission.INTAKE_REPORT_CREATE)
def hand_in(request: HttpRequest, report: ReportGiven, idempotency_key: Header[str]) -> Status[dict[str, object]]:
    """Take one report in. The same key with the same report gives the same receipt."""
    actor = actor_of(request)
    if not rules.IDEMPOTENCY_KEY.fullmatch(idempotency_key):
        raise HttpError(400, "Idempotency-Key has 8 to 64 letters, digits, dots, dashes, colons or underscores")
    assert actor.organisation_id is not None
    given = report.digests.model_dump(exclude_none=True)
    media = Media({name: bytes.fromhex(digest) for name, digest in given.items()})
    reported = Reported(
        facts=frozenset({Fact.DANGER_NOW} if report.child_in_danger else ()),
        text=report.text,
        addresses=(report.address,) if report.address else (),
        media=(media,) if media.fold else (),
    )
    ground = services.ground_of(report.channel, report.jurisdiction)
    submission = services.Submission(door=Door.API, key=idempotency_key, reported=reported, ground=ground)
    try:
        kept: Report = services.receive(actor, desk_of(actor.organisation_id), submission)
    except services.RefusedReportError as error:
        raise HttpError(400, f"the report was not taken in: {error.problem}") from error
    except services.KeyReusedError as error:
        raise HttpError(409, str(error)) from error
    return Status(201, {"report_id": kept.id, "received_at": kept.received_at})
