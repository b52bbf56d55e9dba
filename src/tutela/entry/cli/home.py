"""Where this installation keeps its state: TUTELA_HOME, else the XDG data folder."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path


def tutela_home() -> Path:
    """Return the folder; it need not exist yet."""
    if own := os.environ.get("TUTELA_HOME"):
        return Path(own).expanduser()
    data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(data).expanduser() / "tutela"


def lists_folder() -> Path:
    """Return the folder of packed lists."""
    return tutela_home() / "lists"


def utc_now() -> str:
    """Tell the time: the one clock of the command line, UTC to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")  # noqa: TID251  - the clock itself
