from __future__ import annotations

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    """Figures."""

    name = "tutela.apps.assessment"
    label = "assessment"
