"""Background work of assessment: months that have ended are counted once, studies are done, editions are built."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction

from tutela.apps.assessment import editing, own, studying
from tutela.apps.jobs.public import Finish, job, periodic

_DAY_S: Final = 86_400
_STUDY_S_MAX: Final = 300
_EDITION_S_MAX: Final = 300


@periodic("assessment.count", every_s=_DAY_S, lease_s=600, own_transaction=True)
def count(*, finish: Finish) -> None:
    """Count the months that have ended since somebody looked last. Counting twice changes nothing."""
    with transaction.atomic():
        own.count_months()
    with finish():
        pass


@job("assessment.study", lease_s=_STUDY_S_MAX, own_transaction=True)
def study(study_id: str, *, finish: Finish) -> None:
    """Do one study. No transaction is open while it is computed."""
    found = studying.answer(UUID(study_id))
    with finish():
        studying.keep(UUID(study_id), found)


@job("assessment.edition", lease_s=_EDITION_S_MAX, own_transaction=True)
def edition(edition_id: str, *, finish: Finish) -> None:
    """Build one edition. Its files are written first; that they are whole is said in one transaction."""
    found = editing.build(UUID(edition_id))
    with finish():
        editing.keep(UUID(edition_id), found)
