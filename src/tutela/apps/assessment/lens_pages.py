"""Pages to read: the five lenses, an indicator with everything that belongs to it, countries, comparing."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tutela.apps.access.public import actor_of, can, require
from tutela.apps.assessment import data, reading, releasing
from tutela.apps.assessment.labels import CONSTRUCTS, LENSES, POLARITIES, QUALITIES
from tutela.domain.actors import Permission
from tutela.engine.assessment.indicators import AreaLevel, Lens
from tutela.engine.assessment.registry import WORLD

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from tutela.apps.assessment.models import Correction
    from tutela.domain.actors import Actor
    from tutela.engine.assessment.indicators import Indicator, Observation
    from tutela.engine.assessment.registry import Registry

COMPARED_MAX: Final = 4
_TILE_LINES: Final = 3
_FIVE: Final = tuple(lens for lens in Lens if lens is not Lens.CONTEXT)
_COLUMNS: Final = (
    "indicator", "title", "area", "span", "cell", "value", "lower", "upper", "printed", "unit", "status", "source",
    "not_this", "doubt", "digest",
)  # fmt: skip


@require(Permission.ASSESSMENT_DATA_READ)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the five lenses, each with a few of its figures, and what changed since the baseline."""
    actor = actor_of(request)
    registry = data.registry(actor)
    tiles: list[dict[str, Any]] = []
    for lens in _FIVE:
        found = reading.of_lens(registry, lens)
        tiles.append({"lens": lens, "title": LENSES[lens], "lines": found[:_TILE_LINES], "count": len(found)})
    baseline = releasing.releases(actor).filter(is_baseline=True).first()
    context = {"tiles": tiles, "digest": registry.digest, "baseline": baseline}
    return render(request, "assessment/overview.html", context)


@require(Permission.ASSESSMENT_DATA_READ)
@require_safe
def lens(request: HttpRequest, lens_name: str) -> HttpResponse:
    """Show every indicator of a lens."""
    if lens_name not in set(Lens):
        raise Http404
    chosen = Lens(lens_name)
    found = reading.of_lens(data.registry(actor_of(request)), chosen)
    context = {"title": LENSES[chosen], "lines": found, "lenses": LENSES.items(), "chosen": chosen}
    return render(request, "assessment/lens.html", context)


@require(Permission.ASSESSMENT_DATA_READ)
@require_safe
def country(request: HttpRequest) -> HttpResponse:
    """Show what is known of one country: beside nothing, and in no rank."""
    registry = data.registry(actor_of(request))
    countries = reading.areas(registry, AreaLevel.COUNTRY)
    code = request.GET.get("code", "")
    area = next((each for each in countries if each.code == code), None)
    found = reading.lines(registry, registry.find(area=area.code), area.code) if area else []
    context = {"countries": countries, "area": area, "lines": found}
    return render(request, "assessment/country.html", context)


@require(Permission.ASSESSMENT_DATA_READ)
@require_safe
def indicator(request: HttpRequest, indicator_id: str) -> HttpResponse:
    """Show one indicator: what it is and is not, its series, its breaks, its corrections and where it comes from."""
    actor = actor_of(request)
    registry, frozen = _asked(request)
    shown = _known(registry, indicator_id)
    places = reading.places(registry, indicator_id)
    area, cell = _place(request, places)
    observations = registry.series(indicator_id, area, cell)
    sources = {each.source: registry.catalogue.sources[each.source] for each in observations}
    context = {
        "indicator": shown,
        "lens_title": LENSES[shown.lens],
        "construct": CONSTRUCTS[shown.construct],
        "polarity": POLARITIES[shown.polarity],
        "quality": QUALITIES[shown.quality],
        "seen_in": places,
        "area": area,
        "cell": cell,
        "figures": reading.figures(registry, reversed(observations)),
        "drawn": reading.drawn(registry, shown, observations),
        "sources": sources.values(),
        "corrections": [] if frozen else _corrections(actor, registry, indicator_id),
        "digest": registry.digest,
        "release": frozen,
        "may_correct": can(actor, Permission.ASSESSMENT_DATA_EDIT) and not frozen,
        "permalink": f"{request.path}?{_query(area, cell, frozen.id if frozen else None)}",
    }
    return render(request, "assessment/indicator.html", context)


@require(Permission.ASSESSMENT_DATA_READ)
@require_safe
def download(request: HttpRequest, indicator_id: str, form: str) -> HttpResponse:
    """Give every value of an indicator as a table, each row with its unit, source and what it is not."""
    registry, _frozen = _asked(request)
    shown = _known(registry, indicator_id)
    rows = [_row(registry, shown, each) for each in registry.observations if each.indicator == indicator_id]
    name = f"{indicator_id}-{registry.digest[:12]}.{form}"
    if form == "csv":
        text = io.StringIO(newline="")
        writer: csv.DictWriter[str] = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    elif form == "json":
        response = HttpResponse(json.dumps({"digest": registry.digest, "rows": rows}), content_type="application/json")
    else:
        raise Http404
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require(Permission.ASSESSMENT_DATA_READ)
@require_safe
def explore(request: HttpRequest) -> HttpResponse:
    """Search the indicators, and put a few beside each other: each in its own frame, on its own axis."""
    registry = data.registry(actor_of(request))
    text, chosen_lens = request.GET.get("q", "")[:200], request.GET.get("lens", "")
    of_lens = Lens(chosen_lens) if chosen_lens in set(Lens) else None
    found = reading.lines(registry, registry.find(text, lens=of_lens))
    wanted = [each for each in dict.fromkeys(request.GET.getlist("with")) if each in registry.catalogue.indicators]
    context = {
        "q": text,
        "lens": chosen_lens,
        "lenses": LENSES.items(),
        "lines": found,
        "wanted": wanted[:COMPARED_MAX],
        "too_many": len(wanted) > COMPARED_MAX,
        "compared": [_beside(registry, each) for each in wanted[:COMPARED_MAX]],
        "compared_max": COMPARED_MAX,
    }
    return render(request, "assessment/explore.html", context)


def _asked(request: HttpRequest) -> tuple[Registry, Any]:
    """Return the registry as it stands, or as it was frozen where the address names a release, and that release."""
    actor, named = actor_of(request), request.GET.get("release", "")
    if not named:
        return data.registry(actor), None
    found = next((each for each in releasing.releases(actor) if str(each.id) == named), None)
    if found is None:
        raise Http404
    return releasing.opened(found), found


def _known(registry: Registry, indicator_id: str) -> Indicator:
    if indicator_id not in registry.catalogue.indicators:
        raise Http404
    return registry.indicator(indicator_id)


def _corrections(actor: Actor, registry: Registry, indicator_id: str) -> list[tuple[Correction, bool]]:
    """Return what was corrected, and whether that is what stands now."""
    stands = {each.key: each.value for each in registry.observations if each.indicator == indicator_id}
    rows = releasing.corrections(actor, indicator_id)
    return [(row, stands.get((row.indicator, row.area, row.span, row.cell)) == row.becomes) for row in rows]


def _place(request: HttpRequest, places: list[Any]) -> tuple[str, str]:
    """Return the area and cell that are asked for, else the first there are."""
    asked = (request.GET.get("area", ""), request.GET.get("cell", ""))
    there = [(area.code, cell) for area, cell in places]
    return asked if asked in there else there[0] if there else (WORLD, "")


def _query(area: str, cell: str, release_id: UUID | None) -> str:
    from urllib.parse import urlencode  # noqa: PLC0415 - as small as it is used

    parts = {"area": area, "cell": cell, "release": str(release_id or "")}
    return urlencode({name: value for name, value in parts.items() if value})


def _row(registry: Registry, shown: Indicator, observation: Observation) -> dict[str, Any]:
    """Return a row of a download: what is not shown on a page is not in a file."""
    figures = reading.figures(registry, [observation])
    hidden = not figures or figures[0].suppressed
    return {
        "indicator": shown.id,
        "title": shown.title,
        "area": observation.area,
        "span": observation.span.text,
        "cell": observation.cell,
        "value": None if hidden else observation.value,
        "lower": None if hidden else observation.lower,
        "upper": None if hidden else observation.upper,
        "printed": figures[0].shown if figures else "",
        "unit": shown.unit.label,
        "status": observation.status.value,
        "source": registry.catalogue.sources[observation.source].citation,
        "not_this": " | ".join(shown.not_this),
        "doubt": observation.doubt,
        "digest": registry.digest,
    }


def _beside(registry: Registry, indicator_id: str) -> dict[str, Any]:
    shown = registry.indicator(indicator_id)
    places = reading.places(registry, indicator_id)
    area, cell = (places[0][0].code, places[0][1]) if places else (WORLD, "")
    observations = registry.series(indicator_id, area, cell)
    newest = reading.figures(registry, reversed(observations))
    return {
        "indicator": shown,
        "construct": CONSTRUCTS[shown.construct],
        "drawn": reading.drawn(registry, shown, observations),
        "figures": newest,
        "place": places[0][0].name if places else _("nowhere"),
    }


urlpatterns = [
    path("assessment/", overview, name="assessment"),
    path("assessment/lenses/<str:lens_name>/", lens, name="assessment-lens"),
    path("assessment/country/", country, name="assessment-country"),
    path("assessment/explore/", explore, name="assessment-explore"),
    path("assessment/indicators/<str:indicator_id>/", indicator, name="assessment-indicator"),
    path("assessment/indicators/<str:indicator_id>/data.<str:form>", download, name="assessment-download"),
]
