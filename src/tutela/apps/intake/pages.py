"""The public form: no account, no cookie but the form's own guard, nothing kept about who sends.

The form carries a random token; sending it twice is one report, and its receipt is made of the token, so that whoever
loses the answer and sends again gets the same code. The code is shown once; its digest is kept.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.shortcuts import render
from django.urls import path
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from tutela.apps.access.public import PUBLIC, acting_as, front_desk, open_to_all
from tutela.apps.intake import rules, services
from tutela.apps.intake.models import Channel
from tutela.domain.addresses import ADDRESS_CHARACTERS_MAX

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks like something else
_CODE_GROUPS: Final = 4
_TOKEN_BYTES: Final = 24


class ReportForm(forms.Form):
    """What the public can say."""

    address = forms.CharField(
        label=gettext_lazy("Address of the page"),
        required=False,
        max_length=ADDRESS_CHARACTERS_MAX,
        help_text=gettext_lazy("The line at the top of your browser. Please do not open the page again to copy it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )
    text = forms.CharField(
        label=gettext_lazy("What should we know?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Who, where, when, as far as you know. You need not describe what you saw."),
    )
    child_in_danger = forms.BooleanField(label=gettext_lazy("A child is in danger now"), required=False)
    token = forms.RegexField(rf"\A{rules.IDEMPOTENCY_KEY.pattern}\Z", widget=forms.HiddenInput)


@open_to_all("anybody may report, and is asked for no account")
@sensitive_post_parameters()
def report(request: HttpRequest) -> HttpResponse:
    """Take a report from anybody and show the receipt."""
    desk = front_desk()
    if desk is None:
        return render(request, "404.html", status=404)
    form = ReportForm(request.POST or None, initial={"token": secrets.token_urlsafe(_TOKEN_BYTES)})
    if request.method == "POST" and form.is_valid():
        values: dict[str, Any] = form.cleaned_data
        code = receipt_code(values["token"])
        submission = services.Submission(
            channel=Channel.FORM,
            key=values["token"],
            address=values["address"],
            text=values["text"],
            digests={},
            child_in_danger=values["child_in_danger"],
            has_files=bool(request.FILES),
            receipt_digest=hashlib.sha256(code.encode()).hexdigest(),
        )
        try:
            public = replace(PUBLIC, organisation_id=desk.organisation_id)
            with acting_as(public):
                kept = services.receive(public, desk, submission)
        except services.RefusedReportError as error:
            if error.problem is rules.Problem.HAS_MEDIA:
                form.data = {**request.POST.dict(), "address": "", "text": ""}  # it is not sent back either
            form.add_error(None, _explained(error.problem))
        except services.KeyReusedError:
            form.add_error(None, _("This form was sent already, with other words. Please load the page anew."))
        else:
            return render(request, "intake/receipt.html", {"report": kept, "code": code})
    return render(request, "intake/report.html", {"form": form}, status=400 if form.is_bound else 200)


def receipt_code(token: str) -> str:
    """Return the code for a token, such as `7k3q-m2xw-…`: 78 bits that only this installation can make."""
    made = salted_hmac("tutela.intake.receipt", token, algorithm="sha256").digest()
    letters = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in made[: 4 * _CODE_GROUPS])
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _explained(problem: rules.Problem) -> str:
    return {
        rules.Problem.HAS_MEDIA: _(
            "Please send no pictures, videos or other files. Do not download, copy or forward them: the address is enough."  # noqa: E501 - one sentence
        ),
        rules.Problem.NO_ADDRESS: _("Please give the address of the page, or tell us about a child in danger."),
        rules.Problem.NOT_AN_ADDRESS: _("This is not the address of a page. It begins with https:// or http://."),
        rules.Problem.TOO_LONG: _("The text is too long: please keep it below 10,000 characters."),
    }[problem]


urlpatterns = [path("report/", report, name="report")]
