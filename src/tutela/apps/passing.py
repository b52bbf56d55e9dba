"""Which errors pass by themselves: the database or the disk cannot be used for now, and what was begun is undone.

So it is with a server that is away, starts, recovers or is read-only, a lock that its holder keeps, two transactions
that waited in a circle or could not both be true, a full disk. Whoever asked is told to ask again; it is no fault of
theirs or ours.

>>> is_passing(OperationalError("canceling statement due to lock timeout")), is_passing(ValueError())
(True, False)
"""

from __future__ import annotations

import errno
from functools import wraps
from typing import TYPE_CHECKING, Final

from django.db import DatabaseError, InterfaceError, OperationalError

from tutela.engine.throttling import ThrottleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

RETRY_AFTER_S: Final = 10
_FULL_OR_READ_ONLY: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
_STATES: Final = frozenset({"25006", "25P03", "53100"})  # PostgreSQL: read-only, idle for too long, disk full


def is_passing(error: BaseException | None) -> bool:
    """Whether an error passes. A lock timeout, a deadlock and a serialization failure are `OperationalError`."""
    if isinstance(error, ThrottleError):
        error = error.__cause__
    if isinstance(error, OSError):
        return error.errno in _FULL_OR_READ_ONLY
    if isinstance(error, (OperationalError, InterfaceError)):
        return True
    return isinstance(error, DatabaseError) and getattr(error.__cause__, "sqlstate", None) in _STATES


def or_again(
    typed: Callable[[HttpRequest], HttpResponse],
) -> Callable[[Callable[[HttpRequest], HttpResponse]], Callable[[HttpRequest], HttpResponse]]:
    """Where what a form sent cannot be kept for now, answer 503 with a page that has it still, to send once more.

    `typed` makes that page, and asks no database.
    """

    def decorate(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
        @wraps(view)
        def tried(request: HttpRequest) -> HttpResponse:
            try:
                return view(request)
            except (DatabaseError, InterfaceError, ThrottleError, OSError) as error:
                if request.method != "POST" or not is_passing(error):
                    raise
            response = typed(request)
            response.status_code = 503
            response["Retry-After"] = str(RETRY_AFTER_S)
            return response

        return tried

    return decorate
