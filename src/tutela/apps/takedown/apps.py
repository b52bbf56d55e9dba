from __future__ import annotations

from django.apps import AppConfig


class TakedownConfig(AppConfig):
    """Notices to those who can remove, and whether it is gone."""

    name = "tutela.apps.takedown"
    label = "takedown"
