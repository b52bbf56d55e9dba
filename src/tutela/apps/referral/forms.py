"""What people fill in about filings: which authority, what is changed, what became of it, what must be kept."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from tutela.apps.access.public import incident_names
from tutela.apps.forms import DayField
from tutela.apps.referral import drafts, labels
from tutela.apps.referral.preserving import NAME_CHARACTERS_MAX
from tutela.apps.referral.words import Keeper, Outcome, Said
from tutela.domain.reports import Incident

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tutela.apps.referral.authorities import Authority
    from tutela.domain.reports import Reported

_NOTE_CHARACTERS_MAX: Final = 4000
_REFERENCE_CHARACTERS_MAX: Final = 100
_MOMENT: Final = "%Y-%m-%d %H:%M"
_DAY: Final = "%Y-%m-%d"
_SEALED: Final = _("Kept encrypted with the case.")


def _note(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=_NOTE_CHARACTERS_MAX, widget=forms.Textarea(attrs={"rows": 2}), help_text=_SEALED
    )


class DraftForm(forms.Form):
    """For which authority."""

    authority = forms.ChoiceField(label=_("Authority"))

    def __init__(self, *args: Any, known: Sequence[Authority], **more: Any) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["authority"]
        field.choices = [(each.id, f"{each.name} ({each.jurisdiction.upper()})") for each in known]


class ChangeForm(forms.Form):
    """What of a draft a person may put right."""

    incident = forms.ChoiceField(label=_("What kind of incident"))
    occurred_at = forms.DateTimeField(
        label=_("When it happened (UTC)"),
        required=False,
        input_formats=[_MOMENT, _DAY],
        help_text=_("Year, month and day, and the time if it is known: such as 2026-01-31 14:30."),
        widget=forms.DateTimeInput(attrs={"autocomplete": "off"}, format=_MOMENT),
    )
    text = forms.CharField(
        label=_("What is told in words"),
        required=False,
        max_length=drafts.TEXT_CHARACTERS_MAX,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Say plainly what is known. Describe no material."),
    )

    def __init__(self, *args: Any, said: Reported, **more: Any) -> None:
        moment = said.occurred_at
        shown = {
            "incident": said.incident.value,
            "occurred_at": moment.astimezone(UTC).replace(tzinfo=None) if moment else None,  # as the label says
            "text": said.text,
        }
        super().__init__(*args, initial=shown, **more)
        field: Any = self.fields["incident"]
        field.choices = list(incident_names().items())

    def clean_incident(self) -> Incident:
        """Return the incident itself."""
        return Incident(self.cleaned_data["incident"])

    def clean_occurred_at(self) -> datetime | None:
        """Return the moment as what the label says it is."""
        given: datetime | None = self.cleaned_data["occurred_at"]
        return given.replace(tzinfo=UTC) if given else None


class NoteForm(forms.Form):
    """Why, or how somebody knows."""

    note = _note(_("Why?"))


class HandOverForm(forms.Form):
    """That a package was given."""

    note = _note(_("To whom did you give it, and by which way?"))


class SettleForm(forms.Form):
    """That the authority has it, as somebody heard."""

    reference = forms.CharField(
        label=_("Under which number the authority has it"), max_length=_REFERENCE_CHARACTERS_MAX
    )
    note = _note(_("How do you know?"))


class FeedbackForm(forms.Form):
    """What an authority said."""

    said = forms.ChoiceField(label=_("What they say"), choices=[(each.value, labels.SAID[each]) for each in Said])
    outcome = forms.ChoiceField(
        label=_("What came of it"),
        required=False,
        choices=[("", _("not told")), *((each.value, labels.OUTCOMES[each]) for each in Outcome)],
    )
    note = forms.CharField(
        label=_("What else they said"),
        required=False,
        max_length=_NOTE_CHARACTERS_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_SEALED,
    )


class ExtendForm(forms.Form):
    """Until when something is kept."""

    until = DayField(label=_("Keep until"))
    note = _note(_("Why?"))


class KeeperForm(forms.Form):
    """Who has the bytes."""

    keeper = forms.ChoiceField(label=_("Who keeps it"), choices=[(each.value, labels.KEEPERS[each]) for each in Keeper])
    name = forms.CharField(label=_("Their name"), required=False, max_length=NAME_CHARACTERS_MAX, help_text=_SEALED)


class EndForm(forms.Form):
    """That it was deleted."""

    note = _note(_("How do you know that it was deleted?"))
