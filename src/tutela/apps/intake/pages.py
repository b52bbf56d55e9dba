"""The public form and the receipt, and what staff read and answer.

For the public there is no account, no cookie but the form's own guard, and nothing is kept about who sends: how often
somebody tries is counted under a name that nobody can turn back into an address (`access.knocking`).

The form carries a random token; sending it twice is one report with one receipt. The code of a receipt is shown once,
and asked for by a form that is posted, so that it stands in no address, log or history.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import acting_as, actor_of, caller_must_wait_s, can, front_desk, open_to_all, require
from tutela.apps.intake import receipts, rules, services
from tutela.apps.intake.forms import AnswerForm, ReceiptForm, ReportForm
from tutela.apps.intake.models import Door
from tutela.apps.triage import public as triage
from tutela.domain.actors import PUBLIC, Permission
from tutela.domain.reports import Fact, Reported
from tutela.engine.throttling import Rate

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from tutela.apps.access.public import Desk

_TOKEN_BYTES: Final = 24
_HOUR_S: Final = 3600
REPORTS: Final = Rate(rules.REPORTS_AN_HOUR_MAX, _HOUR_S)
DANGERS: Final = Rate(rules.DANGERS_AN_HOUR_MAX, _HOUR_S)
RECEIPTS: Final = Rate(rules.RECEIPTS_AN_HOUR_MAX, _HOUR_S)


@open_to_all("anybody may report, and is asked for no account; tries are counted")
@sensitive_post_parameters()
def report(request: HttpRequest) -> HttpResponse:
    """Take a report from anybody and show the receipt."""
    desk = front_desk()
    if desk is None:
        return render(request, "intake/closed.html", status=503)
    form = ReportForm(request.POST or None, initial={"token": secrets.token_urlsafe(_TOKEN_BYTES)})
    if request.method == "POST" and (wait_s := _must_wait_s(request)):
        return _wait(request, wait_s)
    if request.method == "POST" and form.is_valid():
        code = receipts.code_of(form.cleaned_data["token"])
        try:
            kept = _receive(request, desk, form.cleaned_data, code)
        except services.RefusedReportError as error:
            if error.problem is rules.Problem.HAS_MEDIA:
                form.data = {**request.POST.dict(), "address": "", "text": ""}  # it is not sent back either
            form.add_error(None, _explained(error.problem))
        except services.KeyReusedError:
            form.add_error(None, _("This form was sent already, with other words. Please load the page anew."))
        else:
            return render(request, "intake/receipt.html", {"report": kept, "code": code})
    return render(request, "intake/report.html", {"form": form}, status=400 if form.is_bound else 200)


@open_to_all("whoever holds a receipt gave no name; its 16 digits are the proof, and tries are counted")
@sensitive_post_parameters()
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
    return render(request, "intake/ask.html", {"form": form, "standing": standing})


@require(Permission.INTAKE_REPORT_READ)
@require_safe
def reports(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show the reports of one case, and what was answered."""
    actor = actor_of(request)
    case = triage.case(actor, case_id, Permission.INTAKE_REPORT_READ)
    may_answer = can(actor, Permission.INTAKE_REPORT_ANSWER, triage.target_of(case))
    listed = [
        {"report": each, "form": AnswerForm(auto_id=f"{each.id}-%s") if may_answer and each.receipt_digest else None}
        for each in services.reports_of(case_id)
    ]
    return render(request, "intake/reports.html", {"case": case, "listed": listed})


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


def _must_wait_s(request: HttpRequest) -> int:
    """A child in danger now is not kept waiting by how much else came from the same address."""
    if request.POST.get("child_in_danger"):
        return caller_must_wait_s(request, "danger", DANGERS)
    return caller_must_wait_s(request, "report", REPORTS)


def _receive(request: HttpRequest, desk: Desk, values: dict[str, Any], code: str) -> Any:
    public = replace(PUBLIC, organisation_id=desk.organisation_id)
    submission = services.Submission(
        door=Door.FORM,
        key=values["token"],
        reported=Reported(
            facts=frozenset({Fact.DANGER_NOW} if values["child_in_danger"] else ()),
            text=values["text"],
            addresses=(values["address"],) if values["address"] else (),
        ),
        ground=services.ground_of(),
        has_files=bool(request.FILES),
        receipt_digest=receipts.digest_of(code),
    )
    with acting_as(public):
        return services.receive(public, desk, submission)


def _wait(request: HttpRequest, wait_s: int) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(wait_s)
    return response


def _explained(problem: rules.Problem) -> str:
    return {
        rules.Problem.HAS_MEDIA: _(
            "Please send no pictures, videos or other files. Do not download, copy or forward them: the address is enough."  # noqa: E501 - one sentence
        ),
        rules.Problem.NO_ADDRESS: _("Please give the address of the page, or tell us about a child in danger."),
        rules.Problem.NOT_AN_ADDRESS: _("This is not the address of a page. It begins with https:// or http://."),
        rules.Problem.TOO_MANY: _("These are too many addresses for one report. Please send several."),
        rules.Problem.TOO_LONG: _("The text is too long: please keep it below 10,000 characters."),
    }[problem]


urlpatterns = [
    path("report/", report, name="report"),
    path("report/ask/", ask, name="report-ask"),
    path("cases/<uuid:case_id>/reports/", reports, name="case-reports"),
    path("cases/<uuid:case_id>/reports/<uuid:report_id>/answer/", answer, name="report-answer"),
]
