"""What stands before every page.

The database shows only the asker's organisation, sessions end in time, and nobody goes further than sign-in without a
second factor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tutela.apps.access import second_factor
from tutela.apps.access.models import Person
from tutela.apps.access.scope import acting_as, within
from tutela.domain.actors import SYSTEM, Permission
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

_BEGAN: Final = "access.began"
_SEEN: Final = "access.seen"
_SEEN_STEP_S: Final = 60  # a busy session must not cost a write each time


def act_as_asker(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let the database show what belongs to the organisation of whoever signed in, and to nobody else's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with acting_as(SYSTEM):  # who it is must be looked up before anything is in scope
            organisation_id = request.user.organisation_id if isinstance(request.user, Person) else None
        with within(organisation_id):
            return get_response(request)

    return middleware


def end_old_sessions(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """End a session that was idle too long, or lasted too long."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, Person) and _is_old(request):
            logout(request)
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
        return get_response(request)

    return middleware


def _is_old(request: HttpRequest) -> bool:
    now_s = int(clock.now().timestamp())
    session = request.session
    began_s, seen_s = session.setdefault(_BEGAN, now_s), session.setdefault(_SEEN, now_s)
    limits = settings.TUTELA
    if now_s - began_s > limits.session_total_s_max or now_s - seen_s > limits.session_idle_s_max:
        return True
    if not 0 <= now_s - seen_s < _SEEN_STEP_S:  # below zero: the clock was set back, and idleness is measured anew
        session[_SEEN] = now_s
    return False


def require_second_factor(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Send a person without a second factor to set one up, whatever page they ask for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, view: Callable[..., Any], *_args: object) -> HttpResponse | None:
        if not isinstance(request.user, Person) or _is_before_second_factor(view) or second_factor.passed(request):
            return None
        messages.info(request, _("Please set up a second factor. Everything else opens after that."))
        return redirect("mfa_index")

    middleware.process_view = process_view  # pyright: ignore[reportFunctionMemberAccess] - Django's hook
    return middleware


def _is_before_second_factor(view: Callable[..., Any]) -> bool:
    permission = getattr(view, "permission", None)
    return hasattr(view, "open_because") or permission is Permission.ACCESS_ACCOUNT_MANAGE
