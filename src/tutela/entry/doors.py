"""Every way into the service: routes, background jobs, commands. Who may pass, and what is behind each.

Rules:

1. A route says its permission, or why it is open. It says so where it is written (`access.public.require`,
   `open_to_all`); here it is only read.
2. A job acts as the system, because nobody waits for it: the permission was asked when it was enqueued. It is about the
   one object that its arguments name, and writes the tables of the apps that stand here and of no other.
3. A command acts as the system, for whoever may run programs as the owner of `TUTELA_HOME`. It names the permission
   that a person would need for the same; where it names none, no role may do it from within.
4. A test fails for a route, a job or a command that is not here, and for one that is here and nowhere else.

`python -m tutela.entry.access_page` prints docs/access.md from this and from the golden table.

>>> JOBS["takedown.probe"].writes
('custody', 'jobs', 'lists', 'takedown')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tutela.domain.actors import Permission

if TYPE_CHECKING:
    from collections.abc import Iterator

_P = Permission


@dataclass(frozen=True, slots=True)
class Route:
    """One address, and what it says of itself."""

    name: str
    address: str
    permission: Permission | None
    open_because: str


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of background work: what it is about, and the apps whose tables it may write."""

    about: str
    writes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what it works on, and what a person would need to do the same."""

    about: str
    permission: Permission | None = None


JOBS: Final = {
    "assessment.count": Job("months that have ended, of every organisation", ("assessment", "custody", "jobs")),
    "assessment.edition": Job("one edition, and the release that it is of", ("assessment", "custody", "jobs")),
    "assessment.study": Job("one study, and the data of its organisation", ("assessment", "custody", "jobs")),
    "custody.retention": Job(
        "closed subjects that a reviewed rule lets go, in every organisation", ("custody", "jobs")
    ),
    "lists.pack": Job(
        "the own hash list of one organisation, and the cases that relied on an error in it",
        ("custody", "jobs", "triage"),
    ),
    "referral.file": Job("one filing, and its authority", ("custody", "jobs", "referral")),
    "safeguarding.alert": Job(
        "one question whether a child is safe, and who is on call for it", ("custody", "jobs", "safeguarding")
    ),
    "takedown.find": Job(
        "one address, who can act on it and whether it is there", ("custody", "jobs", "lists", "takedown")
    ),
    "takedown.notify": Job("notices that wait to be sent, in every organisation", ("custody", "jobs", "takedown")),
    "takedown.probe": Job(
        "addresses that are due to be looked at, in every organisation", ("custody", "jobs", "lists", "takedown")
    ),
    "triage.liken": Job(
        "items of one organisation that nobody has compared, and how its others look", ("custody", "jobs", "triage")
    ),
    "triage.match": Job("items of one organisation that wait, and the lists", ("custody", "jobs", "triage")),
    "triage.rank": Job(
        "one version of the weights, and every waiting case of its organisation", ("custody", "jobs", "triage")
    ),
    "triage.share": Job("what reports claim that came before an agreement, in every organisation", ("jobs", "triage")),
}
_OF_A_LIBRARY: Final = {"api:api-root": "the library answers 404 to everybody"}
_PARTS: Final = "runs the service; who asks it for something is asked at its routes"
_FILES: Final = "files that the caller names"
COMMANDS: Final = {
    "list import": Command("the hash lists of this machine", _P.LISTS_LIST_EDIT),
    "list show": Command("the hash lists of this machine", _P.LISTS_LIST_READ),
    "list remove": Command("the hash lists of this machine", _P.LISTS_LIST_EDIT),
    "list own": Command("the own list of one organisation, without what stands on it", _P.LISTS_LIST_READ),
    "list publish": Command("the own list of one organisation", _P.LISTS_LIST_EDIT),
    "list withdraw": Command("one entry of the own list of its organisation", _P.LISTS_LIST_EDIT),
    "scan": Command("files that the caller names, beside the hash lists of this machine", _P.LISTS_ENTRY_LOOKUP),
    "report show": Command(_FILES),
    "report convert": Command(_FILES),
    "hash": Command(_FILES),
    "demo": Command("pictures that it draws, in a folder of its own"),
    "up": Command(_PARTS),
    "serve": Command(_PARTS),
    "worker": Command("runs background work: the jobs above"),
    "index build": Command("the index over the hash lists of this machine", _P.LISTS_LIST_EDIT),
    "index info": Command("the index over the hash lists of this machine", _P.LISTS_LIST_READ),
    "index query": Command("hashes that the caller names, beside the index of this machine", _P.LISTS_ENTRY_LOOKUP),
    "index rules": Command("the rules of the hash lists of this machine", _P.LISTS_LIST_EDIT),
    "index quarantine": Command("entries that were set apart", _P.LISTS_LIST_EDIT),
    "index upkeep": Command("the index of this machine", _P.LISTS_LIST_EDIT),
    "index update": Command("the hash lists of this machine", _P.LISTS_LIST_EDIT),
    "index verify": Command("the index over the hash lists of this machine", _P.LISTS_LIST_READ),
    "gateway run": Command("answers machines by their keys, from the hash lists of this machine"),
    "gateway add-key": Command("the keys of the gateway of this machine", _P.ACCESS_KEY_CREATE),
    "gateway revoke-key": Command("the keys of the gateway of this machine", _P.ACCESS_KEY_REVOKE),
    "gateway retro run": Command(
        "what the gateway of this machine was asked, beside its hash lists", _P.LISTS_ENTRY_LOOKUP
    ),
    "gateway retro status": Command("counts of what the gateway of this machine was asked", _P.LISTS_LIST_READ),
    "intake import": Command("reports in a file that the caller names, into one organisation", _P.INTAKE_REPORT_CREATE),
    "intake push-scan": Command(
        "what a scan found, into one organisation, on a legal basis that the caller names", _P.INTAKE_REPORT_CREATE
    ),
    "custody verify": Command("the whole record, or one case of it", _P.CUSTODY_LEDGER_READ),
    "custody checkpoint": Command("the newest checkpoint", _P.CUSTODY_LEDGER_READ),
    "custody export": Command("the whole record, or one case of it", _P.CUSTODY_LEDGER_EXPORT),
    "jobs list": Command("work that was given up, of every organisation", _P.JOBS_JOB_READ),
    "jobs explain": Command("one job that was given up", _P.JOBS_JOB_READ),
    "jobs rerun": Command("one job that was given up", _P.JOBS_JOB_RERUN),
    "jobs discard": Command("one job that was given up", _P.JOBS_JOB_RERUN),
    "triage circulation": Command("how often one series was sighted, in one organisation", _P.TRIAGE_SERIES_EXPORT),
    "triage series": Command("the series that a list names, for one organisation", _P.LISTS_LIST_EDIT),
    "triage explain": Command("one case, its place in the queue and why", _P.REVIEW_ITEM_READ),
    "triage rank": Command(
        "every waiting case, weighed again by the weights of its organisation", _P.TRIAGE_WEIGHT_EDIT
    ),
    "referral simulate": Command("a stand-in for an authority, on this machine, that keeps nothing"),
    "takedown status": Command("counts of takedowns, in every organisation", _P.TAKEDOWN_NOTICE_READ),
    "takedown explain": Command("one takedown, where it stands and why", _P.TAKEDOWN_NOTICE_READ),
    "takedown probe": Command("one takedown, looked at now", _P.TAKEDOWN_NOTICE_SEND),
    "takedown receive": Command("one message that came back, as a mail server hands it over"),
    "assess import": Command(_FILES),
    "assess check": Command(_FILES),
    "assess build": Command(_FILES),
    "assess impact": Command(_FILES),
    "assess cost": Command(_FILES),
    "assess mnr": Command(_FILES),
    "backup": Command("everything, as it is stored: what is sealed stays sealed"),
    "restore": Command("an empty installation"),
    "database prepare": Command("tables and rights, as the role that owns them"),
}


def routes() -> list[Route]:
    """Return every route of the service, in the order of the addresses. Django must be set up."""
    from django.urls import get_resolver  # noqa: PLC0415 - the table above is read without Django

    return list(_routes(get_resolver().url_patterns, "", "/"))


def _routes(patterns: list[Any], namespace: str, before: str) -> Iterator[Route]:
    for pattern in patterns:
        address = before + str(pattern.pattern).removesuffix(r"\Z").lstrip("^")
        if hasattr(pattern, "url_patterns"):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _routes(pattern.url_patterns, inner, address)
            continue
        name, shown = namespace + (pattern.name or address), re.sub(r"<\w+:(\w+)>", r"<\1>", address)
        for view in _views(pattern.callback):
            because = getattr(view, "open_because", _OF_A_LIBRARY.get(name, ""))
            yield Route(name, shown, getattr(view, "permission", None), because)


def _views(callback: Any) -> list[Any]:
    """Return the functions behind one address: several for the JSON API, whose operations share it."""
    cells = getattr(callback, "__closure__", None) or ()
    path_view = next((cell.cell_contents for cell in cells if hasattr(cell.cell_contents, "operations")), None)
    return [each.view_func for each in path_view.operations] if path_view else [callback]
