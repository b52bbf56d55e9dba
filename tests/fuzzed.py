"""An OpenAPI document put to the test by schemathesis: right requests, wrong ones, and those at the limits.

    found = ask_everything(document, application, key, examples=50)
    found.statuses, found.faults

Every check of schemathesis is on: each answer is one that the document promises, by status, content type, headers and
schema; what is valid is taken, and what is not is refused; a method that is not there is 405 with `Allow`; and no
address that wants a key answers without.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import schemathesis
from schemathesis import hooks
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Found:
    """How often each status was answered, and what is wrong, in words."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return sum(self.statuses.values())

    @property
    def server_errors(self) -> int:
        """503 is none: it says that something is not configured, or that too much is under way."""
        return sum(count for status, count in self.statuses.items() if status >= 500 and status != 503)


def ask_everything(
    document: dict[str, Any],
    application: Callable[..., Any],
    key: str,
    *,
    examples: int,
    adapt: Callable[[Any], None] | None = None,
    checks: dict[str, Any] | None = None,
) -> Found:
    """Ask an ASGI application, always the same for the same number of examples.

    `adapt` mends a case where the document cannot say what is valid; `checks` is schemathesis' own configuration.
    """
    found = Found()
    config = SchemathesisConfig.from_dict({
        "headers": {"Authorization": f"Bearer {key}"},
        "continue-on-failure": True,
        "seed": 4,
        "generation": {"max-examples": examples, "database": "none"},
        "checks": checks or {},
        "warnings": False,
    })  # fmt: skip
    schema = schemathesis.openapi.from_dict(document, config=config)
    schema.app = _counted(application, found.statuses)
    with _adapting(adapt):
        _run(schema, found)
    return found


@contextmanager
def _adapting(adapt: Callable[[Any], None] | None) -> Iterator[None]:
    """Schemathesis has this hook for all documents at once only."""

    def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
        if adapt is not None:
            adapt(case)

    schemathesis.hook(before_call)
    try:
        yield
    finally:
        hooks.unregister(before_call)


def _run(schema: Any, found: Found) -> None:
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError):
            found.faults.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.FatalError):
            raise event.exception
        elif isinstance(event, events.ScenarioFinished):
            found.faults += _faults(event)


def _faults(event: events.ScenarioFinished) -> list[str]:
    recorder, told = event.recorder, []
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.status is Status.FAILURE and check.failure_info is not None:
                case = recorder.cases[case_id].value
                asked = f"{case.method} {case.path} query={case.query} body={str(case.body)[:200]}"
                told.append(f"{check.name}: {check.failure_info.failure}\n  {asked}")
    return told


def _counted(application: Callable[..., Any], statuses: Counter[int]) -> Callable[..., Any]:
    """Count what is answered, and let no lifespan through: the application is used again."""

    async def counted(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return

        async def told(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses[message["status"]] += 1
            await send(message)

        await application(scope, receive, told)

    return counted
