"""Routes for machines: what a key is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from tutela.apps.access.models import ApiKey
from tutela.apps.access.public import actor_of, require
from tutela.domain.actors import Permission

router = Router(tags=["access"])


class KeyAnswer(Schema):
    """What a key may learn of itself."""

    prefix: str
    organisation_id: UUID
    scopes: list[str]
    expires_at: datetime
    requests_per_minute_max: int


@router.get("/self", response=KeyAnswer, url_name="self")
@require(Permission.ACCESS_SELF_READ)
def this_key(request: HttpRequest) -> ApiKey:
    """Return the scopes, the end and the rate of the key that asks."""
    return ApiKey.objects.get(pk=actor_of(request).key_id)
