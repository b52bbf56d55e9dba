from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Reports that come in."""

    name = "tutela.apps.intake"
    label = "intake"
