"""Machines at the door: a key in `Authorization: Bearer …`, and how often it may knock.

The rate is a token bucket a key, shared by all processes of this machine (`knocking`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ninja.security import HttpBearer

from tutela.apps.access import services
from tutela.apps.access.knocking import TooManyRequestsError, key_must_wait_s
from tutela.apps.access.public import key_actor
from tutela.apps.access.scope import act_as, acting_as
from tutela.domain.actors import SYSTEM

if TYPE_CHECKING:
    from django.http import HttpRequest

    from tutela.domain.actors import Actor


class KeyAuth(HttpBearer):
    """Lets a request in by a machine's key."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """Return the actor behind a key; None (401) where it is not valid; 429 where it knocks too often."""
        with acting_as(SYSTEM):  # whose key it is must be looked up before anything is in scope
            key = services.valid_key(token)
        if key is None:
            return None
        if wait_s := key_must_wait_s(key, request):
            raise TooManyRequestsError(wait_s)
        actor = key_actor(key)
        act_as(actor)
        request.tutela_actor = actor  # pyright: ignore[reportAttributeAccessIssue] - where `actor_of` looks
        request.tutela_key = key  # pyright: ignore[reportAttributeAccessIssue] - where `charge` looks
        return actor
