"""`python -m tutela` is `tutela`."""

from __future__ import annotations

from tutela.entry.cli import main

main()
