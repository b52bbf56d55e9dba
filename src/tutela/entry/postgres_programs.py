"""PostgreSQL's own `pg_dump` and `pg_restore`: found, spoken to with no password on the command line."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

from psycopg import conninfo

from tutela.apps.access.store import SEES_EVERYTHING
from tutela.entry.start import DeskError

if TYPE_CHECKING:
    from pathlib import Path


def dump(url: str, target: Path, snapshot: str) -> None:
    """Write the database as it was in `snapshot` (held open by the caller). Row-level security shows all of it."""
    form = ("--format=custom", "--no-owner", "--no-privileges", "--enable-row-security")
    _run("pg_dump", url, *form, f"--snapshot={snapshot}", f"--file={target}")


def restore(url: str, copy: Path) -> None:
    """Fill an empty database in one transaction: all of it, or nothing."""
    _run("pg_restore", url, "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", str(copy))


def _run(name: str, url: str, *arguments: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise DeskError(
            f"The program {name} is not on this machine",
            hint="Install PostgreSQL's client programs, of the server's version or newer.",
        )
    told: dict[str, Any] = conninfo.conninfo_to_dict(url)
    secret = {"PGPASSWORD": str(told.pop("password"))} if "password" in told else {}
    environment = os.environ | secret | {"PGOPTIONS": SEES_EVERYTHING}
    ended = subprocess.run(  # noqa: S603 - a program of the system, our own arguments
        [program, *arguments, f"--dbname={conninfo.make_conninfo('', **told)}"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if ended.returncode:
        last = ended.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise DeskError(f"{name} failed: {last[0]}")
