from __future__ import annotations

from django.apps import AppConfig


class SafeguardingConfig(AppConfig):
    """Children in danger now."""

    name = "tutela.apps.safeguarding"
    label = "safeguarding"
