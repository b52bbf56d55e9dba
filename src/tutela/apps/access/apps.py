from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """People, teams, roles and machines' keys."""

    name = "tutela.apps.access"
    label = "access"

    def ready(self) -> None:
        """Listen to the sign-in library."""
        from tutela.apps.access import second_factor, security_keys  # noqa: PLC0415 - models must be loaded first

        second_factor.listen()
        security_keys.listen()
