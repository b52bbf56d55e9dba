"""Security keys whose stored data can no longer be read: said so, removable, and no reason to lock anybody out.

Rules:

1. An unreadable key proves nothing and is offered to no browser; the person's other factors go on working.
2. It still counts as a factor that was set up. Whoever could damage a row must not open an account by doing so.
3. Its owner sees it as unreadable and can remove it. Nobody can rename what cannot be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views
from allauth.mfa.webauthn.internal import auth
from django.http import Http404

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from fido2.webauthn import AttestedCredentialData


def credential_of(key: Authenticator) -> AttestedCredentialData | None:
    """Return what the key proves itself with; None where its data cannot be read."""
    try:
        return auth.WebAuthn(key).authenticator_data.credential_data if name_of(key) else None
    except Exception:  # noqa: BLE001  - stored data can be damaged in any way, and each has its own error
        return None


def name_of(key: Authenticator) -> str:
    """Return the name that the person gave; empty where it cannot be read."""
    name = key.data.get("name") if isinstance(key.data, dict) else None
    return name if isinstance(name, str) else ""


def listen() -> None:
    """Let the sign-in library ask here for a person's keys; called once when the app is ready.

    It reads them all at once and fails on the first that is damaged; there is no other place to say otherwise.
    """
    auth.get_credentials = _credentials
    auth.get_authenticator_by_credential_id = _key_with


class KeysPage(views.ListWebAuthnView):
    """The list of one's own keys."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say of each key whether it can be read."""
        context = super().get_context_data(**kwargs)
        listed = [
            {"key": key, "name": name_of(key), "is_readable": credential_of(key) is not None}
            for key in context["authenticators"]
        ]
        return context | {"listed": listed}


class RenamePage(views.EditWebAuthnView):
    """Another name for a key."""

    def get_object(self, queryset: Any = None) -> Authenticator:
        """Return the key; `Http404` where it cannot be read."""
        key = super().get_object(queryset)
        if not name_of(key):
            raise Http404
        return key


def _credentials(user: AbstractBaseUser) -> list[AttestedCredentialData]:
    return [found for key in _keys(user) if (found := credential_of(key)) is not None]


def _key_with(user: AbstractBaseUser, credential_id: bytes) -> Authenticator | None:
    known = ((key, credential_of(key)) for key in _keys(user))
    return next((key for key, found in known if found is not None and found.credential_id == credential_id), None)


def _keys(user: AbstractBaseUser) -> list[Authenticator]:
    return list(Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.WEBAUTHN).order_by("pk"))
