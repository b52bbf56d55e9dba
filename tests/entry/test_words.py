"""Every word of the console exists in German, and what is compiled is what is written."""

from __future__ import annotations

import gettext
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.checks.terminology import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LOCALES = ROOT / "src/tutela/console/locale"
SPOKEN = sorted(path.name for path in LOCALES.iterdir())
TAG = re.compile(r'{%\s*translate\s+(?:"([^"]+)"|\'([^\']+)\')(?:\s+context\s+"([^"]+)")?')
CALL = re.compile(r'(?<![\w.])(?:_|gettext|gettext_lazy)\(\s*"([^"]+)"\s*\)')


def folder(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES"


def catalogue(language: str) -> gettext.GNUTranslations:
    with (folder(language) / "django.mo").open("rb") as stream:
        return gettext.GNUTranslations(stream)


def used() -> set[tuple[str, str]]:
    found = set()
    for path in [*ROOT.glob("src/tutela/**/*.html"), *ROOT.glob("src/tutela/**/*.py")]:
        text = path.read_text(encoding="utf-8")
        found |= {(double or single, context) for double, single, context in TAG.findall(text)}
        if path.suffix == ".py" and "django.utils.translation" in text:
            found |= {(word, "") for word in CALL.findall(text)}
    return found


def test_every_word_is_translated():
    german = catalogue("de")
    known = german._catalog
    missing = [
        (word, context)
        for word, context in sorted(used())
        if not known.get(f"{context}\x04{word}" if context else word)
    ]
    assert missing == []


@pytest.mark.parametrize("language", SPOKEN)
def test_no_translation_is_empty_or_doubtful(language):
    text = (folder(language) / "django.po").read_text(encoding="utf-8")
    assert "fuzzy" not in text
    assert not re.search(r'msgstr(?:\[\d\])? ""\n(?!")', text)


@pytest.mark.skipif(not shutil.which("msgfmt"), reason="msgfmt (gettext) is not on this machine")
@pytest.mark.parametrize("language", SPOKEN)
def test_what_is_compiled_is_what_is_written(tmp_path, language):
    fresh = tmp_path / "django.mo"
    subprocess.run(["msgfmt", "-o", fresh, folder(language) / "django.po"], check=True)
    with fresh.open("rb") as stream:
        assert gettext.GNUTranslations(stream)._catalog == catalogue(language)._catalog
