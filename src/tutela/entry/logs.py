"""Structured logs that cannot carry personal data by accident.

Rules:

1. Our own lines are `log.info("request", route="home", status=200)`: the first word says what happened, the rest are
   keys from `ALLOWED`. Any other key is dropped and its name (never its value) is listed under `dropped`.
2. Lines of libraries are written as their *template*: `"Not Found: %s"` without its arguments, because the arguments
   are addresses, e-mails and queries.
3. An error is its class and the places it went through; never its message, which may quote data.

>>> _only_allowed(None, "info", {"event": "sign-in", "pseudonym": "p-7k3q", "email": "a@example.org"})
{'event': 'sign-in', 'pseudonym': 'p-7k3q', 'dropped': ['email']}
"""

from __future__ import annotations

import logging
import logging.config
import sys
import traceback
from typing import TYPE_CHECKING, Any, Final

import structlog

from tutela.engine import clock

if TYPE_CHECKING:
    from types import TracebackType

    from structlog.typing import EventDict

ALLOWED: Final = frozenset({
    "event", "level", "logger", "at",
    "route", "method", "status", "duration_ms", "request_id",
    "pseudonym", "key_prefix", "permission",
    "job", "job_id", "attempt", "kind", "object_id", "action", "reason", "leaf_id", "size", "count",
    "version", "database", "address", "process",
    "error", "where", "library_line",
})  # fmt: skip
_FRAMES_MAX: Final = 12
_ALREADY_JOINED: Final = "(no template)"


def configure(settings: dict[str, Any]) -> None:
    """Put the logging of this process in place: our lines and those of libraries, as JSON on standard error."""
    logging.config.dictConfig(settings)
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_config(level: str) -> dict[str, Any]:
    """Return the `dictConfig` of the process for one of `config.LOG_LEVELS`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": _formatter}},
        "handlers": {"standard_error": {"class": "logging.StreamHandler", "formatter": "json", "stream": sys.stderr}},
        "root": {"handlers": ["standard_error"], "level": level.upper()},
        "loggers": {
            "uvicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},  # it writes whole addresses
            "uvicorn": {"level": "WARNING"},
            "asyncio": {"level": "WARNING"},
            "django.db.backends": {"level": "WARNING"},  # at DEBUG it writes values of rows
        },
    }


def _formatter() -> structlog.stdlib.ProcessorFormatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_template_only, structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _add_time,
            _name_the_error,
            _only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        pass_foreign_args=True,
        use_get_message=False,  # never join a template with its arguments
    )


def _template_only(_: object, __: str, line: EventDict) -> EventDict:
    """Keep the template. A line that was joined before it reached us may hold data: it is not written at all."""
    template, arguments = line["event"], line.pop("positional_args", ())
    line["event"] = "library"
    line["library_line"] = template if arguments else _ALREADY_JOINED
    return line


def _add_time(_: object, __: str, line: EventDict) -> EventDict:
    line["at"] = clock.now().isoformat(timespec="milliseconds")
    return line


def _name_the_error(_: object, __: str, line: EventDict) -> EventDict:
    given = line.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    if isinstance(given, BaseException):
        given = (type(given), given, given.__traceback__)
    if isinstance(given, tuple) and given[0] is not None:
        line["error"] = given[0].__qualname__
        line["where"] = _places(given[2])
    return line


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-_FRAMES_MAX:]
    return [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in frames]


def _only_allowed(_: object, __: str, line: EventDict) -> EventDict:
    dropped = sorted(set(line) - ALLOWED)
    kept = {key: value for key, value in line.items() if key in ALLOWED}
    return {**kept, "dropped": dropped} if dropped else kept
