"""The lint of terminology finds what it should, wherever it stands, and lets pass what is quoted."""

from __future__ import annotations

import pytest

from tests.checks.terminology import QUOTING, ROOT, complaints, our_files
from tutela.engine.formats.cybertip_words import DEPRECATED


@pytest.mark.parametrize("word", DEPRECATED)
@pytest.mark.parametrize("suffix", [".py", ".xml", ".html", ".md"])
def test_a_deprecated_word_of_a_wire_is_found_outside_of_its_adapter(word, suffix, tmp_path, monkeypatch):
    monkeypatch.setattr("tests.checks.terminology.ROOT", tmp_path)
    path = tmp_path / f"a{suffix}"
    path.write_text(f"plain words\nWORD = '{word}'\n", encoding="utf-8")
    assert any(line.startswith(f"a{suffix}:2: ") for line in complaints(path))


def test_plain_words_are_let_pass(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.checks.terminology.ROOT", tmp_path)
    path = tmp_path / "a.py"
    path.write_text("A report of child sexual abuse material.\n", encoding="utf-8")
    assert complaints(path) == []


def test_whatever_is_let_quote_is_there():
    assert [name for name in QUOTING if not (ROOT / name).is_file()] == []


def test_the_adapters_of_other_wires_are_linted():
    linted = {str(path.relative_to(ROOT)) for path in our_files()}
    assert {
        f"src/tutela/engine/formats/{name}.py" for name in ("cybertip_report", "xarf_report", "vics_case")
    } <= linted
