"""Versions of an own list: what is in each, and the files that others take.

Rules:

1. A version is made by a person, in one transaction: its row, what came and what left, and the leaf. Killed before it
   commits, nothing was published; listing an entry and publishing it are two steps, and each is whole.
2. A version never changes. Its statement names the digest of its whole list and of the statement before, and the leaf
   names the digest of the statement: the record proves which content was given out, and in which order.
3. Files are written anew when they are asked for, and refused where they are not what was published.
4. What left stays named for ever, by its id, with why: a tombstone. Whoever asks for what changed since a version of
   theirs is told of every entry that left since then, or never came to them.
5. Every file that is handed out is recorded, with its digest and whom it went to.

    whole.csv, whole.jsonl ... all of it (an address list: only CSV); `tutela list import` reads either
    added.csv ................ what came or was renewed since a version; `tutela index update --add`
    withdrawn.txt ............ ids of what left since it, one a line; `tutela index update --remove`
    version.json ............. the statement
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from tutela.apps.access.public import Target, authorise
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, open_together, record
from tutela.apps.lists.models import ListChange, ListVersion, OwnEntry, Taker
from tutela.apps.lists.rules import Kind, State
from tutela.apps.lists.services import ListsError, bring_here, policy_of
from tutela.domain.actors import Actor, Permission
from tutela.domain.ids import OrganisationId
from tutela.domain.lists import Entry
from tutela.engine import clock
from tutela.engine.formats import address_csv, hash_csv, hash_jsonl

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

    Inside = dict[UUID, date | None]

_TOGETHER: Final = 500  # rows of one statement, and keys opened at once
FILES: Final = {
    Kind.HASH: ("whole.csv", "whole.jsonl", "added.csv", "withdrawn.txt", "version.json"),
    Kind.ADDRESS: ("whole.csv", "added.csv", "withdrawn.txt", "version.json"),
}
MEDIA_TYPES: Final = {"csv": "text/csv", "jsonl": "application/jsonl", "txt": "text/plain", "json": "application/json"}


@dataclass(frozen=True, slots=True)
class Waits:
    """What the next version would bring."""

    added: int
    withdrawn: int


#### Publishing ####


def list_name(organisation_id: UUID, kind: Kind) -> str:
    """Return what an own list is called, here and by whoever takes it."""
    return f"own-{kind}-{organisation_id.hex[-12:]}"


def waits(organisation_id: UUID, kind: Kind) -> Waits:
    """Return what was listed and withdrawn since the newest version."""
    return Waits(_to_add(organisation_id, kind).count(), _to_withdraw(organisation_id, kind).count())


@transaction.atomic
def publish(actor: Actor, organisation_id: UUID, kind: Kind) -> ListVersion:
    """Make the next version of a list."""
    authorise(actor, Permission.LISTS_LIST_EDIT, Target(OrganisationId(organisation_id)))
    policy_of(organisation_id, lock=True)  # others who publish wait here
    added = list(_to_add(organisation_id, kind).select_for_update().order_by("id"))
    withdrawn = list(_to_withdraw(organisation_id, kind).select_for_update().order_by("id"))
    if not added and not withdrawn:
        raise ListsError(_("Nothing has changed since the newest version."))
    before = versions(organisation_id, kind).first()
    inside = _inside(organisation_id, kind, before.number) if before else {}
    left = {each.id for each in withdrawn}
    inside |= {each.id: each.recheck_on for each in added}
    inside = {entry_id: day for entry_id, day in inside.items() if entry_id not in left}
    version = ListVersion(
        organisation_id=organisation_id,
        kind=kind,
        number=before.number + 1 if before else 1,
        entries=len(inside),
        added=len(added),
        withdrawn=len(withdrawn),
        made_by=actor.pseudonym,
    )
    version.statement = _statement(version, before, inside, withdrawn)
    version.digest = hashlib.sha256(version.statement.encode()).hexdigest()
    version.save(force_insert=True)
    rows = [ListChange(version=version, entry=each, is_in=True, recheck_on=each.recheck_on) for each in added]
    rows += [ListChange(version=version, entry=each, is_in=False, why=each.why) for each in withdrawn]
    ListChange.objects.bulk_create(rows, batch_size=_TOGETHER)
    for is_in, some in ((True, added), (False, withdrawn)):
        for each in some:
            each.is_published, each.is_renewed = is_in, False
        OwnEntry.objects.bulk_update(some, ["is_published", "is_renewed"], batch_size=_TOGETHER)
    record(
        Action.LIST_PUBLISHED,
        kind=ObjectKind.LIST,
        object_id=version.id,
        actor=actor,
        digests={"sha256": bytes.fromhex(version.digest)},
        reason=ReasonCode.PERSON_DECIDED,
    )
    bring_here(organisation_id)
    return version


def versions(organisation_id: UUID, kind: Kind) -> QuerySet[ListVersion]:
    """Return the versions of a list, the newest first."""
    return ListVersion.objects.filter(organisation_id=organisation_id, kind=kind)


#### Handing out ####


@transaction.atomic
def hand_out(actor: Actor, kind: Kind, number: int, name: str, *, since: int = 0) -> bytes:
    """Return one file of a version of the actor's organisation, and record that it was taken.

    `since` is the version that the taker has: `added.csv` and `withdrawn.txt` say what changed after it.
    """
    authorise(actor, Permission.LISTS_VERSION_READ)
    version = None
    if actor.organisation_id is not None:
        version = versions(actor.organisation_id, kind).filter(number=number).first()
    if version is None or name not in FILES[kind] or not 0 <= since <= number:
        raise Http404
    content = _content(version, name, since)
    record(
        Action.EXCHANGE_SENT,
        kind=ObjectKind.EXCHANGE,
        object_id=version.id,
        actor=actor,
        digests={"sha256": hashlib.sha256(content).digest()},
        reason=ReasonCode.PARTNER_REQUEST if actor.key_id else ReasonCode.PERSON_DECIDED,
    )
    if actor.key_id is not None and name != "version.json":
        Taker.objects.update_or_create(
            organisation_id=version.organisation_id,
            kind=kind,
            key_id=actor.key_id,
            defaults={"number": number, "taken_at": clock.now()},
        )
    return content


def entries_of(entry_ids: Collection[UUID]) -> Iterator[Entry]:
    """Yield entries of a hash list as every list has them, in the order of their ids."""
    for row in _rows(entry_ids):
        yield Entry(
            entry_id=str(row.id),
            classification=row.label,
            md5=_raw(row.md5),
            sha1=_raw(row.sha1),
            sha256=_raw(row.sha256),
            pdq=_raw(row.pdq),
        )


def in_newest(organisation_id: UUID, kind: Kind) -> list[UUID]:
    """Return what is in the newest version and was not withdrawn since."""
    rows = OwnEntry.objects.filter(organisation_id=organisation_id, kind=kind, is_published=True, state=State.LISTED)
    return list(rows.order_by("id").values_list("id", flat=True))


def _raw(text: str) -> bytes | None:
    return bytes.fromhex(text) if text else None


def _content(version: ListVersion, name: str, since: int) -> bytes:
    if name == "version.json":
        return version.statement.encode()
    kind = Kind(version.kind)
    now = _inside(version.organisation_id, kind, version.number)
    if name == "withdrawn.txt":
        left = _changed(version, since) - now.keys()
        return "".join(f"{each}\n" for each in sorted(left)).encode()
    if name == "added.csv":
        changed = _changed(version, since)
        return _written(kind, "csv", {entry_id: day for entry_id, day in now.items() if entry_id in changed})
    content = _written(kind, name.partition(".")[2], now)
    if hashlib.sha256(content).hexdigest() != json.loads(version.statement)["sha256"].get(name):
        raise ListsError(_("What is kept here is not what was published. Nothing is handed out."))
    return content


def _statement(
    version: ListVersion, before: ListVersion | None, inside: Inside, withdrawn: Collection[OwnEntry]
) -> str:
    kind = Kind(version.kind)
    wholes = [name for name in FILES[kind] if name.startswith("whole.")]
    said = {
        "list": list_name(version.organisation_id, kind),
        "kind": kind.value,
        "version": version.number,
        "made_at": version.made_at.isoformat(timespec="seconds"),
        "entries": version.entries,
        "added": version.added,
        "withdrawn": [{"id": str(each.id), "why": each.why} for each in withdrawn],
        "sha256": {name: hashlib.sha256(_written(kind, name.partition(".")[2], inside)).hexdigest() for name in wholes},
        "before": before.digest if before else "",
    }
    return json.dumps(said, indent=1, sort_keys=True) + "\n"


def _written(kind: Kind, form: str, inside: Inside) -> bytes:
    if kind is Kind.ADDRESS:
        return b"".join(address_csv.write(_addresses(inside)))
    write = hash_jsonl.write if form == "jsonl" else hash_csv.write
    return b"".join(write(entries_of(inside)))


def _addresses(inside: Inside) -> Iterator[address_csv.Listed]:
    for row in _rows(inside):
        recheck_on = inside[row.id]
        if row.listed_at is not None and recheck_on is not None:
            listed_on = row.listed_at.date()
            yield address_csv.Listed(str(row.id), row.address or "", row.label, listed_on, recheck_on)


def _rows(entry_ids: Collection[UUID]) -> Iterator[OwnEntry]:
    ordered = sorted(entry_ids)
    for first in range(0, len(ordered), _TOGETHER):
        found = list(OwnEntry.objects.filter(id__in=ordered[first : first + _TOGETHER]).order_by("id"))
        open_together(found)
        yield from found


def _inside(organisation_id: UUID, kind: Kind, number: int) -> Inside:
    """Return what is in a version, each address with its re-check date."""
    rows = ListChange.objects.filter(
        version__organisation_id=organisation_id, version__kind=kind, version__number__lte=number
    )
    found = rows.order_by("version__number").values_list("entry_id", "is_in", "recheck_on")
    last = {entry_id: (is_in, recheck_on) for entry_id, is_in, recheck_on in found}
    return {entry_id: recheck_on for entry_id, (is_in, recheck_on) in last.items() if is_in}


def _changed(version: ListVersion, since: int) -> set[UUID]:
    rows = ListChange.objects.filter(
        version__organisation_id=version.organisation_id,
        version__kind=version.kind,
        version__number__gt=since,
        version__number__lte=version.number,
    )
    return set(rows.values_list("entry_id", flat=True))


def _to_add(organisation_id: UUID, kind: Kind) -> QuerySet[OwnEntry]:
    listed = OwnEntry.objects.filter(organisation_id=organisation_id, kind=kind, state=State.LISTED)
    return listed.filter(Q(is_published=False) | Q(is_renewed=True))


def _to_withdraw(organisation_id: UUID, kind: Kind) -> QuerySet[OwnEntry]:
    rows = OwnEntry.objects.filter(organisation_id=organisation_id, kind=kind, is_published=True)
    return rows.exclude(state=State.LISTED)
