"""Whose rows the database may show: the organisation of whoever acts, set on each transaction.

PostgreSQL refuses rows of other organisations by itself (row-level security, `store`), so that a query of ours that
forgot to ask cannot show them. It learns who acts from here: the connection sends the scope with each transaction.

Rules:

1. Without `acting_as` nothing that belongs to an organisation is visible.
2. A request acts as its person's or its key's organisation. Signing in, and a few questions that must look across
   organisations (is this address taken?), say so: `with acting_as(SYSTEM)`.
3. Workers and commands act as the system.

It is a second lock behind `rules.decide`, not a replacement: who can run SQL as the application role can set the scope.

>>> with acting_as(SYSTEM):
...     current().everything
True
>>> current() == NOTHING
True
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tutela.domain.actors import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Generator
    from uuid import UUID

    from tutela.domain.actors import Actor

__all__ = ["NOTHING", "SYSTEM", "Scope", "act_as", "acting_as", "current", "within"]


@dataclass(frozen=True, slots=True)
class Scope:
    """One organisation (its id as text), everything, or nothing."""

    organisation: str = ""
    everything: bool = False


NOTHING: Final = Scope()
_scope: ContextVar[Scope] = ContextVar("scope", default=NOTHING)


def current() -> Scope:
    """Return the scope of this thread or task."""
    return _scope.get()


@contextmanager
def acting_as(actor: Actor) -> Generator[None]:
    """Show the rows of this actor's organisation inside the block; also a decorator."""
    with within(actor.organisation_id, everything=actor.is_system):
        yield


@contextmanager
def within(organisation_id: UUID | None, *, everything: bool = False) -> Generator[None]:
    """Show the rows of one organisation inside the block; None: of none."""
    token = _scope.set(_made(organisation_id, everything=everything))
    try:
        yield
    finally:
        _scope.reset(token)


def act_as(actor: Actor) -> None:
    """Change the scope until the block around it ends: a machine's key is known only after routing."""
    _scope.set(_made(actor.organisation_id, everything=actor.is_system))


def _made(organisation_id: UUID | None, *, everything: bool) -> Scope:
    return Scope(str(organisation_id) if organisation_id else "", everything)
