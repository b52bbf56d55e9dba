"""Pages about people, teams, keys and one's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.paginator import Page, Paginator
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from tutela.apps.access import second_factor, services
from tutela.apps.access.forms import DeskForm, InviteForm, JoinForm, KeyForm, MemberForm, RolesForm, TeamForm, hours
from tutela.apps.access.labels import ROLES, SCOPES
from tutela.apps.access.models import ApiKey, FrontDesk, Person, Team, sign_in_name
from tutela.apps.access.public import acting_as, actor_of, can, open_to_all, require, visible
from tutela.apps.access.rules import may_end
from tutela.apps.access.services import AccessError
from tutela.apps.custody.public import open_together
from tutela.domain.actors import SYSTEM, Permission, Role
from tutela.domain.ids import PersonId
from tutela.engine import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

ROWS_A_PAGE: Final = 50

#### People ####


@require(Permission.ACCESS_PERSON_READ)
def people(request: HttpRequest) -> HttpResponse:
    """List the people within reach."""
    actor = actor_of(request)
    rows = Person.objects.filter(visible(actor, Permission.ACCESS_PERSON_READ)).distinct()
    page = _page(request, rows.prefetch_related("grants", "teams"))
    open_together(page)
    listed = [
        {"person": person, "roles": _roles(person), "teams": list(person.teams.all()), "state": _state(person)}
        for person in page
    ]
    return render(request, "access/people.html", {"listed": listed, "page": page})


@require(Permission.ACCESS_PERSON_CREATE)
def invite(request: HttpRequest) -> HttpResponse:
    """Add a person and show the set-up code once."""
    actor = actor_of(request)
    form = InviteForm(request.POST or None, organisation_id=actor.organisation_id)
    if form.is_valid() and actor.organisation_id:
        values = form.cleaned_data
        try:
            invitation = services.invite(
                actor,
                actor.organisation_id,
                email=values["email"],
                name=values["name"],
                roles=[Role(role) for role in values["roles"]],
                teams=values["teams"],
            )
        except AccessError as error:
            form.add_error(None, str(error))
        else:
            return _code_page(request, invitation)
    return render(request, "access/invite.html", {"form": form})


@require(Permission.ACCESS_PERSON_READ)
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show one person."""
    actor = actor_of(request)
    shown = services.person(actor, person_id)
    target = services.target_of(shown)
    may_edit = can(actor, Permission.ACCESS_PERSON_EDIT, target) and may_end(actor, PersonId(shown.id))
    return render(
        request,
        "access/person.html",
        {
            "person": shown,
            "state": _state(shown),
            "roles": _roles(shown),
            "teams": shown.teams.all(),
            "has_second_factor": second_factor.is_set_up(shown),
            "form": RolesForm(initial={"roles": [grant.role for grant in shown.grants.all()]}) if may_edit else None,
        },
    )


@require(Permission.ACCESS_PERSON_EDIT)
@require_POST
def change_roles(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Give a person these roles."""
    services.person(actor_of(request), person_id, Permission.ACCESS_PERSON_EDIT)
    form = RolesForm(request.POST)
    if form.is_valid():
        with _told(request, _("The roles have been changed.")):
            services.change_roles(actor_of(request), person_id, [Role(role) for role in form.cleaned_data["roles"]])
    return redirect("person", person_id)


@require(Permission.ACCESS_PERSON_EDIT)
@require_POST
def restart(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Send a person back to set-up and show the new code once."""
    try:
        return _code_page(request, services.restart(actor_of(request), person_id))
    except AccessError as error:
        messages.error(request, str(error))
        return redirect("person", person_id)


@require(Permission.ACCESS_PERSON_EDIT)
@require_POST
def end(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """End a person's account."""
    with _told(request, _("The account has been ended, and every session with it.")):
        services.end(actor_of(request), person_id)
    return redirect("person", person_id)


#### Teams ####


@require(Permission.ACCESS_TEAM_READ)
def teams(request: HttpRequest) -> HttpResponse:
    """List the teams within reach, and add one."""
    actor = actor_of(request)
    rows = Team.objects.filter(visible(actor, Permission.ACCESS_TEAM_READ, teams="memberships__team")).distinct()
    listed = [{"team": team, "count": team.memberships.count()} for team in rows]
    form = TeamForm() if can(actor, Permission.ACCESS_TEAM_CREATE) else None
    return render(request, "access/teams.html", {"listed": listed, "form": form})


@require(Permission.ACCESS_DESK_EDIT)
def front_desk(request: HttpRequest) -> HttpResponse:
    """Choose who takes what the public reports."""
    actor = actor_of(request)
    row = FrontDesk.objects.filter(organisation_id=actor.organisation_id).first()
    now = DeskForm.NOBODY if row is None else str(row.team_id or DeskForm.ALL)
    form = DeskForm(request.POST or None, organisation_id=actor.organisation_id, initial={"team": now})
    if form.is_valid() and actor.organisation_id:
        chosen = form.cleaned_data["team"]
        with _told(request, _("It is set.")):
            if chosen == DeskForm.NOBODY:
                services.close_desk(actor, actor.organisation_id)
            else:
                services.set_desk(actor, actor.organisation_id, None if chosen == DeskForm.ALL else UUID(chosen))
        return redirect("front-desk")
    return render(request, "access/front_desk.html", {"form": form})


@require(Permission.ACCESS_TEAM_CREATE)
@require_POST
def create_team(request: HttpRequest) -> HttpResponse:
    """Add a team."""
    actor = actor_of(request)
    form = TeamForm(request.POST)
    if form.is_valid() and actor.organisation_id:
        with _told(request, _("The team has been added.")):
            services.create_team(actor, actor.organisation_id, form.cleaned_data["name"])
    return redirect("teams")


@require(Permission.ACCESS_TEAM_READ)
def team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Show one team."""
    actor = actor_of(request)
    shown = services.team(actor, team_id)
    may_edit = can(actor, Permission.ACCESS_TEAM_EDIT, services.target_of(shown))
    people = shown.people.prefetch_related("grants")
    open_together(people)
    members = [{"person": member, "roles": _roles(member), "state": _state(member)} for member in people]
    form = MemberForm(team=shown) if may_edit else None
    return render(request, "access/team.html", {"team": shown, "members": members, "form": form})


@require(Permission.ACCESS_TEAM_EDIT)
@require_POST
def add_member(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Put a person into a team."""
    changed = services.team(actor_of(request), team_id, Permission.ACCESS_TEAM_EDIT)
    form = MemberForm(request.POST, team=changed)
    if form.is_valid():
        services.add_member(actor_of(request), team_id, form.cleaned_data["person"].id)
    return redirect("team", team_id)


@require(Permission.ACCESS_TEAM_EDIT)
@require_POST
def remove_member(request: HttpRequest, team_id: UUID, person_id: UUID) -> HttpResponse:
    """Take a person out of a team."""
    services.remove_member(actor_of(request), team_id, person_id)
    return redirect("team", team_id)


#### Keys ####


@require(Permission.ACCESS_KEY_READ)
def keys(request: HttpRequest) -> HttpResponse:
    """List the machines' keys."""
    actor = actor_of(request)
    rows = ApiKey.objects.filter(visible(actor, Permission.ACCESS_KEY_READ))
    page = _page(request, rows)
    moment = clock.now()
    listed = [
        {
            "key": key,
            "scopes": [SCOPES[Permission(scope)] for scope in key.scopes],
            "state": "revoked" if key.revoked_at else "expired" if key.expires_at <= moment else "valid",
        }
        for key in page
    ]
    context = {"listed": listed, "page": page, "may_revoke": can(actor, Permission.ACCESS_KEY_REVOKE)}
    return render(request, "access/keys.html", context)


@require(Permission.ACCESS_KEY_CREATE)
def create_key(request: HttpRequest) -> HttpResponse:
    """Make a key and show its secret once."""
    actor = actor_of(request)
    form = KeyForm(request.POST or None)
    if form.is_valid() and actor.organisation_id:
        values = form.cleaned_data
        try:
            made = services.create_key(
                actor,
                actor.organisation_id,
                name=values["name"],
                scopes=[Permission(scope) for scope in values["scopes"]],
                days=values["days"],
                requests_per_minute_max=values["requests_per_minute_max"],
            )
        except AccessError as error:
            form.add_error(None, str(error))
        else:
            return render(request, "access/key_made.html", {"key": made.key, "secret": made.secret})
    return render(request, "access/key_new.html", {"form": form})


@require(Permission.ACCESS_KEY_REVOKE)
@require_POST
def revoke_key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """End a key at once."""
    with _told(request, _("The key has been revoked.")):
        services.revoke_key(actor_of(request), key_id)
    return redirect("keys")


#### One's own account ####


@require(Permission.ACCESS_ACCOUNT_MANAGE)
def account(request: HttpRequest) -> HttpResponse:
    """Show what the person is here and how they sign in."""
    mine = request.user
    assert isinstance(mine, Person)
    context = {"roles": _roles(mine), "teams": mine.teams.all(), "has_second_factor": second_factor.is_set_up(mine)}
    return render(request, "access/account.html", context)


@require(Permission.ACCESS_ACCOUNT_MANAGE)
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End all of one's sessions."""
    services.sign_out_everywhere(actor_of(request))
    logout(request)
    messages.info(request, _("You have been signed out everywhere."))
    return redirect("account_login")


@open_to_all(
    "an invited person has no account to sign in with yet; the set-up code is the proof, and tries are counted"
)
@acting_as(SYSTEM)  # whose code it is must be looked up before anything is in scope
@sensitive_post_parameters()
def join(request: HttpRequest) -> HttpResponse:
    """Let an invited person choose a password."""
    form = JoinForm(request.POST or None)
    if request.method == "POST":
        if not ratelimit.consume(request, action="join", key=sign_in_name(request.POST.get("email", ""))):
            return render(request, "429.html", status=429)
        if form.is_valid():
            values = form.cleaned_data
            if services.join(values["email"], values["code"], values["password"]):
                messages.success(request, _("Your password is set. Sign in with it now."))
                return redirect("account_login")
            form.add_error(None, _("Address and code do not belong together, or the code is no longer valid."))
    return render(request, "access/join.html", {"form": form})


#### Small parts ####


def _page(request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
    return Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))


def _roles(person: Person) -> list[str]:
    return sorted(str(ROLES[Role(grant.role)]) for grant in person.grants.all())


def _state(person: Person) -> str:
    if not person.is_active:
        return "ended"
    return "invited" if person.setup_digest else "active"


def _code_page(request: HttpRequest, invitation: services.Invitation) -> HttpResponse:
    context = {
        "person": invitation.person,
        "code": invitation.code,
        "origin": settings.TUTELA.origin,
        "hours": hours(settings.TUTELA.setup_code_s_max),
    }
    return render(request, "access/code.html", context)


class _told:  # noqa: N801 - reads as a verb in a `with`
    """Say in a notice that a verb was done, or why it was not."""

    def __init__(self, request: HttpRequest, done: str) -> None:
        self._request, self._done = request, done

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        """Tell."""
        if isinstance(error, AccessError):
            messages.error(self._request, str(error))
            return True
        if error is None:
            messages.success(self._request, self._done)
        return False


urlpatterns = [
    path("people/", people, name="people"),
    path("people/invite/", invite, name="invite"),
    path("people/<uuid:person_id>/", person, name="person"),
    path("people/<uuid:person_id>/roles/", change_roles, name="person-roles"),
    path("people/<uuid:person_id>/restart/", restart, name="person-restart"),
    path("people/<uuid:person_id>/end/", end, name="person-end"),
    path("teams/", teams, name="teams"),
    path("teams/front-desk/", front_desk, name="front-desk"),
    path("teams/new/", create_team, name="team-new"),
    path("teams/<uuid:team_id>/", team, name="team"),
    path("teams/<uuid:team_id>/members/", add_member, name="team-add"),
    path("teams/<uuid:team_id>/members/<uuid:person_id>/remove/", remove_member, name="team-remove"),
    path("keys/", keys, name="keys"),
    path("keys/new/", create_key, name="key-new"),
    path("keys/<uuid:key_id>/revoke/", revoke_key, name="key-revoke"),
    path("account/", account, name="account"),
    path("account/sign-out-everywhere/", sign_out_everywhere, name="sign-out-everywhere"),
    path("join/", join, name="join"),
]
