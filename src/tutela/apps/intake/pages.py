"""The public form and the receipt, and what staff read, write down and answer.

For the public there is no account, no cookie but the form's own guard, and nothing is kept about who sends: how often
somebody tries is counted under a name that nobody can turn back into an address (`access.knocking`). The language and
the path through the form stand in the address (`?lang=de&about=me`), so that choosing them leaves nothing behind.

The form carries a random token; sending it twice is one report with one receipt. The code of a receipt is shown once,
and asked for by a form that is posted, so that it stands in no address, log or history.

Where the database cannot be used for now, a page that was posted comes back with all that was typed and the same token,
so that nobody writes it twice and sending it again makes no second report.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import (
    Desk,
    acting_as,
    actor_of,
    caller_must_wait_s,
    can,
    desk_of,
    front_desk,
    open_to_all,
    require,
)
from tutela.apps.intake import claimed, receipts, rules, services
from tutela.apps.intake.forms import (
    FACT_WORDS,
    INCIDENT_WORDS,
    About,
    AdditionForm,
    AnswerForm,
    CallForm,
    ReceiptForm,
    ReportForm,
)
from tutela.apps.intake.models import Door, Report
from tutela.apps.intake.reception import in_chosen_language, public_page
from tutela.apps.passing import or_again
from tutela.apps.triage import public as triage
from tutela.domain.actors import PUBLIC, Actor, Permission
from tutela.domain.addresses import defang
from tutela.domain.ids import OrganisationId, TeamId
from tutela.engine.throttling import Rate

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

_TOKEN_BYTES: Final = 24
_HOUR_S: Final = 3600
REPORTS: Final = Rate(rules.REPORTS_AN_HOUR_MAX, _HOUR_S)
DANGERS: Final = Rate(rules.DANGERS_AN_HOUR_MAX, _HOUR_S)
RECEIPTS: Final = Rate(rules.RECEIPTS_AN_HOUR_MAX, _HOUR_S)


#### The public ####


def _report_again(request: HttpRequest) -> HttpResponse:
    about = _about(request)
    shown = {"form": ReportForm(request.POST, about=about), "about": about, "abouts": _abouts(), "is_away": True}
    return public_page(request, "intake/report.html", shown)


def _ask_again(request: HttpRequest) -> HttpResponse:
    return public_page(request, "intake/ask.html", {"form": ReceiptForm(request.POST), "is_away": True})


def _add_again(request: HttpRequest) -> HttpResponse:
    return public_page(request, "intake/again.html", {"addition": AdditionForm(request.POST), "is_away": True})


@open_to_all("anybody may report, and is asked for no account; tries are counted")
@sensitive_post_parameters()
@in_chosen_language
@or_again(_report_again)
def report(request: HttpRequest) -> HttpResponse:
    """Take a report from anybody and show the receipt."""
    desk = front_desk()
    if desk is None:
        return public_page(request, "intake/closed.html", status=503)
    about = _about(request)
    form = ReportForm(request.POST or None, initial=_fresh_token(), about=about)
    if request.method == "POST" and (wait_s := _must_wait_s(request, "report", REPORTS)):
        return _wait(request, wait_s)
    if request.method == "POST":
        public = replace(PUBLIC, organisation_id=desk.organisation_id)
        with acting_as(public):
            kept = _taken_in(request, form, public, desk, Door.FORM)
        if kept is not None:
            shown = {"report": kept, "code": receipts.code_of(form.cleaned_data["token"]), "about": about}
            return public_page(request, "intake/receipt.html", shown | {"addresses": _defanged(form)})
    status = 400 if form.errors else 200
    return public_page(request, "intake/report.html", {"form": form, "about": about, "abouts": _abouts()}, status)


@open_to_all("whoever holds a receipt gave no name; its 16 digits are the proof, and tries are counted")
@sensitive_post_parameters()
@in_chosen_language
@or_again(_ask_again)
def ask(request: HttpRequest) -> HttpResponse:
    """Show how a report stands to whoever holds its receipt."""
    form = ReceiptForm(request.POST or None)
    standing = None
    if request.method == "POST":
        if wait_s := caller_must_wait_s(request, "receipt", RECEIPTS):
            return _wait(request, wait_s)
        if form.is_valid():
            standing = receipts.standing_of(form.cleaned_data["code"])
            if standing is None:
                form.add_error("code", _("There is no report with this receipt. Please check the digits."))
    code = form.cleaned_data["code"] if standing else ""
    addition = AdditionForm(initial=_fresh_token() | {"code": code})
    return public_page(request, "intake/ask.html", {"form": form, "standing": standing, "addition": addition})


@open_to_all("whoever holds a receipt may add to what they reported; tries are counted")
@sensitive_post_parameters()
@in_chosen_language
@or_again(_add_again)
def add(request: HttpRequest) -> HttpResponse:
    """Take in what the holder of a receipt adds: another report, in the same thread and the same case."""
    if request.method != "POST":
        return redirect("report-ask")
    if wait_s := _must_wait_s(request, "receipt", RECEIPTS):
        return _wait(request, wait_s)
    form = AdditionForm(request.POST)
    code = request.POST.get("code", "")
    first = receipts.thread_of(code)
    if first is None:
        again = ReceiptForm({"code": ""})
        again.add_error("code", _("There is no report with this receipt. Please check the digits."))
        return public_page(request, "intake/ask.html", {"form": again, "standing": None}, 400)
    public = replace(PUBLIC, organisation_id=OrganisationId(first.organisation_id))
    team_id = TeamId(first.case.team_id) if first.case.team_id else None
    with acting_as(public):
        desk = Desk(OrganisationId(first.organisation_id), team_id)
        kept = _taken_in(request, form, public, desk, Door.FORM, code=code, continues=first.id)
    shown: dict[str, Any] = {
        "form": ReceiptForm(),
        "standing": receipts.standing_of(code),
        "is_added": kept is not None,
    }
    shown["addition"] = form if kept is None else AdditionForm(initial=_fresh_token() | {"code": code})
    return public_page(request, "intake/ask.html", shown, 400 if form.errors else 200)


#### Staff ####


def _call_again(request: HttpRequest) -> HttpResponse:
    return render(request, "intake/call.html", {"form": CallForm(request.POST), "is_away": True})


@require(
    Permission.INTAKE_REPORT_READ
)  # handing reports in is open to the public, too: `services.receive` asks for that
@sensitive_post_parameters()
@or_again(_call_again)
def call(request: HttpRequest) -> HttpResponse:
    """Write down what a caller says. The record says who wrote it, and the caller gets a receipt, too."""
    actor = actor_of(request)
    assert actor.organisation_id is not None
    form = CallForm(request.POST or None, initial=_fresh_token())
    if request.method == "POST":
        kept = _taken_in(request, form, actor, desk_of(actor.organisation_id), Door.CALL)
        if kept is not None:
            code = receipts.code_of(form.cleaned_data["token"])
            return render(request, "intake/called.html", {"report": kept, "code": code, "addresses": _defanged(form)})
    return render(request, "intake/call.html", {"form": form}, status=400 if form.errors else 200)


@require(Permission.INTAKE_REPORT_READ)
@require_safe
def reports(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show the reports of one case, what they claim, and what was answered."""
    return _reports(request, case_id)


@require(Permission.INTAKE_REPORT_ANSWER)
@require_POST
def contact(request: HttpRequest, case_id: UUID, report_id: UUID) -> HttpResponse:
    """Show how one reporter can be reached; that it was shown is recorded."""
    found = services.contact_of(actor_of(request), case_id, report_id)
    return _reports(request, case_id, {report_id: found})


@require(Permission.INTAKE_REPORT_ANSWER)
@require_POST
@sensitive_post_parameters()
def answer(request: HttpRequest, case_id: UUID, report_id: UUID) -> HttpResponse:
    """Answer whoever holds the receipt of a report."""
    form = AnswerForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    if services.answer(actor_of(request), case_id, report_id, text):
        messages.success(request, _("Whoever holds the receipt can read it now."))
    else:
        messages.error(request, _("Please write an answer."))
    return redirect("case-reports", case_id)


def _reports(request: HttpRequest, case_id: UUID, contacts: dict[UUID, str] | None = None) -> HttpResponse:
    actor = actor_of(request)
    case = triage.case(actor, case_id, Permission.INTAKE_REPORT_READ)
    may_answer = can(actor, Permission.INTAKE_REPORT_ANSWER, triage.target_of(case))
    listed = [
        {
            "report": each,
            "claims": _claims(each),
            "may_answer": may_answer,
            "contact": (contacts or {}).get(each.id, ""),
            "form": AnswerForm(auto_id=f"{each.id}-%s")
            if may_answer and (each.receipt_digest or each.thread_id)
            else None,
        }
        for each in services.reports_of(case_id)
    ]
    return render(request, "intake/reports.html", {"case": case, "listed": listed})


def _claims(report: Report) -> dict[str, Any]:
    """What a report claims, in words and defanged; nothing where it was erased."""
    said = claimed.read(report.claimed or "")
    return {
        "incident": INCIDENT_WORDS[said.incident] if said.incident.value != "not-said" else "",
        "facts": [words for fact, words in FACT_WORDS.items() if fact in said.facts],
        "addresses": [defang(each) for each in said.addresses],
        "accounts": said.accounts,
        "occurred_at": report.occurred_at,
        "files": sum(1 for media in said.media if media.fold),
        "ip_captures": said.ip_captures,
        "besides": [(each.name, defang(each.value)) for each in said.besides],
    }


#### All of them ####


def _language(door: Door) -> str:
    """Return the language that somebody of the public chose; a colleague's says nothing about the caller's."""
    return (get_language() or "").partition("-")[0] if door is Door.FORM else ""


def _taken_in(
    request: HttpRequest,
    form: ReportForm | AdditionForm,
    actor: Actor,
    desk: Desk,
    door: Door,
    *,
    code: str = "",
    continues: UUID | None = None,
) -> Report | None:
    """Take in what a form says, and return it; None where the form says why not, or what to check."""
    if not form.is_valid():
        return None
    if form.to_check:
        form.show_back(form.to_check)
        return None
    token = form.cleaned_data["token"]
    code = code or receipts.code_of(token)
    submission = services.Submission(
        door=door,
        key=token,
        reported=replace(form.reported(), incident_name=receipts.incident_of(code), language=_language(door)),
        ground=services.ground_of(),
        has_files=bool(request.FILES),
        receipt_digest="" if continues else receipts.digest_of(code),
        continues=continues,
        written_by=actor.pseudonym if door is Door.CALL else "",
    )
    try:
        return services.receive(actor, desk, submission)
    except services.RefusedReportError as error:
        if error.problem is rules.Problem.HAS_MEDIA:
            form.forget()
        form.add_error(None, _explained(error.problem, continues=continues is not None))
    except services.KeyReusedError:
        form.add_error(None, _("This form was sent already, with other words. Please load the page anew."))
    return None


def _fresh_token() -> dict[str, str]:
    return {"token": secrets.token_urlsafe(_TOKEN_BYTES)}


def _must_wait_s(request: HttpRequest, door: str, rate: Rate) -> int:
    """A child in danger now is not kept waiting by how much else came from the same address."""
    if request.POST.get("child_in_danger"):
        return caller_must_wait_s(request, "danger", DANGERS)
    return caller_must_wait_s(request, door, rate)


def _wait(request: HttpRequest, wait_s: int) -> HttpResponse:
    response = public_page(request, "intake/wait.html", status=429)
    response["Retry-After"] = str(wait_s)
    return response


def _defanged(form: ReportForm) -> list[str]:
    return [defang(each) for each in form.cleaned_data["address"]]


def _about(request: HttpRequest) -> About:
    about = request.GET.get("about", "")
    return About(about) if about in set(About) else About.SEEN


def _abouts() -> list[tuple[str, str]]:
    return [
        (About.DANGER, _("A child is in danger")),
        (About.SEEN, _("I saw something online")),
        (About.ME, _("It is about me")),
    ]


def _explained(problem: rules.Problem, *, continues: bool) -> str:
    if continues and problem is rules.Problem.NO_ADDRESS:
        return _("Please write what you would like to add.")
    return {
        rules.Problem.HAS_MEDIA: _(
            "Please send no pictures, videos or other files. Do not download, copy or forward them: the address is enough."  # noqa: E501 - one sentence
        ),
        rules.Problem.NO_ADDRESS: _(
            "Please give the address of the page or the name of an account. If a child or you yourself need help, tick it and write a few words, or how we can reach you."  # noqa: E501 - one sentence
        ),
        rules.Problem.NOT_AN_ADDRESS: _("This is not the address of a page. It begins with https:// or http://."),
        rules.Problem.TOO_MANY: _("These are too many addresses for one report. Please send several."),
        rules.Problem.TOO_LONG: _("The text is too long: please keep it below 10,000 characters."),
    }[problem]


urlpatterns = [
    path("report/", report, name="report"),
    path("report/ask/", ask, name="report-ask"),
    path("report/add/", add, name="report-add"),
    path("reports/call/", call, name="report-call"),
    path("cases/<uuid:case_id>/reports/", reports, name="case-reports"),
    path("cases/<uuid:case_id>/reports/<uuid:report_id>/answer/", answer, name="report-answer"),
    path("cases/<uuid:case_id>/reports/<uuid:report_id>/contact/", contact, name="report-contact"),
]
