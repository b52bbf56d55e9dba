from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tutela.engine import ledger

FOLDER = Path(ledger.__file__).parent
PURE = {
    "__future__", "base64", "binascii", "collections", "cryptography", "dataclasses", "datetime", "enum", "functools",
    "hashlib", "hmac", "json", "re", "tutela", "typing",
}  # fmt: skip


@pytest.mark.parametrize("module", sorted(FOLDER.glob("*.py")), ids=lambda module: module.stem)
def test_no_module_reaches_for_a_clock_a_file_chance_or_the_network(module):
    tree = ast.parse(module.read_text(encoding="utf-8"))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    allowed = PURE | ({"argparse", "sys"} if module.stem == "verifier" else set())
    assert {name.split(".")[0] for name in imported} <= allowed
    ours = {name for name in imported if name.startswith("tutela")}
    assert all(name.startswith(("tutela.engine.ledger", "tutela.domain")) for name in ours)
    assert module.stem != "verifier" or not ours
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not called & {"now", "utcnow", "today", "generate", "urandom", "generate_private_key"}
