"""What the migration role of a PostgreSQL does: own the tables, and say what the application role may."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from tutela.entry.start import DeskError, at_the_desk, bring_up_to_date

OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was done: the application role, whether it was new, how many tables are bound to organisations."""

    role: str
    role_made: bool
    tables: int


def prepare() -> Prepared:
    """Bring the tables up to date as their owner and give the application role its rights. May be repeated."""
    with at_the_desk():
        from django.conf import settings  # noqa: PLC0415 - needs Django set up

        if not settings.TUTELA.migration_url:
            raise DeskError(
                "TUTELA_MIGRATION_URL is not set",
                hint="It names the role that owns the tables. An embedded SQLite needs no preparing.",
            )
        bring_up_to_date(OWNER)
        return give_rights(settings.TUTELA.database_url)


def give_rights(url: str) -> Prepared:
    """Make the role that `url` names where it is not there, and give it exactly what it needs."""
    from django.db import connections  # noqa: PLC0415 - needs Django set up

    from tutela.apps.access import store  # noqa: PLC0415 - as above
    from tutela.apps.custody import guards  # noqa: PLC0415 - as above

    parts, owner = urlsplit(url), connections[OWNER]
    role = unquote(parts.username or "")
    if not role:
        raise DeskError("database_url names no role", hint="postgresql://ROLE@host/name")
    made = store.make_role(owner, role, unquote(parts.password or ""))
    if store.is_too_strong(owner, role):
        raise DeskError(
            f"The role {role} owns tables or is a superuser, so nothing would be closed to it",
            hint="Name a role of its own in TUTELA_DATABASE_URL; it is made if it is not there.",
        )
    store.protect(owner, role)
    guards.grant(owner, role)
    return Prepared(role, made, len(store.bound_tables()))
