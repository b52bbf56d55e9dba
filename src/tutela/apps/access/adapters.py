"""What we tell the sign-in library to do otherwise than by default."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings

from tutela.apps.access.models import Person
from tutela.engine import clock

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http import HttpRequest

PROOF_S_MAX: Final = 300


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs themselves up: people are invited."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the library's signature
        """Say no."""
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask for proof again only where the last one, signing in included, is some minutes old."""
        person = self.request.user if self.request else None
        if self.request is None or not isinstance(person, Person):
            return True
        proofs = get_authentication_records(self.request, person)
        last_s = max((proof["at"] for proof in proofs), default=0.0)
        if clock.now().timestamp() - last_s < PROOF_S_MAX:
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing: no message about an account leaves this service by itself."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of authenticator apps encrypted at rest."""

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """Name the account in the person's app by its pseudonym."""
        return str(user)

    def encrypt(self, text: str) -> str:
        """Encrypt a secret."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt a secret."""
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> Fernet:
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"second-factor").digest()
    return Fernet(base64.urlsafe_b64encode(key))
