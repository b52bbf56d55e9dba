"""The closed words of referral that are no steps: channels, keepers, and what authorities say."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """How an authority is reached."""

    CYBERTIPLINE = "cybertipline"  # calls to its API
    PACKAGE = "package"  # a signed package that a person hands over


class Keeper(StrEnum):
    """Who has the bytes that must be kept."""

    PLATFORM = "platform"
    VAULT = "vault"  # our own, where there is one
    NOBODY = "nobody"  # as far as we know: only what is in the case is kept


class Said(StrEnum):
    """What an authority says of what it got."""

    RECEIVED = "received"
    MORE_WANTED = "more-wanted"
    USEFUL = "useful"
    NOT_USEFUL = "not-useful"


class Outcome(StrEnum):
    """What came of it, as far as the authority tells."""

    CHILD_FOUND = "child-found"  # a child was identified or made safe
    PERSON_FOUND = "person-found"  # a suspect was identified
    ACTED = "acted"  # something was done
    NOTHING = "nothing"  # closed without
