"""What people type about people, teams and keys."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.account.forms import ReauthenticateForm as LibraryPasswordAgainForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, ReauthenticateWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tutela.apps.access.labels import role_choices, scope_choices
from tutela.apps.access.models import Person, Team, sign_in_name
from tutela.apps.custody.public import open_together

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.db.models import Model

NAME_CHARACTERS_MAX = 200
PASSWORD_HELP = _("Long is strong: several unrelated words are good. There are no other rules.")
KEY_DAYS_DEFAULT = 90
KEY_REQUESTS_PER_MINUTE_MAX = 60_000


class InviteForm(forms.Form):
    """A new person."""

    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=NAME_CHARACTERS_MAX)
    email = forms.EmailField(
        label=_("E-mail address"), help_text=_("The person signs in with it. Check it: no message is sent.")
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=role_choices, widget=forms.CheckboxSelectMultiple, required=True
    )
    teams = forms.ModelMultipleChoiceField(
        label=_("Teams"), queryset=Team.objects.none(), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, organisation_id: UUID | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = self.fields["teams"]
        assert isinstance(teams, forms.ModelMultipleChoiceField)
        teams.queryset = Team.objects.filter(organisation_id=organisation_id)


class RolesForm(forms.Form):
    """The roles of a person."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=role_choices, widget=forms.CheckboxSelectMultiple, required=False
    )


class TeamForm(forms.Form):
    """A new team."""

    name = forms.CharField(label=pgettext_lazy("of a team", "Name"), max_length=100)


class _Together(forms.models.ModelChoiceIterator):
    """Opens all names at once."""

    def __iter__(self) -> Iterator[Any]:
        people = self.queryset.all()
        open_together(people)
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from map(self.choice, people)


class _PersonField(forms.ModelChoiceField):
    iterator = _Together

    def label_from_instance(self, obj: Model) -> str:
        """Show the name: those who choose know their colleagues by it."""
        assert isinstance(obj, Person)
        return obj.name


class MemberForm(forms.Form):
    """Somebody who joins a team."""

    person = _PersonField(label=_("Person"), queryset=Person.objects.none(), empty_label=_("Choose…"))

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.filter(organisation_id=team.organisation_id, is_active=True).exclude(teams=team)
        field = self.fields["person"]
        assert isinstance(field, _PersonField)
        field.queryset = people


class DeskForm(forms.Form):
    """Who takes what the public reports."""

    team = forms.ChoiceField(label=_("Reports of the public go to"), required=True)

    NOBODY = "nobody"
    ALL = "all"

    def __init__(self, *args: Any, organisation_id: UUID | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = [(str(team.id), team.name) for team in Team.objects.filter(organisation_id=organisation_id)]
        field = self.fields["team"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(self.NOBODY, _("nobody: the form is closed")), (self.ALL, _("all teams")), *teams]


class KeyForm(forms.Form):
    """A new key for a machine."""

    name = forms.CharField(
        label=pgettext_lazy("of a key", "Name"), max_length=100, help_text=_("Which machine will hold it?")
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"), choices=scope_choices, widget=forms.CheckboxSelectMultiple, required=True
    )
    days = forms.IntegerField(label=_("Days until it ends"), min_value=1, initial=KEY_DAYS_DEFAULT)
    requests_per_minute_max = forms.IntegerField(
        label=_("Requests a minute, at most"), min_value=1, max_value=KEY_REQUESTS_PER_MINUTE_MAX, initial=600
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days_max = settings.TUTELA.key_days_max
        days = self.fields["days"]
        days.validators.append(MaxValueValidator(days_max))
        days.widget.attrs["max"] = days_max


class SignInForm(LoginForm):
    """The library's form, with labels that say it all and no grey words inside the fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")
        self.fields["login"].widget.attrs["autofocus"] = True
        _without_placeholders(self)

    def user_credentials(self) -> dict[str, Any]:
        """Hand the library a blind index for an address: it would keep what it is given in the session."""
        given = super().user_credentials()
        return given | {"email": sign_in_name(given["email"])} if "email" in given else given


class CodeForm(AuthenticateForm):
    """A code from an app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "text", "autofocus": True}
        _without_placeholders(self)


class CodeAgainForm(ReauthenticateForm):
    """A code, to prove that somebody is still here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)


class PasswordAgainForm(LibraryPasswordAgainForm):
    """The password, to prove that somebody is still here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)


class NewPasswordForm(ChangePasswordForm):
    """A new password beside the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD_HELP
        _without_placeholders(self)


class AppForm(ActivateTOTPForm):
    """The first code from a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code that the app shows")
        _without_placeholders(self)


class _SecurityKeyAnswer:
    """Treats an answer that is not even in its form as a wrong one: the library would break on it."""

    def clean_credential(self) -> Any:
        """Check the answer."""
        try:
            return super().clean_credential()  # pyright: ignore[reportAttributeAccessIssue] - of the form mixed in
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise get_adapter().validation_error("incorrect_code") from error


class SecurityKeyForm(_SecurityKeyAnswer, AuthenticateWebAuthnForm):
    """What a security key says when somebody signs in."""


class SecurityKeyAgainForm(_SecurityKeyAnswer, ReauthenticateWebAuthnForm):
    """What a security key says to prove that somebody is still here."""


class NewSecurityKeyForm(AddWebAuthnForm):
    """A new security key."""

    def clean(self) -> dict[str, Any]:
        """Check what it says."""
        try:
            return super().clean()
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise get_adapter().validation_error("incorrect_code") from error


class JoinForm(forms.Form):
    """A first sign-in: address, set-up code, and a password chosen twice."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    code = forms.CharField(
        label=_("Set-up code"),
        max_length=64,
        help_text=_("Four groups of four characters. You were given it by an administrator."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=PASSWORD_HELP,
    )
    again = forms.CharField(
        label=_("New password, again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        """Refuse what is too short, too common or too like the address."""
        password = self.cleaned_data["password"]
        password_validation.validate_password(password, Person(email=self.cleaned_data.get("email", "")))
        return password

    def clean(self) -> dict[str, Any]:
        """Compare the two passwords."""
        values = super().clean() or {}
        if values.get("password") != values.get("again") and "password" in values:
            self.add_error("again", _("The two passwords are not the same."))
        return values


def _without_placeholders(form: forms.Form) -> None:
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


def hours(span_s: int) -> int:
    """Return whole hours, for sentences about how long a code is valid."""
    return timedelta(seconds=span_s) // timedelta(hours=1)
