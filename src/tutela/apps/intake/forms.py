"""What the public can say and ask, what staff write down for a caller, and what they answer.

The public form is one form with three paths: what somebody saw online, a child in danger, and what is about oneself.
The path decides which questions come first and in whose words; what is asked is the same, and nothing is required but
that somebody can act on it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.utils.translation import gettext_lazy

from tutela.apps.intake import rules
from tutela.domain.addresses import addresses_in, defang, read_address
from tutela.domain.reports import Account, Fact, Incident, Reported

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.forms import BoundField
    from django.http import QueryDict

_PASTED_CHARACTERS_MAX: Final = 200_000
_ACCOUNT_CHARACTERS_MAX: Final = 200
_OFF: Final = {"autocomplete": "off", "spellcheck": "false"}


class About(StrEnum):
    """The paths of the form."""

    SEEN = "seen"  # something online
    DANGER = "danger"  # a child is in danger
    ME = "me"


_GOES_ON = (Fact.ABUSE_GOES_ON.value, gettext_lazy("A child is being abused, now or until lately"))
_LIVE = (Fact.LIVE.value, gettext_lazy("It is shown live, as it happens"))
_FINDABLE = (Fact.CHILD_FINDABLE.value, gettext_lazy("It says who the child is, or where"))
_EXTORTION = (Fact.EXTORTION.value, gettext_lazy("Somebody threatens a child, or blackmails it"))
_SELF_HARM = (Fact.SELF_HARM.value, gettext_lazy("The child may hurt itself"))
_SHOWN = (Fact.REPORTER_IS_SHOWN.value, gettext_lazy("There are pictures or videos of me"))
_CHILD = (Fact.REPORTER_IS_CHILD.value, gettext_lazy("I am under 18"))
_FACTS: Final = {
    About.SEEN: (_GOES_ON, _LIVE, _FINDABLE, _EXTORTION),
    About.DANGER: (_GOES_ON, _LIVE, _EXTORTION, _SELF_HARM, _FINDABLE),
    About.ME: (
        _CHILD,
        _SHOWN,
        (Fact.EXTORTION.value, gettext_lazy("Somebody threatens me, or wants money or pictures from me")),
        (Fact.SELF_HARM.value, gettext_lazy("I think of hurting myself")),
    ),
}
_WORDS: Final = {
    About.SEEN: (
        gettext_lazy("A child is in danger now"),
        gettext_lazy("What should we know?"),
        gettext_lazy("Who, where, when, as far as you know. You need not describe what you saw."),
    ),
    About.DANGER: (
        gettext_lazy("A child is in danger now"),
        gettext_lazy("Who is the child, and where?"),
        gettext_lazy("A name, a place, a school, an account: whatever helps to find the child. What you do not know, leave out."),  # noqa: E501 - one sentence
    ),
    About.ME: (
        gettext_lazy("I am in danger now"),
        gettext_lazy("What happened?"),
        gettext_lazy("As much or as little as you like, in your own words. Please send no pictures: nobody needs to see them to help you."),  # noqa: E501 - one sentence
    ),
}  # fmt: skip


class _Said(forms.Form):
    """What every report can hold: where, and in words."""

    address = forms.CharField(
        label=gettext_lazy("Address of the page"),
        required=False,
        max_length=_PASTED_CHARACTERS_MAX,
        help_text=gettext_lazy(
            "The line at the top of your browser; several are welcome. Please do not open the page again to copy it."
        ),
        widget=forms.Textarea(attrs={"rows": 2, "inputmode": "url", **_OFF}),
    )
    text = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 5}))
    child_in_danger = forms.BooleanField(required=False)
    token = forms.RegexField(rf"\A{rules.IDEMPOTENCY_KEY.pattern}\Z", widget=forms.HiddenInput)

    to_check: tuple[str, ...] = ()  # found among other words: shown back before they are sent

    def clean_address(self) -> tuple[str, ...]:
        """Return the addresses in what was pasted. What is sent as it was shown back has been checked."""
        typed: str = self.cleaned_data["address"]
        found = addresses_in(typed)
        if rules.has_media(typed) or (typed and not found):
            return (typed,)  # refused with its reason, as by every other door
        is_plain = len(found) == 1 and read_address(typed) == found[0]
        if not is_plain and typed.split() != [defang(each) for each in found]:
            self.to_check = found
        return found

    @property
    def to_check_shown(self) -> list[str]:
        """What is shown back, as it may be shown."""
        return [defang(each) for each in self.to_check]

    def show_back(self, addresses: tuple[str, ...]) -> None:
        """Come back with these addresses, defanged, one a line."""
        self._come_back(address="\n".join(map(defang, addresses)))

    def forget(self) -> None:
        """Come back empty: what was pasted as media is not sent back either."""
        self._come_back(address="", text="", contact="", platform="", account="")

    def _come_back(self, **values: str) -> None:
        data = cast("QueryDict", self.data).copy()
        for name, value in values.items():
            data[name] = value
        self.data = data


class ReportForm(_Said):
    """What the public can say."""

    facts = forms.MultipleChoiceField(
        label=gettext_lazy("Tick what is true, as far as you know"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "sentences"}),
    )
    platform = forms.CharField(
        label=gettext_lazy("Name of the app or website"), required=False, max_length=_ACCOUNT_CHARACTERS_MAX
    )
    account = forms.CharField(
        label=gettext_lazy("Name of the account there"),
        required=False,
        max_length=_ACCOUNT_CHARACTERS_MAX,
        widget=forms.TextInput(attrs=_OFF),
    )
    contact = forms.CharField(
        label=gettext_lazy("How can we reach you?"),
        required=False,
        max_length=rules.CONTACT_CHARACTERS_MAX,
        help_text=gettext_lazy(
            "Only if you want it, and only where it is safe for you. It is kept apart, locked; without it you can still read our answer with your receipt."  # noqa: E501 - one sentence
        ),
        widget=forms.TextInput(attrs=_OFF),
    )

    def __init__(self, *args: Any, about: About = About.SEEN, **more: Any) -> None:
        super().__init__(*args, **more)
        self.about = about
        self.fields["child_in_danger"].label, self.fields["text"].label, self.fields["text"].help_text = _WORDS[about]
        self.fields["facts"].choices = _FACTS[about]  # type: ignore[attr-defined] - a MultipleChoiceField
        if about is About.DANGER:
            self.fields["child_in_danger"].initial = True
        if about is About.ME:
            self.fields["facts"].initial = [Fact.REPORTER_IS_SHOWN.value]

    @property
    def first(self) -> list[BoundField]:
        """What is asked first, by the path."""
        names = ("address", "text") if self.about is About.SEEN else ("text",)
        danger = ("child_in_danger", "facts")
        return [self[name] for name in ((*danger, *names) if self.about is About.ME else (*names, *danger))]

    @property
    def more(self) -> list[BoundField]:
        """What may be left closed."""
        names = ("platform", "account", "contact")
        return [self[name] for name in (names if self.about is About.SEEN else ("address", *names))]

    @property
    def more_is_open(self) -> bool:
        """Whether something stands in what may be left closed, so that it comes back open."""
        return any(field.errors or field.value() for field in self.more)

    def reported(self) -> Reported:
        """Return what was said, once the form is valid."""
        said = self.cleaned_data
        return reported_of(said, accounts=_accounts(said))


class AdditionForm(_Said):
    """What the holder of a receipt adds."""

    code = forms.CharField(max_length=40, widget=forms.HiddenInput)

    field_order = ("text", "address", "child_in_danger")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["child_in_danger"].label = _WORDS[About.SEEN][0]
        self.fields["text"].label = gettext_lazy("What would you like to add?")

    def reported(self) -> Reported:
        """Return what was said, once the form is valid."""
        return reported_of(self.cleaned_data)


_INCIDENTS: Final = (
    (Incident.NOT_SAID, gettext_lazy("Not said")),
    (Incident.MATERIAL, gettext_lazy("Child sexual abuse material")),
    (Incident.ABUSE, gettext_lazy("Sexual abuse of a child")),
    (Incident.SOLICITATION, gettext_lazy("Solicitation of a child for sexual purposes")),
    (Incident.TRAFFICKING, gettext_lazy("Trafficking of a child for sexual exploitation")),
    (Incident.TRAVEL, gettext_lazy("Sexual exploitation of children in travel and tourism")),
    (Incident.UNSOLICITED, gettext_lazy("Sexual material sent to a child")),
    (Incident.MISLEADING_NAME, gettext_lazy("Misleading name of a domain")),
    (Incident.MISLEADING_CONTENT, gettext_lazy("Misleading words or pictures")),
)
FACT_WORDS: Final[Mapping[Fact, Any]] = {
    Fact.DANGER_NOW: gettext_lazy("A child is in danger now"),
    **{Fact(value): words for value, words in (_GOES_ON, _LIVE, _FINDABLE, _EXTORTION, _SELF_HARM)},
    Fact.REPORTER_IS_CHILD: gettext_lazy("Whoever reports is a child"),
    Fact.REPORTER_IS_SHOWN: gettext_lazy("Whoever reports is shown"),
    Fact.NEW_MATERIAL: gettext_lazy("It was not seen before, as far as the sender knows"),
    Fact.SENT_BY_MANY: gettext_lazy("It spreads without intent to harm, as far as the sender knows"),
}
INCIDENT_WORDS: Final = dict(_INCIDENTS)


class CallForm(ReportForm):
    """What a caller says, as a colleague writes it down. Everything in it is claimed by the caller."""

    incident = forms.ChoiceField(label=gettext_lazy("What it is about"), choices=_INCIDENTS, required=False)
    occurred_at = forms.DateTimeField(
        label=gettext_lazy("When it happened"),
        required=False,
        input_formats=["%Y-%m-%d %H:%M", "%Y-%m-%d"],
        help_text=gettext_lazy("Year, month and day, and the time if it is known: such as 2026-01-31 14:30."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    field_order = (
        "child_in_danger", "text", "address", "facts", "incident", "occurred_at", "platform", "account", "contact",
    )  # fmt: skip

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        told = [(fact.value, words) for fact, words in FACT_WORDS.items() if fact is not Fact.DANGER_NOW]
        self.fields["facts"].choices = told  # type: ignore[attr-defined] - a MultipleChoiceField
        self.fields["text"].help_text = gettext_lazy("In the caller's words, as far as they help. No need to ask what it looks like.")  # noqa: E501 - one sentence  # fmt: skip
        self.fields["contact"].label = gettext_lazy("How can the caller be reached?")
        self.fields["contact"].help_text = gettext_lazy("Only if the caller wants it. It is kept apart, locked.")

    def reported(self) -> Reported:
        """Return what was said, once the form is valid."""
        said = self.cleaned_data
        incident = Incident(said["incident"] or Incident.NOT_SAID)
        return reported_of(said, accounts=_accounts(said), incident=incident, occurred_at=said["occurred_at"])


class ReceiptForm(forms.Form):
    """The code of a receipt."""

    code = forms.CharField(
        label=gettext_lazy("Receipt"),
        max_length=40,
        help_text=gettext_lazy("The 16 digits that you were shown when you reported."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", **_OFF}),
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


def reported_of(said: Mapping[str, Any], **more: Any) -> Reported:
    """Return what was said by any of these forms."""
    danger = {Fact.DANGER_NOW} if said["child_in_danger"] else set[Fact]()
    facts = frozenset(danger | {Fact(value) for value in said.get("facts", ())})
    return Reported(facts=facts, text=said["text"], addresses=said["address"], contact=said.get("contact", ""), **more)


def _accounts(said: Mapping[str, Any]) -> tuple[Account, ...]:
    return (Account(said["platform"], said["account"]),) if said["account"] else ()
