"""What the public can say and ask, and what staff answer."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from tutela.apps.intake import rules
from tutela.domain.addresses import ADDRESS_CHARACTERS_MAX


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


class ReceiptForm(forms.Form):
    """The code of a receipt."""

    code = forms.CharField(
        label=gettext_lazy("Receipt"),
        max_length=40,
        help_text=gettext_lazy("The 16 digits that you were shown when you reported."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "numeric"}),
    )


class AnswerForm(forms.Form):
    """What the organisation says to whoever holds the receipt."""

    text = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=rules.ANSWER_CHARACTERS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Whoever holds the receipt reads it. Say nothing about a person, and not what was found."
        ),
    )
