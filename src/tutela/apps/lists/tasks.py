"""Background work of own lists: bring a change to this machine, and tell who relied on an error."""

from __future__ import annotations

from uuid import UUID

from tutela.apps.custody.public import Action, Change, ObjectKind, ReasonCode, record_all
from tutela.apps.jobs.public import Finish, job
from tutela.apps.lists import packing
from tutela.apps.lists.publishing import list_name
from tutela.apps.lists.rules import Kind
from tutela.apps.triage import public as triage
from tutela.domain.actors import SYSTEM

_PACKING_S_MAX = 900


@job("lists.pack", own_transaction=True, lease_s=_PACKING_S_MAX)
def pack(organisation_id: str, *, finish: Finish) -> None:
    """Make an own list here what it should be; then forget what errors said, whoever relied on them here."""
    owner = UUID(organisation_id)
    packing.bring(owner)
    name, wrong = list_name(owner, Kind.HASH), packing.errors(owner)
    with finish():
        told = [
            Change(Action.ENTRY_WITHDRAWN, ObjectKind.LIST_ENTRY, UUID(entry_id), case_id, reason=ReasonCode.MISTAKE)
            for entry_id in wrong
            for case_id in triage.forget_entry(name, entry_id)
        ]
        record_all(told, SYSTEM)
