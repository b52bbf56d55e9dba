from __future__ import annotations

from django.apps import AppConfig


class TriageConfig(AppConfig):
    """Cases, their items, what is known about them, and one queue."""

    name = "tutela.apps.triage"
    label = "triage"
