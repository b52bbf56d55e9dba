"""What a team is good at: closed words, so that a rule of routing can ask for one."""

from __future__ import annotations

from enum import StrEnum


class Skill(StrEnum):
    """One skill of a team."""

    CHILDREN = "children"  # talks with children who report for themselves
    SURVIVORS = "survivors"  # talks with survivors
    IDENTIFICATION = "identification"  # of victims
    EXTORTION = "extortion"  # sexual extortion, and the money in it
    EXPLOITATION = "exploitation"  # trafficking, travel and tourism
    HOSTING = "hosting"  # hosts, registrars, removal
