"""Routes for machines: take an own list, whole or what changed. Annotations are read as they stand, so not put off."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from tutela.apps.access.public import actor_of, require
from tutela.apps.lists.models import ListVersion
from tutela.apps.lists.pages import file_of
from tutela.domain.actors import Permission

router = Router(tags=["lists"])
_SHOWN = 100


class VersionAnswer(Schema):
    """One version. `digest` is SHA-256 of its `version.json`, as the record has it."""

    kind: str
    number: int
    made_at: datetime
    entries: int
    added: int
    withdrawn: int
    digest: str


@router.get("/own-lists", response=list[VersionAnswer], url_name="own-lists")
@require(Permission.LISTS_VERSION_READ)
def versions(request: HttpRequest) -> list[ListVersion]:
    """Return the newest versions of the lists of the organisation that made this key."""
    rows = ListVersion.objects.filter(organisation_id=actor_of(request).organisation_id)
    return list(rows.order_by("-made_at", "-id")[:_SHOWN])


@router.get("/own-lists/{kind}/{int:number}/{name}", url_name="own-list-file")
@require(Permission.LISTS_VERSION_READ)
def own_file(request: HttpRequest, kind: str, number: int, name: str, since: str = "") -> HttpResponse:
    """Return one file of a version; `added.csv` and `withdrawn.txt` say what changed after version `since`."""
    return file_of(actor_of(request), kind, number, name, since)
