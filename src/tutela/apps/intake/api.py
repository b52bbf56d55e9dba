"""Routes for machines: hand in one report, a batch, or one as NCMEC's CyberTipline takes it.

Every receipt is given after the commit. The same key with the same report gives the same receipt, however often and by
whichever of these routes it comes. Annotations are read as they stand, so they are not put off here.
"""

from django.http import HttpRequest
from ninja import Header, Router, Status
from ninja.errors import HttpError
from pydantic import ValidationError

from tutela.apps.access.public import Desk, actor_of, charge, desk_of, require, spared_by_limits
from tutela.apps.intake import rules, services, together
from tutela.apps.intake.models import Door, Report
from tutela.apps.intake.schemas import BatchAnswer, BatchGiven, CybertipAnswer, ErrorAnswer, Receipt, RowGiven
from tutela.domain.actors import Actor, Permission
from tutela.domain.errors import FormatError
from tutela.domain.lookups import Channel
from tutela.engine.formats import cybertip
from tutela.engine.formats.report_json import Country, ReportGiven

router = Router(tags=["intake"])
_ERRORS = dict.fromkeys((400, 401, 403, 404, 413, 422, 429, 503), ErrorAnswer)
_ERRORS_OF_ONE = {**_ERRORS, 409: ErrorAnswer}
_XML_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/xml": {"schema": {"type": "string"}, "example": cybertip.EXAMPLE},
            "text/xml": {"schema": {"type": "string"}},
        },
    }
}


@spared_by_limits
def says_danger(request: HttpRequest) -> bool:
    """Whether this hands in a report that says a child is in danger now."""
    if request.method != "POST" or request.resolver_match is None:
        return False
    try:
        match request.resolver_match.url_name:
            case "reports":
                return ReportGiven.model_validate_json(request.body).reported().child_in_danger
            case "reports-batch":
                return BatchGiven.model_validate_json(request.body).child_in_danger
            case "reports-cybertip":
                return _read_cybertip(request.body).child_in_danger
            case _:
                return False
    except (ValidationError, HttpError):
        return False


@router.post("/reports", response={201: Receipt, **_ERRORS_OF_ONE}, url_name="reports")
@require(Permission.INTAKE_REPORT_CREATE)
def hand_in(request: HttpRequest, report: ReportGiven, idempotency_key: Header[str]) -> Status[Receipt]:
    """Take one report in. The same key with the same report gives the same receipt."""
    ground = services.ground_of(report.channel, report.jurisdiction)
    submission = services.Submission(Door.API, _key(idempotency_key), report.reported(), ground)
    return Status(201, Receipt.of(_receive(request, submission)))


@router.post("/reports/batch", response={200: BatchAnswer, **_ERRORS}, url_name="reports-batch")
@require(Permission.INTAKE_REPORT_CREATE)
def hand_in_batch(request: HttpRequest, batch: BatchGiven) -> BatchAnswer:
    """Take up to 1,000 reports in, in one transaction; answer each by itself.

    A batch costs one request of the key's rate for each 20 reports. The same batch again gives the same answer.
    """
    charge(request, rules.tokens_of(len(batch.rows)))
    submissions = [
        services.Submission(
            batch.door.door,
            row.key,
            row.report.reported(),
            services.ground_of(row.report.channel, row.report.jurisdiction),
        )
        for row in batch.rows
        if isinstance(row, RowGiven)
    ]
    return BatchAnswer.of(batch.rows, services.receive_many(*_whose(request), submissions))


@router.post(
    "/reports/cybertip",
    response={201: CybertipAnswer, **_ERRORS_OF_ONE},
    url_name="reports-cybertip",
    openapi_extra=_XML_BODY,
)
@require(Permission.INTAKE_REPORT_CREATE)
def hand_in_cybertip(
    request: HttpRequest,
    idempotency_key: Header[str],
    channel: Channel = Channel.PUBLIC,
    jurisdiction: Country | None = None,
) -> Status[CybertipAnswer]:
    """Take one report in that is written as NCMEC's CyberTipline takes it: a `report`, with its `fileDetails` if any.

    What has no place of its own in a report here is kept with it as it came, and the answer says what that was.
    """
    key, reported = _key(idempotency_key), _read_cybertip(request.body)
    ground = services.ground_of(channel, jurisdiction)
    report = _receive(request, services.Submission(Door.API, key, reported, ground))
    return Status(201, CybertipAnswer.with_besides(report, reported.besides))


def _key(given: str) -> str:
    if not rules.IDEMPOTENCY_KEY.fullmatch(given):
        raise HttpError(400, "Idempotency-Key has 8 to 64 letters, digits, dots, dashes, colons or underscores")
    return given


def _read_cybertip(body: bytes) -> cybertip.Reported:
    if len(body) > rules.CYBERTIP_BYTES_MAX:
        raise HttpError(413, f"the document has more than {rules.CYBERTIP_BYTES_MAX} bytes")
    try:
        return cybertip.read(body)
    except FormatError as error:
        raise HttpError(422, f"the document was not taken in: {error}") from error


def _receive(request: HttpRequest, submission: services.Submission) -> Report:
    answer = together.receive(*_whose(request), submission)
    if isinstance(answer, services.RefusedReportError):
        raise HttpError(400, f"the report was not taken in: {answer.problem}")
    if isinstance(answer, services.KeyReusedError):
        raise HttpError(409, str(answer))
    return answer


def _whose(request: HttpRequest) -> tuple[Actor, Desk]:
    actor = actor_of(request)
    assert actor.organisation_id is not None
    return actor, desk_of(actor.organisation_id)
