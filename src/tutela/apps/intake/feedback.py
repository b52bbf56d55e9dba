"""What senders are told about the quality of their reports, and of what authorities said of the cases they began.

Rules: counts, never content, and never beside another sender. A case that several senders reported counts for each.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Count
from django.db.models.functions import TruncWeek

from tutela.apps.custody.public import pseudonym_of
from tutela.apps.intake.models import Refusal, Report
from tutela.apps.intake.quality import Gap, score
from tutela.apps.referral import public as referral
from tutela.engine import clock

if TYPE_CHECKING:
    from tutela.domain.actors import Actor

WEEKS: Final = 12


@dataclass(slots=True)
class Tally:
    """Reports of one sender: how many, how many lacked what, how many said what was known, how many were refused."""

    reports: int = 0
    repeats: int = 0
    points: int = 0
    lacking: Counter[Gap] = field(default_factory=Counter[Gap])
    refused: Counter[str] = field(default_factory=Counter[str])

    @property
    def score(self) -> int:
        """The mean of the scores; 0 where there was no report."""
        return round(self.points / self.reports) if self.reports else 0

    def share(self, gap: Gap) -> int:
        """Of a hundred reports, how many lacked it."""
        return round(100 * self.lacking[gap] / self.reports) if self.reports else 0

    def add(self, gaps: Gap, count: int, *, is_repeat: bool) -> None:
        """Count reports that lack the same."""
        self.reports += count
        self.repeats += count * is_repeat
        self.points += count * score(gaps)
        self.lacking.update(dict.fromkeys(gaps, count))


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one sender is told of the last weeks, together and week by week, oldest first."""

    since: datetime
    whole: Tally
    weeks: tuple[Tally, ...]
    heard: referral.AtAuthorities


def feedback(sender: Actor) -> Feedback:
    """Count what one machine sent. The caller has asked whether somebody may know it."""
    assert sender.organisation_id is not None
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    sent = {"organisation_id": sender.organisation_id, "source": pseudonym_of(sender)}
    whole, weeks = Tally(), defaultdict[datetime, Tally](Tally)
    rows = Report.objects.filter(**sent, received_at__gte=since, gaps__isnull=False).annotate(
        week=TruncWeek("received_at")
    )
    for week, gaps, repeats, count in rows.values_list("week", "gaps", "repeats").annotate(count=Count("id")):
        for tally in (whole, weeks[week]):
            tally.add(Gap(gaps), count, is_repeat=repeats)
    refused = Refusal.objects.filter(**sent, at__gte=since)
    whole.refused.update(dict(refused.values_list("problem").annotate(count=Count("id"))))
    starts = [since + timedelta(weeks=number) for number in range(WEEKS)]
    by_day = {start.date(): tally for start, tally in weeks.items()}
    heard = referral.heard(Report.objects.filter(**sent).values("case_id"), since)
    return Feedback(since, whole, tuple(by_day.get(start.date(), Tally()) for start in starts), heard)
