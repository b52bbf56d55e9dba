"""What a task leaves behind."""

from __future__ import annotations

from django.db import models


class Effect(models.Model):
    """A task took effect. A number that is there twice was done twice."""

    number = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.number}"
