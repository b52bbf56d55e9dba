from __future__ import annotations

from django.apps import AppConfig


class TriageConfig(AppConfig):
    """Cases, their items, what is known about them, and one queue."""

    name = "tutela.apps.triage"
    label = "triage"

    def ready(self) -> None:
        """Let what erasing a case takes along be known, wherever it is erased."""
        from tutela.apps.triage import erasing as erasing  # noqa: PLC0415, PLC0414  - needs the models
