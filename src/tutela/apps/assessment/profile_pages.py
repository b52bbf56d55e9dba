"""Pages of self-assessments: a country by the Model National Response, a platform by the six duties of industry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import actor_of, can, require
from tutela.apps.assessment import profiling
from tutela.apps.assessment.labels import ANSWERS, AREAS_OF_RESPONSE, CAPABILITIES, CHANGES, DUTIES
from tutela.apps.assessment.rules import ProfileError, Said, missing
from tutela.apps.custody.public import open_together
from tutela.apps.forms import DayField
from tutela.domain.actors import Permission
from tutela.engine.assessment.capability import Answer
from tutela.engine.assessment.duties import Duty

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from tutela.apps.assessment.models import CapabilityAnswer, Profile

_CHOICES: Final = [(each.value, label) for each, label in ANSWERS.items()]


class BeginForm(forms.Form):
    """Which country, for which edition."""

    country = forms.CharField(
        label=gettext_lazy("Country"),
        max_length=3,
        help_text=gettext_lazy("Its three capital letters (ISO 3166-1), such as NLD."),
    )
    edition = forms.CharField(label=gettext_lazy("Edition"), max_length=80)


class AnswerForm(forms.Form):
    """What is said about one capability."""

    existence = forms.ChoiceField(label=gettext_lazy("Is it there?"), choices=_CHOICES)
    implementation = forms.ChoiceField(label=gettext_lazy("Is it carried out?"), choices=_CHOICES)
    evidence = forms.CharField(
        label=gettext_lazy("What shows it?"),
        max_length=profiling.WORDS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Sealed; never published. Write nothing about single people."),
    )
    next_step = forms.CharField(
        label=gettext_lazy("What is the next step?"),
        max_length=profiling.WORDS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DocumentForm(forms.Form):
    """A document that stays with its owner."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    place = forms.CharField(label=gettext_lazy("Where it is kept"), max_length=400)
    dated = DayField(label=gettext_lazy("Its day"))
    sha256 = forms.CharField(label="SHA-256", min_length=64, max_length=64)


class PlatformForm(forms.Form):
    """What a platform says of itself, duty by duty."""

    platform = forms.CharField(label=gettext_lazy("Platform"), max_length=200)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for duty, label in DUTIES.items():
            there = forms.ChoiceField(label=_("%(duty)s: is there something?") % {"duty": label}, choices=_CHOICES)
            done = forms.ChoiceField(label=_("%(duty)s: is it carried out?") % {"duty": label}, choices=_CHOICES)
            self.fields[_field(duty)], self.fields[f"{_field(duty)}-done"] = there, done

    def said(self) -> dict[Duty, tuple[Answer, Answer]]:
        """Return what was answered."""
        read = self.cleaned_data
        return {duty: (Answer(read[_field(duty)]), Answer(read[f"{_field(duty)}-done"])) for duty in Duty}


@require(Permission.ASSESSMENT_PROFILE_READ)
@require_safe
def profiles(request: HttpRequest) -> HttpResponse:
    """List our self-assessments, and what countries published."""
    actor = actor_of(request)
    context = {
        "profiles": profiling.profiles(actor),
        "published": profiling.published(actor),
        "form": BeginForm(),
        "may_edit": can(actor, Permission.ASSESSMENT_PROFILE_EDIT),
    }
    return render(request, "assessment/profiles.html", context)


@require(Permission.ASSESSMENT_PROFILE_EDIT)
@require_POST
def profile_begin(request: HttpRequest) -> HttpResponse:
    """Begin a self-assessment."""
    form = BeginForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A country is written with its three capital letters (ISO 3166-1)."))
        return redirect("profiles")
    try:
        made = profiling.begin(actor_of(request), form.cleaned_data["country"], form.cleaned_data["edition"])
    except ProfileError as error:
        messages.error(request, str(error))
        return redirect("profiles")
    return redirect("profile", made.id)


@require(Permission.ASSESSMENT_PROFILE_READ)
@require_safe
def profile(request: HttpRequest, profile_id: UUID) -> HttpResponse:
    """Show the 21 answers, area by area, and what became of each since the edition before."""
    actor = actor_of(request)
    found = profiling.profile(actor, profile_id)
    earlier = profiling.before(found)
    said = profiling.answers(found)
    then = profiling.answers(earlier) if earlier else {}
    context = {
        "profile": found,
        "earlier": earlier,
        "areas": list(_areas(said, then)),
        "lacking": len(missing(said.values())),
        "may_edit": can(actor, Permission.ASSESSMENT_PROFILE_EDIT) and not found.published_at,
        "may_publish": can(actor, Permission.ASSESSMENT_PROFILE_PUBLISH) and not found.published_at,
    }
    return render(request, "assessment/profile.html", context)


@require(Permission.ASSESSMENT_PROFILE_READ)
@require_safe
def capability(request: HttpRequest, profile_id: UUID, number: int) -> HttpResponse:
    """Show what is said about one capability, its evidence and its documents."""
    actor = actor_of(request)
    found = profiling.profile(actor, profile_id)
    if number not in CAPABILITIES:
        raise Http404
    row: CapabilityAnswer | None = found.answers.filter(capability=number).first()
    open_together([row] if row else [])
    given = {name: getattr(row, name) for name in AnswerForm.base_fields} if row else {}
    context = {
        "profile": found,
        "number": number,
        "title": CAPABILITIES[number],
        "answer": row,
        "documents": row.documents.all() if row else (),
        "form": AnswerForm(initial=given),
        "document_form": DocumentForm(auto_id="document-%s"),
        "next": number + 1 if number + 1 in CAPABILITIES else None,
        "may_edit": can(actor, Permission.ASSESSMENT_PROFILE_EDIT) and not found.published_at,
    }
    return render(request, "assessment/capability.html", context)


@require(Permission.ASSESSMENT_PROFILE_EDIT)
@require_POST
def capability_answer(request: HttpRequest, profile_id: UUID, number: int) -> HttpResponse:
    """Answer one capability."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        _seen(request, profile_id)
        messages.error(request, _("Say whether it is there, and whether it is carried out."))
        return redirect("capability", profile_id, number)
    read = form.cleaned_data
    said = Said(number, Answer(read["existence"]), Answer(read["implementation"]))
    try:
        profiling.answer(actor_of(request), profile_id, said, evidence=read["evidence"], next_step=read["next_step"])
    except ProfileError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Kept."))
    return redirect("capability", profile_id, number)


@require(Permission.ASSESSMENT_PROFILE_EDIT)
@require_POST
def capability_document(request: HttpRequest, profile_id: UUID, number: int) -> HttpResponse:
    """Name a document."""
    form = DocumentForm(request.POST)
    if not form.is_valid():
        _seen(request, profile_id)
        messages.error(request, _("A document has a title, a place, a day and a SHA-256."))
        return redirect("capability", profile_id, number)
    try:
        profiling.add_document(actor_of(request), profile_id, number, **form.cleaned_data)
    except ProfileError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Kept."))
    return redirect("capability", profile_id, number)


@require(Permission.ASSESSMENT_PROFILE_PUBLISH)
@require_POST
def profile_publish(request: HttpRequest, profile_id: UUID) -> HttpResponse:
    """Publish a whole self-assessment, for good."""
    try:
        profiling.publish(actor_of(request), profile_id)
    except ProfileError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Published. The answers do not change any more."))
    return redirect("profile", profile_id)


@require(Permission.ASSESSMENT_PROFILE_READ)
@require_safe
def platforms(request: HttpRequest) -> HttpResponse:
    """List self-assessments of platforms."""
    actor = actor_of(request)
    checks = [
        (
            each,
            [(DUTIES[Duty[duty]], *(ANSWERS[Answer(word)] for word in said)) for duty, said in each.answers.items()],
        )
        for each in profiling.platform_checks(actor)
    ]
    context = {"checks": checks, "form": PlatformForm(), "may_edit": can(actor, Permission.ASSESSMENT_PROFILE_EDIT)}
    return render(request, "assessment/platforms.html", context)


@require(Permission.ASSESSMENT_PROFILE_EDIT)
@require_POST
def platform_check(request: HttpRequest) -> HttpResponse:
    """Keep what a platform says of itself."""
    form = PlatformForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Name the platform, and answer each of the six."))
        return redirect("platforms")
    try:
        profiling.check_platform(actor_of(request), form.cleaned_data["platform"], form.said())
    except ProfileError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Kept."))
    return redirect("platforms")


def _field(duty: Duty) -> str:
    return duty.name.lower().replace("_", "-")


def _seen(request: HttpRequest, profile_id: UUID) -> Profile:
    """Refuse who may not even see it, before a word about the form is said."""
    return profiling.profile(actor_of(request), profile_id)


def _areas(said: dict[int, Said], then: dict[int, Said]) -> Iterator[dict[str, Any]]:
    for numbers, title in AREAS_OF_RESPONSE:
        rows = [
            {
                "number": number,
                "title": CAPABILITIES[number],
                "existence": ANSWERS[said[number].existence] if number in said else "",
                "implementation": ANSWERS[said[number].implementation] if number in said else "",
                "change": CHANGES[said[number].step_from(then[number])] if number in said and number in then else "",
            }
            for number in numbers
        ]
        yield {"title": title, "rows": rows}


_ONE: Final = "assessment/profiles/<uuid:profile_id>/"
urlpatterns = [
    path("assessment/profiles/", profiles, name="profiles"),
    path("assessment/profiles/begin/", profile_begin, name="profile-begin"),
    path(_ONE, profile, name="profile"),
    path(f"{_ONE}publish/", profile_publish, name="profile-publish"),
    path(f"{_ONE}<int:number>/", capability, name="capability"),
    path(f"{_ONE}<int:number>/answer/", capability_answer, name="capability-answer"),
    path(f"{_ONE}<int:number>/document/", capability_document, name="capability-document"),
    path("assessment/platforms/", platforms, name="platforms"),
    path("assessment/platforms/check/", platform_check, name="platform-check"),
]
