"""Every worked example in a docstring is run: what a reader is shown is what happens."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import tutela

SOURCE = Path(tutela.__file__).parent
SHOWN = sorted(
    ".".join(("tutela", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")
    for path in SOURCE.rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", SHOWN)
def test_the_example_holds(name, home):
    failed, tried = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried > 0
    assert failed == 0
