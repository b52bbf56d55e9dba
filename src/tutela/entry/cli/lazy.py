"""Click, made quick and plain: commands that are imported only when they run, and examples that keep their lines."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from collections.abc import Mapping


_AS_IT_IS = "\b\n"  # click wraps a paragraph unless it begins so


def examples(*lines: str, after: str = "") -> str:
    """Make the end of a help text: examples, each on its line, and a paragraph."""
    listed = "".join(f"  {line}\n" for line in lines)
    return f"{_AS_IT_IS}{'Examples' if len(lines) > 1 else 'Example'}:\n{listed}\n{after}"


class Lazy(NamedTuple):
    """Where a command is, as module:attribute, and its line in the list of commands."""

    place: str
    help: str


class LazyGroup(click.Group):
    """Give `lazy=` a table of names to `Lazy`."""

    def __init__(self, *arguments: Any, lazy: Mapping[str, Lazy], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  - click's signature
        """Keep the order of the table: the order in which a newcomer needs them."""
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command."""
        if cmd_name not in self._lazy:
            return None
        module, _, attribute = self._lazy[cmd_name].place.partition(":")
        return getattr(import_module(module), attribute)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.help) for name, lazy in self._lazy.items()])
