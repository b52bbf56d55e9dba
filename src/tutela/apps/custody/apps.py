from __future__ import annotations

from django.apps import AppConfig


class CustodyConfig(AppConfig):
    """The custody ledger."""

    name = "tutela.apps.custody"
    label = "custody"
