"""Writes docs/access.md from the golden table: `python -m tutela.entry.access_page > docs/access.md`."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import click

from tutela.apps.access.rules import Decision, Target, decide
from tutela.domain.actors import Actor, Permission, Role
from tutela.domain.ids import OrganisationId, TeamId
from tutela.entry import doors
from tutela.entry.start import start

_HEAD: Final = """\
# Who may do what

Printed from the golden table by `python -m tutela.entry.access_page`; a test keeps it true, and every change of it is
reviewed in a diff.

What a person may not see answers 404, as if it did not exist; what they may see and not change answers 403. People with
several roles have the widest reach of them. Nobody without a second factor gets further than their own sign-in. A
machine's key is a `partner`, cut down to the scopes written on it. Nobody changes their own roles.
"""
_TABLE: Final = """
## Role and permission

Four marks a cell: an object of one's own team, of another team, of another organisation, and one that is not there.
`y` is allowed, `r` is refused (403), `.` does not exist (404). An empty cell is four times 404.

"""
_ROUTES: Final = """
## Routes

Every address that the service answers. A test asks each of them as every role, about an object of each ownership, on
SQLite and on PostgreSQL.

| route | address | permission, or why it is open |
|---|---|---|
"""
_JOBS: Final = """
## Background work

All of it acts as the system: the permission was asked when it was enqueued. A test runs each job and compares the
tables that it wrote with this list; the rows of another organisation stay as they were.

| job | is about | writes tables of |
|---|---|---|
"""
_COMMANDS: Final = """
## Commands

For whoever may run programs as the owner of `TUTELA_HOME`; they act as the system. The permission is the one that a
person would need for the same; where there is none, no role may do it from within.

| command | works on | permission |
|---|---|---|
"""
_STAFF: Final = """
## What is kept about those who work here

Name and e-mail address are sealed under a key of the person's own; sign-in finds them by a blind index (a keyed digest
of the address), and the sign-in library is given that index in place of the address, so that no session, cache or table
of its own holds it. Ending an account destroys the key: name and address are gone from the database, and from each
backup whose master key is gone too; what the person did stays provable under their pseudonym. A hold on the person
keeps the key until the hold ends. In clear: the pseudonym, roles, teams, and when the account was made and last used.
Names of teams, organisations and machines' keys are in clear, too: they should name no person.

Of the public nothing is kept: how often somebody tries is counted under a digest of their network address, made with a
random key that lives in `TUTELA_HOME/run`, is replaced every day, and is no part of a backup.
"""
_HERE, _THERE = (OrganisationId(UUID(int=number)) for number in (1, 2))
_TEAM, _OTHER_TEAM = (TeamId(UUID(int=number)) for number in (3, 4))
_OWNERSHIPS: Final = (
    Target(_HERE, frozenset({_TEAM})),
    Target(_HERE, frozenset({_OTHER_TEAM})),
    Target(_THERE, frozenset({_OTHER_TEAM})),
)
_MARK: Final = {Decision.ALLOW: "y", Decision.REFUSE: "r", Decision.HIDE: "."}
_MISSING: Final = _MARK[Decision.HIDE]


def page() -> str:
    """Return docs/access.md. Django must be set up."""
    return f"{_HEAD}{_TABLE}{_permissions()}{_ROUTES}{_routes()}{_JOBS}{_jobs()}{_COMMANDS}{_commands()}{_STAFF}"


def _permissions() -> str:
    lines = [f"| permission | {' | '.join(Role)} |", f"|---|{':-:|' * len(Role)}"]
    for permission in Permission:
        cells = (_cell(role, permission) for role in Role)
        lines.append(f"| `{permission}` | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(role: Role, permission: Permission) -> str:
    actor = Actor("p", _HERE, frozenset({_TEAM}), frozenset({role}), second_factor=True)
    marks = "".join(_MARK[decide(actor, permission, target)] for target in _OWNERSHIPS) + _MISSING
    return f"`{marks}`" if marks.strip(_MISSING) else ""


def _routes() -> str:
    told = ((route, f"`{route.permission}`" if route.permission else route.open_because) for route in doors.routes())
    return "".join(f"| `{route.name}` | `{route.address}` | {why} |\n" for route, why in told)


def _jobs() -> str:
    return "".join(f"| `{name}` | {job.about} | {', '.join(job.writes)} |\n" for name, job in doors.JOBS.items())


def _commands() -> str:
    return "".join(
        f"| `tutela {name}` | {each.about} | {f'`{each.permission}`' if each.permission else ''} |\n"
        for name, each in doors.COMMANDS.items()
    )


if __name__ == "__main__":
    start()
    click.echo(page(), nl=False)
