from __future__ import annotations

from django.apps import AppConfig


class ListsConfig(AppConfig):
    """What this organisation itself puts on lists, and gives to others."""

    name = "tutela.apps.lists"
    label = "lists"
