from __future__ import annotations

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """What people decide."""

    name = "tutela.apps.review"
    label = "review"
