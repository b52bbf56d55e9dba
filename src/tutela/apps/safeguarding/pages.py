"""The list of open questions: is the child safe?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import actor_of, can, require
from tutela.apps.safeguarding import services
from tutela.apps.safeguarding.rules import Answer
from tutela.domain.actors import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

_NOTE_CHARACTERS_MAX = 4000


class AnswerForm(forms.Form):
    """An answer to the question."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Is the child safe?"),
        choices=[
            (Answer.SAFE.value, gettext_lazy("Yes, the child is safe")),
            (Answer.WITH_SERVICE.value, gettext_lazy("A child-protection service or the police has taken over")),
            (Answer.NOT_KNOWN.value, gettext_lazy("Not known yet: the question stays open")),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("What was done, and who has taken over"),
        max_length=_NOTE_CHARACTERS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept encrypted with the case."),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, use_required_attribute=True, **more)


@require(Permission.SAFEGUARDING_CONCERN_READ)
@require_safe
def concerns(request: HttpRequest) -> HttpResponse:
    """List the open questions, the untaken first."""
    actor = actor_of(request)
    listed = [
        {
            "concern": concern,
            "may_answer": can(actor, Permission.SAFEGUARDING_CONCERN_ANSWER, services.target_of(concern)),
            "is_mine": concern.taken_by == actor.pseudonym,
            "form": AnswerForm(auto_id=f"{concern.id}-%s"),
        }
        for concern in services.concerns(actor).distinct()
    ]
    return render(request, "safeguarding/concerns.html", {"listed": listed})


@require(Permission.SAFEGUARDING_CONCERN_ANSWER)
@require_POST
def take(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    """Acknowledge a concern."""
    services.take(actor_of(request), concern_id)
    messages.success(request, _("It is yours now. The question stays open until it is answered."))
    return redirect("safeguarding")


@require(Permission.SAFEGUARDING_CONCERN_ANSWER)
@require_POST
def answer(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    """Answer the question."""
    services.concern(actor_of(request), concern_id, Permission.SAFEGUARDING_CONCERN_ANSWER)
    form = AnswerForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        services.answer(actor_of(request), concern_id, Answer(values["answer"]), values["note"])
        messages.success(request, _("The answer has been written down."))
    else:
        messages.error(request, _("Choose an answer and say what was done."))
    return redirect("safeguarding")


urlpatterns = [
    path("safeguarding/", concerns, name="safeguarding"),
    path("safeguarding/<uuid:concern_id>/take/", take, name="concern-take"),
    path("safeguarding/<uuid:concern_id>/answer/", answer, name="concern-answer"),
]
