"""Rules for lists that live: what of a match is reported, and what is withheld and why.

Pure, but for the flood gate and its quarantine.


rules = read_rules(path.read_bytes())                     # TOML, checked whole; RulesError says what is wrong where
judged = judge(rules, hits, key=sha256, now=clock.now())
judged.hits, judged.withheld                              # what counts, and what does not with its reason
"""

from __future__ import annotations

from tutela.engine.matching.policy.flood import Counts, FloodGate
from tutela.engine.matching.policy.judging import Judged, Why, Withheld, judge
from tutela.engine.matching.policy.quarantine import Quarantine, Quarantined, ReleaseReason
from tutela.engine.matching.policy.rules import ClassRules, Flood, ListRules, Rules
from tutela.engine.matching.policy.toml import read_rules

__all__ = [
    "ClassRules",
    "Counts",
    "Flood",
    "FloodGate",
    "Judged",
    "ListRules",
    "Quarantine",
    "Quarantined",
    "ReleaseReason",
    "Rules",
    "Why",
    "Withheld",
    "judge",
    "read_rules",
]
