"""The examples in the docstrings of the assessment are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import tutela.engine.assessment as package

MODULES = [each.name for each in pkgutil.iter_modules(package.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_a_worked_example_works(name):
    assert doctest.testmod(importlib.import_module(f"{package.__name__}.{name}")).failed == 0
