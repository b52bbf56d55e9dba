"""Whether a session passed a second factor, and proof of each factor's coming and going.

A session has passed when its person proved a second factor while signing in, or added one in this session (after giving
the password again), and still has one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models.signals import post_delete, post_save

from tutela.apps.access.models import Person
from tutela.apps.custody.public import Action, ObjectKind, record

if TYPE_CHECKING:
    from django.http import HttpRequest

_ADDED_HERE: Final = "access.second-factor-added"


def passed(request: HttpRequest) -> bool:
    """Whether the signed-in person passed a second factor in this session."""
    person = request.user
    if not isinstance(person, Person):
        return False
    proved = any(each.get("method") == "mfa" for each in get_authentication_records(request, person))
    added = request.session.get(_ADDED_HERE) == str(person.pk)
    return (proved or added) and is_set_up(person)


def remember(request: HttpRequest) -> None:
    """Let the session in which a person added their first factor count as one that passed it."""
    request.session[_ADDED_HERE] = str(request.user.pk)


def is_set_up(person: Person) -> bool:
    """Whether the person has an authenticator app or a security key."""
    return get_adapter().is_mfa_enabled(person, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])


def remove_all(person: Person) -> None:
    """Forget every second factor of a person, in the caller's transaction."""
    for authenticator in Authenticator.objects.filter(user=person):
        authenticator.delete()


def listen() -> None:
    """Connect to the sign-in library; called once when the app is ready."""
    post_save.connect(_record_added, sender=Authenticator, dispatch_uid="access.second-factor-saved")
    post_delete.connect(_record_removed, sender=Authenticator, dispatch_uid="access.second-factor-deleted")


def _record_added(instance: Authenticator, *, created: bool, **_: Any) -> None:
    if created and instance.type != Authenticator.Type.RECOVERY_CODES:
        _record(Action.SECOND_FACTOR_ADDED, instance)


def _record_removed(instance: Authenticator, **_: Any) -> None:
    if instance.type != Authenticator.Type.RECOVERY_CODES:
        _record(Action.SECOND_FACTOR_REMOVED, instance)


def _record(action: Action, authenticator: Authenticator) -> None:
    from tutela.apps.access.public import person_actor  # noqa: PLC0415 - public asks this module who passed

    person = Person.objects.get(pk=authenticator.user.pk)
    with transaction.atomic():
        record(
            action,
            kind=ObjectKind.PERSON,
            object_id=person.id,
            actor=person_actor(person, second_factor=False),
        )
