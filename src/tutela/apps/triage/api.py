"""The route for organisations outside: is another unit already on it?

Annotations are read as they stand, so they are not put off here.
"""

from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.errors import HttpError
from pydantic import ConfigDict, Field

from tutela.apps.access.public import actor_of, charge, require
from tutela.apps.triage import deconfliction
from tutela.domain.actors import Permission

router = Router(tags=["deconfliction"])
Mark = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class MarksGiven(Schema):
    """Clues, each as HMAC-SHA-256 under the secret of the agreement, hexadecimal in small letters."""

    model_config = ConfigDict(extra="forbid")

    marks: Annotated[list[Mark], Field(min_length=1, max_length=deconfliction.MARKS_AT_ONCE_MAX)]


class MarksAnswered(Schema):
    """For each mark, in the same order, whether it is known; whom to talk to where any is.

    Without an agreement for this key nothing is looked up, and nothing is known.
    """

    agreed: bool
    known: list[bool]
    contact: str


@router.post("/deconfliction", response=MarksAnswered, url_name="deconfliction")
@require(Permission.TRIAGE_DECONFLICTION_ASK)
def ask(request: HttpRequest, given: MarksGiven) -> MarksAnswered:
    """Say which of these marks are known here. Each costs one request of the key's rate; the question is kept."""
    charge(request, len(given.marks))
    try:
        found = deconfliction.answer(actor_of(request), given.marks)
    except deconfliction.AskedTooMuchError as error:
        raise HttpError(429, "this agreement allows no more today") from error
    known, contact = found or ([False] * len(given.marks), "")
    return MarksAnswered(agreed=found is not None, known=known, contact=contact)
