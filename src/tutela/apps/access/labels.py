"""Words that people read for roles and permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from tutela.apps.access.rules import KEY_SCOPES, STAFF_ROLES
from tutela.domain.actors import Permission, Role

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

ROLES: Final[dict[Role, _StrPromise]] = {
    Role.REPORTER: _("Reporter"),
    Role.ANALYST: _("Analyst"),
    Role.SENIOR_ANALYST: _("Senior analyst"),
    Role.SUPERVISOR: _("Supervisor"),
    Role.WELLBEING_LEAD: _("Wellbeing lead"),
    Role.EXCHANGE_MANAGER: _("Exchange manager"),
    Role.POLICY_ANALYST: _("Policy analyst"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.PARTNER: _("Partner"),
}
SCOPES: Final[dict[Permission, _StrPromise]] = {
    Permission.ACCESS_SELF_READ: _("Ask what this key is"),
    Permission.ASSESSMENT_INDICATOR_READ: _("Read indicators"),
    Permission.INTAKE_REPORT_CREATE: _("Hand in reports"),
    Permission.LISTS_ENTRY_LOOKUP: _("Look hashes up"),
    Permission.LISTS_ENTRY_READ: _("See distance, list and entry of what was found"),
}


def role_choices() -> list[tuple[str, _StrPromise]]:
    """Return the roles that a person may hold."""
    return [(role.value, ROLES[role]) for role in STAFF_ROLES]


def scope_choices() -> list[tuple[str, _StrPromise]]:
    """Return what a machine's key may be allowed."""
    return [(scope.value, SCOPES[scope]) for scope in KEY_SCOPES]
