"""Own lists: what is on them and why, their versions, who takes them; and the steps on the page of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import actor_of, can, machines, require
from tutela.apps.custody.public import open_together
from tutela.apps.lists import labels, publishing, services
from tutela.apps.lists.models import OwnEntry, Taker
from tutela.apps.lists.rules import ASSESSORS_MAX, ASSESSORS_MIN, Kind, State, Why
from tutela.apps.lists.services import VIEWED, ListsError
from tutela.apps.triage import public as triage
from tutela.domain.actors import Actor, Permission
from tutela.domain.addresses import defang

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest

_ROWS_A_PAGE: Final = 50
_VERSIONS_SHOWN: Final = 10
_DIGITS: Final = 9  # of a version, and fewer
_OF_A_PERSON: Final = (Why.ERROR, Why.GONE)  # superseding follows from what people say


class AssessmentForm(forms.Form):
    """What somebody says a file is, who saw all of it."""

    item = forms.UUIDField(widget=forms.HiddenInput())
    classification = forms.CharField(label=gettext_lazy("Class"), max_length=64)
    scheme = forms.CharField(label=gettext_lazy("Scheme of the class"), max_length=64)
    viewed = forms.BooleanField(label=gettext_lazy("I saw all of it, as it is."))


class PolicyForm(forms.Form):
    """What the organisation demands."""

    assessors_min = forms.IntegerField(
        label=gettext_lazy("People who must agree"), min_value=ASSESSORS_MIN, max_value=ASSESSORS_MAX
    )
    matches_here = forms.BooleanField(
        label=gettext_lazy("This installation matches by our files"),
        required=False,
        help_text=gettext_lazy("Every organisation on it, and whoever asks its gateway, then learns what is on them."),
    )


#### The lists ####


@require(Permission.LISTS_LIST_READ)
@require_safe
def own_lists(request: HttpRequest) -> HttpResponse:
    """Show what is on an own list, its versions and who takes it."""
    actor, kind = actor_of(request), _kind(request.GET.get("kind", Kind.HASH))
    organisation_id = _organisation(actor)
    state = request.GET.get("state", "")
    rows = OwnEntry.objects.filter(organisation_id=organisation_id, kind=kind)
    if state in set(State):
        rows = rows.filter(state=state)
    page = Paginator(rows, _ROWS_A_PAGE).get_page(request.GET.get("page"))
    entries = list(page.object_list)
    sees = can(actor, Permission.REVIEW_ITEM_READ)
    if sees:
        open_together(entries)
    versions = publishing.versions(organisation_id, kind)
    may_edit = can(actor, Permission.LISTS_LIST_EDIT)
    context = {
        "page": page,
        "rows": [_shown(each, sees_address=sees) for each in entries],
        "kind": kind.value,
        "kinds": labels.KINDS.items(),
        "state": state,
        "states": labels.STATES.items(),
        "name": publishing.list_name(organisation_id, kind),
        "waits": publishing.waits(organisation_id, kind),
        "versions": versions[:_VERSIONS_SHOWN],
        "files": publishing.FILES[kind],
        "takers": _takers(actor, kind),
        "policy": services.policy_of(organisation_id),
        "policy_form": _policy_form(organisation_id) if may_edit else None,
        "may_edit": may_edit,
        "may_take": can(actor, Permission.LISTS_VERSION_READ),
    }
    return render(request, "lists/own.html", context)


@require(Permission.LISTS_LIST_READ)
@require_safe
def own_entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Show one entry: what it rests on, which versions have it."""
    actor = actor_of(request)
    entry = services.find(actor, entry_id, Permission.LISTS_LIST_READ)
    found = services.weighed(entry)
    case = triage.reachable(actor, [entry.case_id]).first()
    context = {
        **_shown(entry, sees_address=can(actor, Permission.REVIEW_ITEM_READ)),
        "assessments": triage.assessed([entry.item_id]).filter(basis=VIEWED) if entry.listed_at else (),
        "agreement": found,
        "needed": services.policy_of(entry.organisation_id).assessors_min,
        "changes": entry.changes.select_related("version").order_by("version__number"),
        "case": case,
        "reasons": _reasons(entry) if entry.state != State.WITHDRAWN else (),
        "withdraw_at": _withdraw_at(actor, entry, case),
    }
    return render(request, "lists/entry.html", context)


@require(Permission.LISTS_LIST_EDIT)
@require_POST
def withdraw(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Take an entry off, as one who keeps the lists."""
    actor = actor_of(request)
    services.find(actor, entry_id, Permission.LISTS_LIST_EDIT)
    return _withdrawn(request, entry_id, lambda why: services.withdraw(actor, entry_id, why))


@require(Permission.REVIEW_ITEM_DECIDE)
@require_POST
def withdraw_in(request: HttpRequest, case_id: UUID, entry_id: UUID) -> HttpResponse:
    """Take an entry off, as one who decides about a case that has it."""
    actor = actor_of(request)
    triage.case(actor, case_id, Permission.REVIEW_ITEM_DECIDE)
    return _withdrawn(request, entry_id, lambda why: services.withdraw_in(actor, case_id, entry_id, why))


@require(Permission.LISTS_LIST_EDIT)
@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    """Make the next version."""
    actor, kind = actor_of(request), _kind(request.POST.get("kind", Kind.HASH))
    organisation_id = _organisation(actor)
    _tried(request, lambda: publishing.publish(actor, organisation_id, kind), _("The version is published."))
    return redirect(f"{reverse('own-lists')}?kind={kind}")


@require(Permission.LISTS_LIST_EDIT)
@require_POST
def policy(request: HttpRequest) -> HttpResponse:
    """Adopt what the organisation demands."""
    actor, form = actor_of(request), PolicyForm(request.POST)
    organisation_id = _organisation(actor)
    if not form.is_valid():
        least_most = {"least": ASSESSORS_MIN, "most": ASSESSORS_MAX}
        messages.error(request, _("Between %(least)s and %(most)s people.") % least_most)
    else:
        said = form.cleaned_data
        _tried(
            request,
            lambda: services.adopt(actor, organisation_id, said["assessors_min"], matches_here=said["matches_here"]),
            _("It holds from now on. What is listed stays listed."),
        )
    return redirect("own-lists")


@require(Permission.LISTS_VERSION_READ)
@require_safe
def own_file(request: HttpRequest, kind: str, number: int, name: str) -> HttpResponse:
    """Hand out one file of a version."""
    return file_of(actor_of(request), kind, number, name, request.GET.get("since", ""))


def file_of(actor: Actor, kind: str, number: int, name: str, since: str) -> HttpResponse:
    """Return one file of a version as an answer; `since` as it was asked for."""
    if kind not in set(Kind) or (since and not (since.isascii() and since.isdecimal() and len(since) < _DIGITS)):
        raise Http404
    content = publishing.hand_out(actor, Kind(kind), number, name, since=int(since or 0))
    stem, _dot, form = name.partition(".")
    given = f"{publishing.list_name(_organisation(actor), Kind(kind))}-{number}-{stem}.{form}"
    return HttpResponse(
        content,
        content_type=publishing.MEDIA_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{given}"'},
    )


#### On the page of a case ####


@require(Permission.REVIEW_ITEM_DECIDE)
@require_POST
def assess(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Keep what somebody says a file is who saw it; it is listed when enough people agree."""
    actor, form = actor_of(request), AssessmentForm(request.POST)
    triage.case(actor, case_id, Permission.REVIEW_ITEM_DECIDE)
    if not form.is_valid():
        messages.error(request, _("Say what it is by which scheme, and that you saw all of it."))
        return redirect("case", case_id)
    said = form.cleaned_data
    _tried(
        request,
        lambda: services.assess(actor, case_id, said["item"], said["classification"], said["scheme"]),
        _("Your assessment is kept. It is listed when enough people agree."),
    )
    return redirect("case", case_id)


@require(Permission.REVIEW_ITEM_DECIDE)
@require_POST
def propose_address(request: HttpRequest, case_id: UUID, location_id: UUID) -> HttpResponse:
    """Propose an address."""
    actor = actor_of(request)
    triage.case(actor, case_id, Permission.REVIEW_ITEM_DECIDE)
    _tried(
        request,
        lambda: services.propose_address(actor, case_id, location_id),
        _("It is proposed. It is listed when enough people agree what stands there."),
    )
    return redirect("case", case_id)


#### Underneath ####


def _tried(request: HttpRequest, verb: Callable[[], object], done: str) -> None:
    try:
        verb()
    except ListsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)


def _withdrawn(request: HttpRequest, entry_id: UUID, verb: Callable[[Why], None]) -> HttpResponse:
    given = request.POST.get("why", "")
    if given not in {each.value for each in _OF_A_PERSON}:
        messages.error(request, _("Say why it is taken off."))
    else:
        done = _("It is taken off. The next version says so to everybody who takes the list.")
        _tried(request, lambda: verb(Why(given)), done)
    return redirect("own-entry", entry_id)


def _withdraw_at(actor: Actor, entry: OwnEntry, case: triage.Case | None) -> str:
    """Return where the actor takes an entry off; empty where they may not."""
    if can(actor, Permission.LISTS_LIST_EDIT, services.target_of(entry)):
        return reverse("own-entry-withdraw", args=[entry.id])
    if case is not None and can(actor, Permission.REVIEW_ITEM_DECIDE, triage.target_of(case)):
        return reverse("case-entry-withdraw", args=[case.id, entry.id])
    return ""


def _kind(text: str) -> Kind:
    return Kind(text) if text in set(Kind) else Kind.HASH


def _organisation(actor: Actor) -> UUID:
    if actor.organisation_id is None:
        raise Http404
    return actor.organisation_id


def _shown(entry: OwnEntry, *, sees_address: bool) -> dict[str, Any]:
    """Return an entry in words. An address is shown only to those who may see cases, and so that nothing opens it."""
    if entry.kind == Kind.ADDRESS:
        value = defang(entry.address or "") if sees_address else ""
    else:
        value = entry.sha256 or entry.sha1 or entry.md5
    return {
        "entry": entry,
        "value": value,
        "state": labels.STATES[State(entry.state)],
        "why": labels.WHY[Why(entry.why)] if entry.why else "",
        "people": len(entry.assessments),
    }


def _reasons(entry: OwnEntry) -> list[tuple[str, Any]]:
    return [
        (each.value, labels.WHY[each]) for each in _OF_A_PERSON if each is not Why.GONE or entry.kind == Kind.ADDRESS
    ]


def _policy_form(organisation_id: UUID) -> PolicyForm:
    kept = services.policy_of(organisation_id)
    return PolicyForm(initial={"assessors_min": kept.assessors_min, "matches_here": kept.matches_here})


def _takers(actor: Actor, kind: Kind) -> list[tuple[str, Taker | None]]:
    """Return the keys that may take the list, or did, by name, and what each took last."""
    took = {each.key_id: each for each in Taker.objects.filter(organisation_id=actor.organisation_id, kind=kind)}
    may = [
        each
        for each in machines(actor, Permission.LISTS_LIST_READ)
        if each.key_id in took or (each.is_valid and Permission.LISTS_VERSION_READ in (each.actor.scopes or ()))
    ]
    return [(each.name, took.get(each.key_id)) for each in may]


urlpatterns = [
    path("own-lists/", own_lists, name="own-lists"),
    path("own-lists/publish/", publish, name="own-list-publish"),
    path("own-lists/policy/", policy, name="own-list-policy"),
    path("own-lists/entries/<uuid:entry_id>/", own_entry, name="own-entry"),
    path("own-lists/entries/<uuid:entry_id>/withdraw/", withdraw, name="own-entry-withdraw"),
    path("own-lists/<str:kind>/<int:number>/<str:name>", own_file, name="own-list-file"),
    path("cases/<uuid:case_id>/assess/", assess, name="case-assess"),
    path("cases/<uuid:case_id>/own-entries/<uuid:entry_id>/withdraw/", withdraw_in, name="case-entry-withdraw"),
    path("cases/<uuid:case_id>/own-list/<uuid:location_id>/", propose_address, name="case-list-address"),
]
