"""Pages of editions: ask for one, see how far it is, take its files with their digests, have it built again."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import actor_of, can, require
from tutela.apps.assessment import costing, data, editing, reading, releasing
from tutela.apps.assessment.editing import EditionError, Order
from tutela.apps.assessment.labels import LENSES
from tutela.domain.actors import Permission
from tutela.engine.assessment.indicators import AreaLevel, Lens

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from tutela.domain.actors import Actor

_ROWS_A_PAGE: Final = 50
_FIVE: Final = [each for each in Lens if each is not Lens.CONTEXT]


class OrderForm(forms.Form):
    """Which release, under what title, through which lenses, with whose briefs."""

    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=200, help_text=gettext_lazy("Words; years are the only numbers in it.")
    )
    release = forms.ChoiceField(label=gettext_lazy("Release"))
    lenses = forms.MultipleChoiceField(
        label=gettext_lazy("Lenses"),
        choices=[(each.value, LENSES[each]) for each in _FIVE],
        initial=[each.value for each in _FIVE],
        widget=forms.CheckboxSelectMultiple,
    )
    countries = forms.MultipleChoiceField(
        label=gettext_lazy("A brief for each of these countries"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),  # hundreds: one press of Tab passes them
        help_text=gettext_lazy("Hold Ctrl to choose more than one."),
    )
    scenarios = forms.MultipleChoiceField(
        label=gettext_lazy("Cost scenarios, as ranges"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        countries = reading.areas(data.registry(actor), AreaLevel.COUNTRY)
        kept = costing.scenarios(actor) if can(actor, Permission.ASSESSMENT_STUDY_READ) else ()
        choices = {
            "release": [(str(each.id), each.title) for each in releasing.releases(actor)],
            "countries": [(each.code, each.name) for each in countries],
            "scenarios": [(str(each.id), each.title) for each in kept],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # both are
            field.choices = offered
        if not choices["scenarios"]:
            del self.fields["scenarios"]

    def order(self) -> Order:
        """Return what is asked for."""
        read = self.cleaned_data
        lenses, scenarios = tuple(map(Lens, read["lenses"])), tuple(read.get("scenarios", ()))
        return Order(read["release"], read["title"], lenses, tuple(read["countries"]), scenarios)


@require(Permission.ASSESSMENT_DATA_READ)
@require_safe
def editions(request: HttpRequest) -> HttpResponse:
    """List the editions, the newest first."""
    actor = actor_of(request)
    context = {
        "page": Paginator(editing.editions(actor), _ROWS_A_PAGE).get_page(request.GET.get("page")),
        "has_release": releasing.releases(actor).exists(),
        "form": OrderForm(actor=actor) if can(actor, Permission.ASSESSMENT_DATA_EDIT) else None,
    }
    return render(request, "assessment/editions.html", context)


@require(Permission.ASSESSMENT_DATA_EDIT)
@require_POST
def edition_ask(request: HttpRequest) -> HttpResponse:
    """Ask for an edition; it is built in the background."""
    actor = actor_of(request)
    form = OrderForm(request.POST, actor=actor)
    if not form.is_valid():
        messages.error(request, _("Choose a release and at least one lens, and give the edition a title."))
        return redirect("editions")
    try:
        made = editing.ask(actor, form.order())
    except EditionError as error:
        messages.error(request, str(error))
        return redirect("editions")
    return redirect("edition", made.id)


@require(Permission.ASSESSMENT_DATA_READ)
@require_safe
def edition(request: HttpRequest, edition_id: UUID) -> HttpResponse:
    """Show an edition: how far it is, or its files with their digests."""
    actor = actor_of(request)
    found = editing.edition(actor, edition_id)
    order = Order.of(found)
    areas = data.registry(actor).catalogue.areas
    files = editing.files(found)
    context = {
        "edition": found,
        "lenses": [LENSES[each] for each in order.lenses],
        "countries": [areas[each].name if each in areas else each for each in order.countries],
        "scenarios": costing.titles(actor, order.scenarios),
        "reports": [each for each in files if "/" not in each.name],
        "tables": [each for each in files if "/" in each.name],
        "missing": editing.missing(found),
        "was_given_up": editing.was_given_up(found),
        "may_edit": can(actor, Permission.ASSESSMENT_DATA_EDIT),
    }
    return render(request, "assessment/edition.html", context)


@require(Permission.ASSESSMENT_DATA_EDIT)
@require_POST
def edition_again(request: HttpRequest, edition_id: UUID) -> HttpResponse:
    """Have an edition built again."""
    editing.again(actor_of(request), edition_id)
    return redirect("edition", edition_id)


@require(Permission.ASSESSMENT_DATA_READ)
@require_safe
def edition_file(request: HttpRequest, edition_id: UUID, name: str) -> HttpResponse:
    """Hand out one file, if it is what was built."""
    found = editing.edition(actor_of(request), edition_id)
    try:
        content = editing.content(found, name)
    except EditionError as error:
        messages.error(request, str(error))
        return redirect("edition", edition_id)
    kind = mimetypes.guess_type(name)[0] or "text/plain"
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name.rpartition("/")[2]}"'
    return response


urlpatterns = [
    path("assessment/editions/", editions, name="editions"),
    path("assessment/editions/ask/", edition_ask, name="edition-ask"),
    path("assessment/editions/<uuid:edition_id>/", edition, name="edition"),
    path("assessment/editions/<uuid:edition_id>/again/", edition_again, name="edition-again"),
    path("assessment/editions/<uuid:edition_id>/files/<path:name>", edition_file, name="edition-file"),
]
