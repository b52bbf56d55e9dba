"""A security key's stored data, as a browser would have registered it: well-formed, and nobody holds its private half."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

if TYPE_CHECKING:
    from allauth.mfa.models import Authenticator

    from tutela.apps.access.models import Person

_ID = bytes(range(32))


def credential() -> dict[str, Any]:
    public = ES256.from_cryptography_key(ec.derive_private_key(7, ec.SECP256R1()).public_key())
    held = AttestedCredentialData.create(bytes(16), _ID, public)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    attested = AttestationObject.create("none", AuthenticatorData.create(bytes(32), flags, 0, held), {})
    said = CollectedClientData.create("webauthn.create", b"challenge", "http://localhost")
    return {
        "id": websafe_encode(_ID),
        "rawId": websafe_encode(_ID),
        "type": "public-key",
        "response": {"clientDataJSON": websafe_encode(said), "attestationObject": websafe_encode(attested)},
        "clientExtensionResults": {},
    }


def a_key(person: Person, name: str) -> Authenticator:
    from allauth.mfa.models import Authenticator

    data = {"name": name, "credential": credential()}
    return Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data=data)
