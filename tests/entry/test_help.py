"""Help texts are golden files: look at them in review. `python -m tests.entry.test_help` writes them anew."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from tutela.entry.cli import ExitCode, run
from tutela.entry.cli import tutela as root

GOLDEN = Path(__file__).parent / "golden"
COMMANDS = [
    (),
    ("list",),
    ("list", "import"),
    ("list", "show"),
    ("list", "remove"),
    ("list", "own"),
    ("list", "publish"),
    ("list", "withdraw"),
    ("index",),
    ("index", "build"),
    ("index", "info"),
    ("index", "verify"),
    ("index", "update"),
    ("index", "rules"),
    ("index", "quarantine"),
    ("index", "upkeep"),
    ("index", "query"),
    ("scan",),
    ("report",),
    ("report", "show"),
    ("report", "convert"),
    ("hash",),
    ("demo",),
    ("up",),
    ("serve",),
    ("worker",),
    ("gateway",),
    ("gateway", "run"),
    ("gateway", "add-key"),
    ("gateway", "revoke-key"),
    ("gateway", "retro"),
    ("gateway", "retro", "run"),
    ("gateway", "retro", "status"),
    ("intake",),
    ("intake", "import"),
    ("intake", "push-scan"),
    ("custody",),
    ("custody", "verify"),
    ("custody", "checkpoint"),
    ("custody", "export"),
    ("jobs",),
    ("jobs", "list"),
    ("jobs", "explain"),
    ("jobs", "rerun"),
    ("jobs", "discard"),
    ("triage",),
    ("referral",),
    ("referral", "simulate"),
    ("triage", "circulation"),
    ("triage", "explain"),
    ("triage", "rank"),
    ("assess",),
    ("assess", "import"),
    ("assess", "check"),
    ("assess", "build"),
    ("assess", "impact"),
    ("assess", "cost"),
    ("assess", "mnr"),
    ("triage", "series"),
    ("takedown",),
    ("takedown", "status"),
    ("takedown", "explain"),
    ("takedown", "probe"),
    ("takedown", "receive"),
    ("backup",),
    ("restore",),
    ("database",),
    ("database", "prepare"),
]


def command_of(words):
    command = root
    context = click.Context(root, info_name="tutela", **root.context_settings)
    for word in words:
        command = command.get_command(context, word)
        context = click.Context(command, info_name=word, parent=context)
    return command, context


def help_of(words):
    command, context = command_of(words)
    context.terminal_width = 80
    return command.get_help(context) + "\n"


def golden_of(words):
    return GOLDEN / ("-".join(("tutela", *words)) + ".txt")


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_is_what_was_reviewed(words):
    assert help_of(words) == golden_of(words).read_text()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_fits_a_terminal_of_80_columns(words):
    assert max(map(len, help_of(words).splitlines())) <= 80


def test_every_command_has_a_golden_help():
    found = []
    for words in COMMANDS:
        command, context = command_of(words)
        if isinstance(command, click.Group):
            found += [(*words, name) for name in command.list_commands(context)]
    assert sorted([(), *found]) == sorted(COMMANDS)


def test_every_line_in_the_list_of_commands_is_its_commands_own():
    for name in root.list_commands(None):
        command, _ = command_of([name])
        assert command.help


def test_every_exit_code_is_in_the_help_and_in_the_guide():
    guide = (Path(__file__).parents[2] / "docs/guide/scan.md").read_text()
    for code in ExitCode:
        assert f"{int(code):>3}  {code.meaning}" in help_of(())
        assert f"| {int(code)} | {code.meaning} |" in guide


def test_help_imports_no_heavy_library():
    script = (
        "import sys; from tutela.entry.cli import run; run(['--help']);"
        "print([name for name in ('numpy', 'rich', 'msgspec', 'jinja2', 'av', 'PIL', 'ijson', 'django', 'structlog') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.endswith("[]\n")


def test_the_version_is_told(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("tutela ")


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for each in COMMANDS:
        golden_of(each).write_text(help_of(each))
