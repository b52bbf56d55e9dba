"""What may stand in an element of a wire format that has no children: each form reads and writes one kind of text.

A form refuses with the end of a sentence, which names no value: whoever reads puts the element's name in front.

>>> WHOLE_PORT = Whole(1, 65535)
>>> WHOLE_PORT.read("443"), BOOLEAN.read("1"), MOMENT.write(datetime(2026, 11, 22, 12, tzinfo=UTC))
(443, True, '2026-11-22T12:00:00Z')
>>> WHOLE_PORT.read("0")
Traceback (most recent call last):
tutela.engine.formats.xml_forms.UnfitError: is no whole number from 1 to 65535
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final, Protocol

from tutela.engine.formats.xml_tree import WHITE

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2099
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
_WHOLE: Final = re.compile(r"-?[0-9]{1,19}")


class UnfitError(ValueError):
    """The text is not of this form; the message is the end of a sentence."""


class Form(Protocol):
    """One kind of text."""

    def read(self, text: str) -> Any:
        """Return what the text says, or raise `UnfitError`."""
        ...

    def write(self, value: Any) -> str:
        """Return the text that says it."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """Any text of so many characters, or of one pattern."""

    chars_max: int = 64 * 1024
    pattern: str = ""

    def read(self, text: str) -> str:
        """Return it as it is."""
        if len(text) > self.chars_max:
            raise UnfitError(f"has more than {self.chars_max} characters")
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise UnfitError("is not of its form")
        return text

    def write(self, value: str) -> str:
        """Return it without white space around it, which no reader keeps."""
        return value.strip(WHITE)


@dataclass(frozen=True, slots=True)
class Word:
    """One of these words of the wire, each with what it means here."""

    meanings: Mapping[str, Any]

    def read(self, text: str) -> Any:
        """Return what the word means."""
        if text not in self.meanings:
            raise UnfitError("is none of its words")
        return self.meanings[text]

    def write(self, value: Any) -> str:
        """Return the word that means it."""
        for word, meaning in self.meanings.items():
            if meaning == value:
                return word
        raise UnfitError("has no word for it")


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds."""

    least: int
    most: int

    def read(self, text: str) -> int:
        """Return the number."""
        if not _WHOLE.fullmatch(text) or not self.least <= int(text) <= self.most:
            raise UnfitError(f"is no whole number from {self.least} to {self.most}")
        return int(text)

    def write(self, value: int) -> str:
        """Return its digits."""
        return str(value)


class _Boolean:
    def read(self, text: str) -> bool:
        if text not in _BOOLEANS:
            raise UnfitError("is neither true nor false")
        return _BOOLEANS[text]

    def write(self, value: bool) -> str:  # noqa: FBT001 - the value itself
        return "true" if value else "false"


class _Moment:
    def read(self, text: str) -> datetime:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise UnfitError("is no time of ISO 8601") from None
        if found.tzinfo is None:
            raise UnfitError("has no time zone")
        if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
            raise UnfitError(f"is not between {_FIRST_YEAR} and {_LAST_YEAR}")
        return found.astimezone(UTC)

    def write(self, value: datetime) -> str:
        if value.tzinfo is None:
            raise UnfitError("has no time zone")
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class _Day:
    def read(self, text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise UnfitError("is no day of ISO 8601") from None

    def write(self, value: date) -> str:
        return value.isoformat()


class _Ip:
    def read(self, text: str) -> str:
        try:
            return str(ip_address(text))
        except ValueError:
            raise UnfitError("is no address on the Internet") from None

    def write(self, value: str) -> str:
        return value


BOOLEAN: Final[Form] = _Boolean()
MOMENT: Final[Form] = _Moment()
DAY: Final[Form] = _Day()
IP: Final[Form] = _Ip()
