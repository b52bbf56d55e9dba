"""Writes docs/access.md from the golden table: `python -m tutela.apps.access.document > docs/access.md`."""

from __future__ import annotations

from typing import Final

import click

from tutela.apps.access.rules import TABLE, Permission, Reach, Role

_HEAD: Final = """\
# Who may do what

Printed from the golden table by `python -m tutela.apps.access.document`; a test keeps it true, and every change of it
is reviewed in a diff. `T` own team · `O` the whole organisation · `E` everything in this installation · empty: nothing.

What a person may not see answers 404, as if it did not exist; what they may see and not change answers 403. People with
several roles have the widest reach of them. Nobody without a second factor gets further than their own sign-in. A
machine's key is a `partner`, cut down to the scopes written on it. Nobody changes their own roles.

"""
_MARK: Final = {Reach.NONE: " ", Reach.OWN_TEAM: "T", Reach.ORGANISATION: "O", Reach.EVERYTHING: "E"}


def page() -> str:
    """Return docs/access.md."""
    lines = [f"| permission | {' | '.join(Role)} |", f"|---|{':-:|' * len(Role)}"]
    for permission in Permission:
        reaches = (_MARK[TABLE[role].get(permission, Reach.NONE)] for role in Role)
        lines.append(f"| `{permission}` | {' | '.join(reaches)} |")
    return _HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    click.echo(page(), nl=False)
