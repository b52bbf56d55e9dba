"""Routes for machines: figures of a period. Annotations are read as they stand, so they are not put off here."""

from datetime import UTC, datetime, timedelta

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.errors import HttpError
from pydantic import AwareDatetime

from tutela.apps.access.public import actor_of, require
from tutela.apps.assessment import services
from tutela.domain.actors import Permission
from tutela.domain.period import Period
from tutela.engine import clock

router = Router(tags=["assessment"])
_DAYS = 30


class IndicatorsAnswer(Schema):
    """Counts from `start` (counted) to `end` (not counted)."""

    start: datetime
    end: datetime
    indicators: dict[str, int]


@router.get("/indicators", response=IndicatorsAnswer, url_name="indicators")
@require(Permission.ASSESSMENT_INDICATOR_READ)
def indicators(
    request: HttpRequest, start: AwareDatetime | None = None, end: AwareDatetime | None = None
) -> dict[str, object]:
    """Return the figures of a period, by default of the last thirty days."""
    try:
        last = (end or clock.now()).astimezone(UTC)  # databases know fewer offsets than ISO 8601 does
        first = start.astimezone(UTC) if start else last - timedelta(days=_DAYS)
    except OverflowError as error:
        raise HttpError(400, "a period lies within the years 1 to 9999") from error
    if last < first:
        raise HttpError(400, "a period cannot end before it starts")
    return {"start": first, "end": last, "indicators": services.collect(actor_of(request), Period(first, last))}
