"""Where every specimen is entered under its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SPECIMENS: dict[str, Callable[[], bytes]] = {}


def specimen_of(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Enter a function that makes a specimen; its name, with hyphens, is the specimen's."""
    SPECIMENS[make.__name__.replace("_", "-")] = make
    return make
