"""What people fill in: answers, the steps of a referral, who is on call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from tutela.apps.safeguarding.rules import ON_CALL_MAX, Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutela.apps.access.public import Colleague

_NOTE_CHARACTERS_MAX: Final = 4000
_RECIPIENT_CHARACTERS_MAX: Final = 500
_REFERENCE_CHARACTERS_MAX: Final = 200
_SEALED: Final = _("Kept encrypted with the case.")


def _note(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=_NOTE_CHARACTERS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_SEALED,
    )


class _Required(forms.Form):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, use_required_attribute=True, **more)


class AnswerForm(_Required):
    """An answer to the question."""

    answer = forms.ChoiceField(
        label=_("Is the child safe?"),
        choices=[
            (Answer.SAFE.value, _("Yes, the child is safe")),
            (Answer.WITH_SERVICE.value, _("A child-protection service or the police has taken over")),
            (Answer.NOT_KNOWN.value, _("Not known yet: the question stays open")),
        ],
        widget=forms.RadioSelect,
    )
    note = _note(_("What was done, and who has taken over"))


class HandOverForm(_Required):
    """Who was told."""

    recipient = forms.CharField(
        label=_("Whom did you tell, and how can they be reached?"),
        max_length=_RECIPIENT_CHARACTERS_MAX,
        help_text=_SEALED,
    )
    note = _note(_("What did you tell them?"))


class AcknowledgementForm(_Required):
    """That a service has it."""

    reference = forms.CharField(
        label=_("Their reference"), max_length=_REFERENCE_CHARACTERS_MAX, required=False, help_text=_SEALED
    )


class RefusalForm(_Required):
    """That a service does not take it."""

    note = _note(_("Why do they not take it?"))


class RotaForm(forms.Form):
    """Who is on call, in this order."""

    def __init__(self, *args: Any, people: Sequence[Colleague], chosen: Sequence[Any] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        names = [("", _("nobody")), *((str(one.person_id), one.name or one.pseudonym) for one in people)]
        labels = (_("Asked first"), _("Asked second"), _("Asked third"))
        for number in range(ON_CALL_MAX):
            self.fields[f"place_{number}"] = forms.ChoiceField(
                label=labels[number],
                choices=names,
                required=False,
                initial=str(chosen[number]) if number < len(chosen) else "",
            )

    @property
    def person_ids(self) -> list[UUID]:
        """The people who were chosen, in their order."""
        values = (self.cleaned_data[f"place_{number}"] for number in range(ON_CALL_MAX))
        return [UUID(value) for value in values if value]
