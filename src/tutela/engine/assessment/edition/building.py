"""Everything that an edition consists of, as files: reports, briefs, the data package and the digests of all.

The same registry and plan make the same bytes. Files come one by one, so that whoever writes them can show progress.

    for name, data in files(registry.load(), plans.load("2026")):
        ...    # edition.html, edition.pdf, industry.html, ..., data/datapackage.json, SHA256SUMS
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from tutela.engine.assessment import registry as registries
from tutela.engine.assessment.edition import briefs, making, paper, screen
from tutela.engine.assessment.edition.additions import Additions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutela.engine.assessment.edition.document import Document
    from tutela.engine.assessment.edition.plans import Plan
    from tutela.engine.assessment.registry import Registry

DIGESTS: Final = "SHA256SUMS"  # as `sha256sum --check` reads it
_NOTHING: Final = Additions()


def files(registry: Registry, plan: Plan, additions: Additions = _NOTHING) -> Iterator[tuple[str, bytes]]:
    """Yield each file with its name; the digests of all come last."""
    digests: list[str] = []
    for name, data in _made(registry, plan, additions):
        digests.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
        yield name, data
    yield DIGESTS, "".join(sorted(digests, key=lambda line: line[66:])).encode()


def count(registry: Registry, plan: Plan) -> int:
    """Return how many files there will be."""
    return 2 * (2 + len(plan.countries)) + len(registries.package(registry, plan.name)) + 1


def _made(registry: Registry, plan: Plan, additions: Additions) -> Iterator[tuple[str, bytes]]:
    yield from _both("edition", making.edition(registry, plan, additions))
    yield from _both("industry", briefs.industry(registry, plan))
    for area in plan.countries:
        yield from _both(f"country-{area.lower()}", briefs.country(registry, plan, area, additions.profile_of(area)))
    for name, data in sorted(registries.package(registry, f"tutela-assessment-{plan.name}").items()):
        yield f"data/{name}", data


def _both(name: str, document: Document) -> Iterator[tuple[str, bytes]]:
    yield f"{name}.html", screen.html(document)
    yield f"{name}.pdf", paper.pdf(document)
