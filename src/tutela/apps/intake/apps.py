from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Reports that come in."""

    name = "tutela.apps.intake"
    label = "intake"

    def ready(self) -> None:
        """Let what erasing a case takes along be known, wherever it is erased, and who tells earlier reports."""
        from tutela.apps.intake import erasing as erasing  # noqa: PLC0415, PLC0414  - needs the models
        from tutela.apps.intake import telling as telling  # noqa: PLC0415, PLC0414  - as above
