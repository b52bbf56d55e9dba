"""The pages of the sign-in library that we open, and no others.

There is no sign-up, no reset by e-mail and no change of address: an administrator invites, and sends back to set-up.
Views that change second factors run in one transaction, so that the ledger agrees with what they did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account import views as account
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.db import transaction
from django.urls import path

from tutela.apps.access import second_factor, security_keys
from tutela.apps.access.models import Person
from tutela.apps.access.public import open_to_all, require
from tutela.apps.access.scope import acting_as
from tutela.domain.actors import SYSTEM, Permission

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_own = require(Permission.ACCESS_ACCOUNT_MANAGE)


def _everybody(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Who signs in is nobody yet, so their organisation cannot be in scope."""
    return open_to_all("signing in and out")(acting_as(SYSTEM)(view))


def _changing(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    def in_one_transaction(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        person = request.user
        assert isinstance(person, Person)
        had_one = second_factor.is_set_up(person)
        with transaction.atomic():
            response = view(request, *args, **kwargs)
        if not had_one and second_factor.is_set_up(person):
            second_factor.remember(request)
        return response

    return _own(in_one_transaction)


urlpatterns = [
    path("sign-in/", _everybody(account.login), name="account_login"),
    path("sign-in/second-factor/", _everybody(base.authenticate), name="mfa_authenticate"),
    path("sign-out/", _everybody(account.logout), name="account_logout"),
    path("sign-in/ended/", _everybody(account.account_inactive), name="account_inactive"),
    path("account/confirm/", _own(account.reauthenticate), name="account_reauthenticate"),
    path("account/confirm/code/", _own(base.reauthenticate), name="mfa_reauthenticate"),
    path("account/confirm/key/", _own(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("account/password/", _own(account.password_change), name="account_change_password"),
    path("account/second-factor/", _own(base.index), name="mfa_index"),
    path("account/second-factor/app/", _changing(totp.activate_totp), name="mfa_activate_totp"),
    path("account/second-factor/app/remove/", _changing(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/second-factor/keys/", _own(security_keys.KeysPage.as_view()), name="mfa_list_webauthn"),
    path("account/second-factor/keys/add/", _changing(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path(
        "account/second-factor/keys/<int:pk>/", _changing(security_keys.RenamePage.as_view()), name="mfa_edit_webauthn"
    ),
    path(
        "account/second-factor/keys/<int:pk>/remove/", _changing(webauthn.remove_webauthn), name="mfa_remove_webauthn"
    ),
    path("account/recovery-codes/", _own(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "account/recovery-codes/new/", _own(recovery_codes.generate_recovery_codes), name="mfa_generate_recovery_codes"
    ),
    path(
        "account/recovery-codes/file/", _own(recovery_codes.download_recovery_codes), name="mfa_download_recovery_codes"
    ),
]
