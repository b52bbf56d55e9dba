"""Machines at the door: a key in `Authorization: Bearer …`, and how often it may knock.

The rate is a token bucket a key, in this process's memory: with N processes a key has N times its rate. An operator who
needs one exact number puts it in the proxy in front.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ninja.errors import HttpError
from ninja.security import HttpBearer

from tutela.apps.access import services
from tutela.apps.access.rules import Actor, Permission, Role
from tutela.apps.access.scope import SYSTEM, act_as, acting_as
from tutela.domain.ids import KeyId, OrganisationId
from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from tutela.apps.access.models import ApiKey

_BUCKETS_MAX: Final = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_s: float


class RateLimit:
    """One token bucket for each key; full after a quiet minute."""

    def __init__(self) -> None:
        self._buckets: dict[UUID, _Bucket] = {}
        self._lock = threading.Lock()

    def take(self, key_id: UUID, per_minute_max: int, now_s: float) -> bool:
        """Take one token at the moment `now_s` (seconds); False where none is left."""
        with self._lock:
            if len(self._buckets) >= _BUCKETS_MAX:
                self._buckets.clear()
            bucket = self._buckets.setdefault(key_id, _Bucket(per_minute_max, now_s))
            passed_s = max(0.0, now_s - bucket.at_s)
            bucket.tokens = min(per_minute_max, bucket.tokens + passed_s * per_minute_max / 60)
            bucket.at_s = now_s
            if bucket.tokens < 1:
                return False
            bucket.tokens -= 1
            return True


class KeyAuth(HttpBearer):
    """Lets a request in by a machine's key."""

    def __init__(self) -> None:
        super().__init__()
        self.rate = RateLimit()

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """Return the actor behind a key; None (401) where it is not valid; 429 where it knocks too often."""
        with acting_as(SYSTEM):  # whose key it is must be looked up before anything is in scope
            key = services.valid_key(token)
        if key is None:
            return None
        if not self.rate.take(key.id, key.requests_per_minute_max, clock.now().timestamp()):
            raise HttpError(429, "too many requests for this key")
        actor = key_actor(key)
        act_as(actor)
        request.tutela_actor = actor  # pyright: ignore[reportAttributeAccessIssue] - where `actor_of` looks
        return actor


def key_actor(key: ApiKey) -> Actor:
    """Return a machine's key as an actor."""
    return Actor(
        pseudonym=f"k-{key.prefix}",
        organisation_id=OrganisationId(key.organisation_id),
        team_ids=frozenset(),
        roles=frozenset({Role.PARTNER}),
        second_factor=True,
        key_id=KeyId(key.id),
        scopes=frozenset(Permission(scope) for scope in key.scopes),
    )
