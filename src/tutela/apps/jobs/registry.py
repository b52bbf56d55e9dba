"""Which code does which work. Each app's `tasks.py` registers its own; importing it is enough.

@job("takedown.notify", attempts_max=12)
def notify(notice_id: str) -> None:              # runs inside one transaction, together with its completion
...

@job("takedown.probe", own_transaction=True)
def probe(notice_id: str, *, finish: Finish) -> None:
answer = ask(...)                            # slow, or outside the database: no transaction is open
with finish():                               # effects and completion commit together, or not at all
keep(answer)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from tutela.apps.jobs.rules import PayloadError, check_name
from tutela.domain.errors import TutelaError

ATTEMPTS_MAX: Final = 8  # some ten minutes
LEASE_S: Final = 60

Finish = Callable[[], AbstractContextManager[None]]
Function = TypeVar("Function", bound=Callable[..., None])


class UnknownJobError(TutelaError):
    """No code does work of this name."""


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work. `every_s` is set for periodic work."""

    name: str
    function: Callable[..., None]
    attempts_max: int
    lease_s: int
    priority: int
    own_transaction: bool
    every_s: int | None

    def check_arguments(self, payload: Mapping[str, str | int]) -> None:
        """Raise `PayloadError` unless the function takes exactly these arguments."""
        more: dict[str, Any] = {"finish": None} if self.own_transaction else {}
        try:
            inspect.signature(self.function).bind(**payload, **more)
        except TypeError as error:
            raise PayloadError(f"The job {self.name} takes other arguments") from error


_works: dict[str, Work] = {}


def job(
    name: str,
    *,
    attempts_max: int = ATTEMPTS_MAX,
    lease_s: int = LEASE_S,
    priority: int = 0,
    own_transaction: bool = False,
) -> Callable[[Function], Function]:
    """Register a function as the work behind `name`. Lower `priority` runs first: a child in danger is -10."""
    return _register(name, attempts_max, lease_s, priority, own_transaction=own_transaction, every_s=None)


def periodic(
    name: str, *, every_s: int, lease_s: int = LEASE_S, own_transaction: bool = False
) -> Callable[[Function], Function]:
    """Register a function without arguments, to be run every so often: once a tick, however many workers there are."""
    if every_s < 1:
        raise ValueError("a period is at least a second")
    return _register(name, ATTEMPTS_MAX, lease_s, 0, own_transaction=own_transaction, every_s=every_s)


def work_named(name: str) -> Work:
    """Return the work of that name, or raise `UnknownJobError`."""
    try:
        return _works[name]
    except KeyError:
        raise UnknownJobError(
            f"No code does work named {name}", hint="Is the app installed, and is the function in its tasks.py?"
        ) from None


def periodic_works() -> list[Work]:
    """Return all periodic work."""
    return [work for work in _works.values() if work.every_s is not None]


def names() -> list[str]:
    """Return the names of all work, sorted."""
    return sorted(_works)


def _register(
    name: str, attempts_max: int, lease_s: int, priority: int, *, own_transaction: bool, every_s: int | None
) -> Callable[[Function], Function]:
    check_name(name)
    if attempts_max < 1 or lease_s < 1:
        raise ValueError("a job has at least one attempt and a lease of at least a second")

    def register(function: Function) -> Function:
        there = _works.get(name)
        if there is not None and _origin(there.function) != _origin(function):
            raise ValueError(f"two functions do work named {name}")
        _works[name] = Work(name, function, attempts_max, lease_s, priority, own_transaction, every_s)
        return function

    return register


def _origin(function: Callable[..., None]) -> tuple[str, str]:
    return function.__module__, function.__qualname__
