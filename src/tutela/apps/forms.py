"""What forms of several apps share: how a day is asked for, and which words are refused."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tutela.domain.terms import find_avoided


def check_words(text: str) -> None:
    """Refuse a word to be avoided, with what to say instead."""
    for found in find_avoided(text):
        raise forms.ValidationError(_("Say “%(word)s” instead.") % {"word": found.term.prefer})


class DayField(forms.DateField):
    """A day, written as it stands in data; one field, so that one press of Tab passes it."""

    def __init__(self, **more: Any) -> None:
        written = gettext_lazy("Year, month and day, such as 2026-01-31.")
        super().__init__(input_formats=["%Y-%m-%d"], help_text=written, **more)
