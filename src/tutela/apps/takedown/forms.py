"""What people fill in on the page of a takedown."""

from __future__ import annotations

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy

from tutela.apps.takedown.labels import ANSWERS, RUNGS

REACH_CHARACTERS_MAX: Final = 300
HOLD_H_MAX: Final = 168


class PartyForm(forms.Form):
    """Somebody who can act."""

    reach = forms.CharField(
        label=gettext_lazy("E-mail address, or the https address of their form"),
        max_length=REACH_CHARACTERS_MAX,
        help_text=gettext_lazy(
            "They get the address in full. Never the site's own operator: they may have put it there."
        ),
    )
    rung = forms.ChoiceField(
        label=gettext_lazy("Who they are"), choices=[(rung.value, words) for rung, words in RUNGS.items()]
    )


class HoldForm(forms.Form):
    """How long the police ask to wait."""

    hours = forms.IntegerField(
        label=gettext_lazy("Hours from now"),
        min_value=1,
        max_value=HOLD_H_MAX,
        initial=24,
        help_text=gettext_lazy("The hold ends by itself then, unless it is renewed."),
    )


class AnswerForm(forms.Form):
    """What an answer says."""

    answer = forms.ChoiceField(
        label=gettext_lazy("What does it say?"), choices=[(answer.value, words) for answer, words in ANSWERS.items()]
    )
