"""No command escapes the golden table, and what is in the page about access is what the tables say."""

from __future__ import annotations

import click

from tests.checks.terminology import ROOT
from tutela.entry import access_page, doors
from tutela.entry.cli import tutela as root


def commands(group: click.Group, before: str = "") -> list[str]:
    """Every command that does something: groups only hold others."""
    context, found = click.Context(group), []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found += commands(command, f"{before}{name} ") if isinstance(command, click.Group) else [before + name]
    return found


def test_every_command_is_in_the_golden_table():
    assert sorted(commands(root)) == sorted(doors.COMMANDS)


def test_the_page_about_access_is_in_step():
    assert (ROOT / "docs/access.md").read_text(encoding="utf-8") == access_page.page()
