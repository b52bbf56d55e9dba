"""Sends malformed input to one door of intake and prints what was wrong with the answers; run in a process by E5."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from tutela.entry.start import start

start()

from django.test.utils import setup_test_environment  # noqa: E402 - Django comes first

from tests.malformed import World, knock  # noqa: E402 - as above


def main(door: str, examples: str, first_part: str) -> None:
    """Knock."""
    setup_test_environment()
    json.dump(asdict(knock(door, World.make(), int(examples), first_part=int(first_part))), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
