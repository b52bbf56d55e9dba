"""A route for machines: how good one's own reports are. Annotations are read as they stand, so they are not put off."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema

from tutela.apps.access.public import actor_of, require
from tutela.apps.intake import labels
from tutela.apps.intake.feedback import feedback
from tutela.domain.actors import Permission

router = Router(tags=["intake"])


class LackAnswer(Schema):
    """One thing that reports lacked: what, why it matters, and how many of them."""

    code: str
    what: str
    why: str
    reports: int


class AuthorityAnswer(Schema):
    """What became of the cases of these reports at authorities: reports to them, and what was said of those."""

    filed: int
    said_useful: int
    said_not_useful: int


class QualityAnswer(Schema):
    """What this key sent since `since`. `score`: of what an authority needs, so much was there (0 to 100)."""

    since: datetime
    reports: int
    repeats: int
    score: int
    lacking: list[LackAnswer]
    refused: dict[str, int]
    weekly_scores: list[int]
    authorities: AuthorityAnswer


@router.get("/quality", response=QualityAnswer, url_name="quality")
@require(Permission.INTAKE_REPORT_CREATE)
def quality(request: HttpRequest) -> QualityAnswer:
    """Return how good the reports of the key that asks were in the last twelve weeks, and what was missing."""
    told = feedback(actor_of(request))
    lacking = [
        LackAnswer(code=each.code, what=each.what, why=each.why, reports=count)
        for gap, count in told.whole.lacking.most_common()
        for each in labels.missing(gap)
    ]
    return QualityAnswer(
        since=told.since,
        reports=told.whole.reports,
        repeats=told.whole.repeats,
        score=told.whole.score,
        lacking=lacking,
        refused=dict(told.whole.refused),
        weekly_scores=[week.score for week in told.weeks],
        authorities=AuthorityAnswer(
            filed=told.heard.filed, said_useful=told.heard.useful, said_not_useful=told.heard.not_useful
        ),
    )
