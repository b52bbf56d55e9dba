"""A security key in software: registers like one, signs like one, and counts."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

if TYPE_CHECKING:
    from django.test import Client

    from tutela.apps.access.models import Person

_PRESENT_AND_VERIFIED = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


class SecurityKey:
    """One key for one person at one address."""

    def __init__(self, person: Person, host: str = "testserver") -> None:
        self._private, self._host, self._counter = ec.generate_private_key(ec.SECP256R1()), host, 0
        self._id = sha256(str(person.pk).encode()).digest()
        public = ES256.from_cryptography_key(self._private.public_key())
        credential = AttestedCredentialData.create(Aaguid(bytes(16)), self._id, public)
        data = AuthenticatorData.create(
            sha256(host.encode()).digest(), _PRESENT_AND_VERIFIED | AuthenticatorData.FLAG.AT, 0, credential
        )
        client = self._client_data("webauthn.create", bytes(32), f"https://{host}")
        attested = AttestationObject.create("none", data, {})
        WebAuthn.add(person, "a key", self._wire(attestationObject=attested, clientDataJSON=client))

    def answer(self, options: dict[str, Any], *, origin: str = "", touched: bool = True) -> str:
        """Sign what a page asks for."""
        self._counter += 1
        challenge = options["publicKey"]["challenge"]
        raw = challenge if isinstance(challenge, bytes) else _decoded(challenge)
        client = self._client_data("webauthn.get", raw, origin or f"https://{self._host}")
        flags = _PRESENT_AND_VERIFIED if touched else AuthenticatorData.FLAG(0)
        data = AuthenticatorData.create(sha256(self._host.encode()).digest(), flags, self._counter)
        signature = self._private.sign(data + client.hash, ec.ECDSA(SHA256()))
        return json.dumps(self._wire(authenticatorData=data, clientDataJSON=client, signature=signature))

    def _client_data(self, kind: str, challenge: bytes, origin: str) -> CollectedClientData:
        return CollectedClientData.create(type=kind, challenge=challenge, origin=origin)

    def _wire(self, **parts: bytes) -> dict[str, Any]:
        shown = websafe_encode(self._id)
        response = {name: websafe_encode(bytes(part)) for name, part in parts.items()}
        return {"id": shown, "rawId": shown, "type": "public-key", "response": response, "clientExtensionResults": {}}


def _decoded(challenge: str) -> bytes:
    from fido2.utils import websafe_decode

    return websafe_decode(challenge)


def asked(client: Client, address: str) -> dict[str, Any]:
    """What the page asks a security key to sign."""
    options = client.get(address).context["js_data"]["request_options"]
    return json.loads(json.dumps(options, default=websafe_encode))
