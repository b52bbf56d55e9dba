"""What waits for a person: each app says its share, the home page shows them together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of "what waits for you". `title` is already translated; `address` is a path of this service."""

    title: str
    count: int
    address: str
    urgent: bool = False
