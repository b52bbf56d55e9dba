"""The state folder: who may read it, and the secret that signs sessions.

The folder and the key are for the owner of the process alone. A key that others can read is refused, not mended: it may
have been copied already.
"""

from __future__ import annotations

import secrets
import stat
from typing import TYPE_CHECKING, Final

from tutela.engine.durable import create_file
from tutela.entry.config import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

_KEY_NAME: Final = "secret.key"
_KEY_BYTES: Final = 64
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def prepare(home: Path) -> None:
    """Make the state folder, for its owner only, where it is not there yet."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"the state folder {home} cannot be made: {error.strerror}") from error
    if home.stat().st_mode & stat.S_IWOTH:
        raise SettingsError(f"everybody may write to the state folder {home}", hint=f"chmod 700 {home}")


def secret_key(home: Path) -> str:
    """Return the key of this installation, making it on first use. `SettingsError` where others could read it."""
    path = home / _KEY_NAME
    if not path.exists():
        create_file(path, secrets.token_urlsafe(_KEY_BYTES).encode("ascii"))
    if path.stat().st_mode & _OTHERS:
        raise SettingsError(
            f"others than its owner may read {path}",
            hint="make a new key (everybody signs in again, second factors are set up again) and chmod 600 it",
        )
    key = path.read_text(encoding="ascii").strip()
    if len(key) < _KEY_BYTES:
        raise SettingsError(f"{path} is too short to be a key", hint="restore it from a backup")
    return key
