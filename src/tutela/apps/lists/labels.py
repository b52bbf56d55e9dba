"""Words that people read about own lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tutela.apps.lists.rules import Kind, State, Why

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

KINDS: Final[dict[Kind, _StrPromise]] = {Kind.HASH: _("Files"), Kind.ADDRESS: _("Addresses")}
STATES: Final[dict[State, _StrPromise]] = {
    State.PROPOSED: pgettext_lazy("entry", "proposed"),
    State.LISTED: pgettext_lazy("entry", "listed"),
    State.WITHDRAWN: pgettext_lazy("entry", "taken off"),
}
WHY: Final[dict[Why, _StrPromise]] = {
    Why.GONE: pgettext_lazy("entry", "gone"),
    Why.ERROR: pgettext_lazy("entry", "an error"),
    Why.SUPERSEDED: pgettext_lazy("entry", "superseded"),
}
