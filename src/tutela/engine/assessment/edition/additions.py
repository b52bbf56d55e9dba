"""What whoever builds an edition brings beside registry and plan. Without it an edition says "not configured"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutela.engine.assessment.capability import Profile
    from tutela.engine.assessment.edition.costs import Costed
    from tutela.engine.assessment.releases import Correction


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """Values that were corrected, costs that were computed, and self-assessments that their countries published."""

    corrections: tuple[Correction, ...] = ()
    costs: tuple[Costed, ...] = ()
    profiles: tuple[Profile, ...] = ()

    def profile_of(self, country: str) -> Profile | None:
        """Return what a country published of itself."""
        return next((each for each in self.profiles if each.country == country), None)
