"""The words of what people read about material: one file a language in `letters`, the same names in each.

>>> "en" in LANGUAGES, words("de")["greeting"]
(True, 'Guten Tag,')
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tutela.domain.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER: Final = Path(__file__).parent / "letters"
LANGUAGES: Final = tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@cache
def words(language: str) -> Mapping[str, str]:
    """Return the words of a language, those of a table as `table.name`; `FormatError` where there are none."""
    if language not in LANGUAGES:
        raise FormatError("there is no letter in this language", hint=f"Languages: {', '.join(LANGUAGES)}.")
    found: dict[str, str] = {}
    for name, value in tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8")).items():
        if isinstance(value, str):
            found[name] = value
        else:
            found |= {f"{name}.{key}": text for key, text in value.items()}
    return MappingProxyType(found)
