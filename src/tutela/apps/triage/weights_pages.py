"""How much each signal counts in the queue: the weights in force, others tried on it, and every version before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import actor_of, can, require
from tutela.apps.custody.public import open_together
from tutela.apps.triage import ranking
from tutela.apps.triage.effect import effect
from tutela.apps.triage.labels import name_of, sentence_of
from tutela.apps.triage.rules import Code, Part
from tutela.apps.triage.weights import POINTS_MAX, TUNABLE, Weights
from tutela.domain.actors import Actor, Permission
from tutela.domain.ids import OrganisationId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse

VERSIONS_SHOWN: Final = 20


class WeightsForm(forms.Form):
    """Points for each signal, harm now first."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for code in TUNABLE:
            self.fields[code.value] = forms.IntegerField(label=name_of(code), min_value=0, max_value=POINTS_MAX)

    def weights(self) -> Weights:
        """Return what was chosen, as the version of nobody yet."""
        return Weights.read(0, self.cleaned_data)

    def parts(self) -> Iterator[tuple[str, list[Any]]]:
        """Yield the fields of each part of the score."""
        for part, title in ((Part.HARM, _("Harm now")), (Part.ACTION, _("Actionability"))):
            yield title, [self[code.value] for code in TUNABLE if code.part is part]


class AdoptionForm(WeightsForm):
    """The same, hidden, with the reason. `seen` shows that their effect was looked at."""

    reason = forms.CharField(
        label=gettext_lazy("Why are they changed?"),
        max_length=ranking.REASON_CHARACTERS_MAX,
        help_text=gettext_lazy("Kept with this version; that it was adopted stands in the record."),
    )
    seen = forms.CharField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for code in TUNABLE:
            self.fields[code.value].widget = forms.HiddenInput()


@require(Permission.TRIAGE_WEIGHT_READ)
@require_safe
def weights(request: HttpRequest) -> HttpResponse:
    """Show how much each signal counts, and every version before."""
    actor = actor_of(request)
    form = WeightsForm(initial=ranking.in_force(actor.organisation_id).plain())
    return _weights_page(request, actor, form)


@require(Permission.TRIAGE_WEIGHT_EDIT)
@require_POST
def show_effect(request: HttpRequest) -> HttpResponse:
    """Show what other weights would do to the queue, and change nothing."""
    actor, form = actor_of(request), WeightsForm(request.POST)
    if not form.is_valid() or actor.organisation_id is None:
        return _weights_page(request, actor, form)
    before, after = ranking.in_force(actor.organisation_id), form.weights()
    adoption = AdoptionForm(auto_id="adopt-%s", initial={**after.plain(), "seen": _seen(actor, before, after)})
    found = effect(actor.organisation_id, before, after)
    shown = {"effect": found, "beside": list(zip(found.top_before, found.top_after, strict=True)), "adoption": adoption}
    return _weights_page(request, actor, form, **shown)


@require(Permission.TRIAGE_WEIGHT_EDIT)
@require_POST
def adopt(request: HttpRequest) -> HttpResponse:
    """Adopt weights whose effect was seen."""
    actor, form = actor_of(request), AdoptionForm(request.POST)
    if not form.is_valid() or actor.organisation_id is None:
        messages.error(request, _("Look at the effect first, and say why the weights are changed."))
        return redirect("weights")
    chosen = form.weights()
    seen = _seen(actor, ranking.in_force(actor.organisation_id), chosen)
    if not constant_time_compare(form.cleaned_data["seen"], seen):
        messages.error(request, _("Other weights are in force since you looked. Look at the effect again."))
        return redirect("weights")
    try:
        ranking.adopt(actor, OrganisationId(actor.organisation_id), chosen, form.cleaned_data["reason"])
    except ranking.RankingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Adopted. The old order serves until every case is weighed anew."))
    return redirect("weights")


def _weights_page(request: HttpRequest, actor: Actor, form: WeightsForm, **more: Any) -> HttpResponse:
    versions = list(ranking.history(actor.organisation_id)[:VERSIONS_SHOWN]) if actor.organisation_id else []
    open_together(versions)
    context = {
        "form": form,
        "versions": versions,
        "in_force": ranking.in_force(actor.organisation_id),
        "may_edit": can(actor, Permission.TRIAGE_WEIGHT_EDIT),
        "danger": sentence_of(Code.CHILD_IN_DANGER, 1),
        **more,
    }
    return render(request, "triage/weights.html", context)


def _seen(actor: Actor, before: Weights, after: Weights) -> str:
    """Return what only somebody knows who was shown this change of these weights."""
    words = f"{actor.pseudonym}\n{before.number}\n{after.plain()}"
    return salted_hmac("tutela.triage.weights", words, algorithm="sha256").hexdigest()


urlpatterns = [
    path("queue/weights/", weights, name="weights"),
    path("queue/weights/effect/", show_effect, name="weights-effect"),
    path("queue/weights/adopt/", adopt, name="weights-adopt"),
]
