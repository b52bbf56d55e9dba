import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tutela.engine.assessment import charts, registry, releases, rendering
from tutela.engine.assessment.charts import ink
from tutela.engine.assessment.cost import Bar
from tutela.engine.assessment.edition import lenses, plans
from tutela.engine.assessment.indicators import Construct
from tutela.engine.assessment.registry import Registry

TOKENS = Path("src/tutela/console/static/console/tokens.css")
KNOWN = registry.load()
PLAN = plans.load("2026")
DRAWN = [lenses.draw(KNOWN, each) for lens in PLAN.lenses for each in lens.charts]


def encodings(spec):
    """Every encoding of a specification, however deep it lies."""
    if isinstance(spec, dict):
        for key, value in spec.items():
            if key == "encoding":
                yield value
            yield from encodings(value)
    elif isinstance(spec, list):
        for each in spec:
            yield from encodings(each)


def series(indicator, area="WLD"):
    return KNOWN.indicator(indicator), KNOWN.series(indicator, area)


def an_effect(**other):
    given = {"times": (1.0, 2.0), "names": ("a", "b"), "observed": (1.0, 5.0), "expected": (1.0, 2.0)}
    return charts.Counterfactual(**(given | {"event": 1.5, "event_name": "a law"} | other))


@pytest.mark.parametrize("chart", DRAWN, ids=lambda chart: chart.title)
def test_a_chart_is_never_without_its_words_its_table_and_its_source(chart):
    assert chart.title
    assert chart.finding
    assert chart.period
    assert all(chart.sources)
    assert chart.sources
    assert chart.not_this
    assert chart.table.rows
    assert {len(row) for row in chart.table.rows} == {len(chart.table.head)}


@pytest.mark.parametrize("chart", DRAWN, ids=lambda chart: chart.title)
def test_no_chart_has_two_axes_of_values_in_one_frame(chart):
    assert "resolve" not in json.dumps(chart.spec)
    titles = {
        each[channel].get("title") or each[channel].get("axis", {}).get("title")
        for each in encodings(chart.spec)
        for channel in ("x", "y")
        if each.get(channel, {}).get("type") == "quantitative"
    }
    assert titles - {None} <= {chart.axis}


@pytest.mark.parametrize("chart", DRAWN, ids=lambda chart: chart.title)
def test_every_colour_is_a_token_of_the_console(chart):
    assert set(re.findall(r"#[0-9a-fA-F]{6}", json.dumps(chart.spec))) <= set(ink.TOKENS)


def test_the_colours_are_those_of_the_tokens_and_none_is_red_or_green():
    tokens = TOKENS.read_text()
    for colour, name in ink.TOKENS.items():
        assert f"--{name}: light-dark({colour}," in tokens
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        assert not (red > 2 * green and red > 2 * blue)
        assert not (green > 1.5 * red and green > 1.5 * blue)


def test_a_count_of_reports_cannot_stand_on_an_axis_of_prevalence():
    survey, _ = series("survey-affected-of-all")
    _, reports = series("cybertipline-reports")
    with pytest.raises(charts.ChartError, match="cannot be drawn on the axis of survey"):
        charts.line(KNOWN, survey, reports)


def test_the_name_of_an_axis_is_made_of_construct_and_unit():
    reports, seen = series("cybertipline-reports")
    assert charts.line(KNOWN, reports, seen).axis == "Reported (reports a year)"
    asked = charts.axis_of(KNOWN.indicator("survey-affected-of-all"))
    assert asked.title == "Said by people who were asked (per cent)"
    assert not any("prevalence" in charts.Axis(each, "reports").title.lower() for each in Construct)


def test_no_line_crosses_a_break_or_a_gap():
    reports, seen = series("cybertipline-reports")
    rows = charts.line(KNOWN, reports, seen).spec["data"]["values"]
    runs = {int(row["time"]): row["run"] for row in rows}
    assert runs[2012] == runs[2013]
    assert runs[2013] != runs[2014]
    confirmed, seen = series("iwf-reports-confirmed")
    rows = charts.line(KNOWN, confirmed, seen).spec["data"]["values"]
    runs = {int(row["time"]): row["run"] for row in rows}
    assert runs[2017] != runs[2020]


def test_each_break_is_named_and_stops_any_comparison():
    reports, seen = series("cybertipline-reports")
    chart = charts.line(KNOWN, reports, seen)
    assert len(chart.marks) == len(reports.breaks)
    assert "not compared" in chart.finding
    assert "times as many" not in chart.finding


def test_places_stand_in_the_order_of_the_alphabet_whatever_they_are_given_in():
    survey = KNOWN.indicator("survey-affected-of-all")
    seen = [each for each in KNOWN.observations if each.indicator == survey.id]
    seen.sort(key=lambda each: -(each.value or 0))
    chart = charts.dots(KNOWN, survey, seen)
    named = [row[0] for row in chart.table.rows]
    assert named == sorted(named)
    assert [row["place"] for row in chart.spec["data"]["values"]] == named


def test_a_small_number_of_people_is_neither_drawn_nor_written():
    people = KNOWN.indicator("survey-affected-children")
    seen = [each for each in KNOWN.observations if each.indicator == people.id]
    small = replace(seen[0], value=3.0, lower=None, upper=None, printed="")
    world = Registry(KNOWN.catalogue, (small, *seen[1:]))
    chart = charts.dots(world, people, world.observations)
    assert len(chart.table.rows) == len(seen) - 1
    with pytest.raises(charts.ChartError, match="no value that can be drawn"):
        charts.dots(world, people, (small,))


def test_a_movement_across_a_break_has_no_dot():
    moved = [
        releases.movement(KNOWN, "cybertipline-reports", "2013", "2017"),
        releases.movement(KNOWN, "ncmec-public-reports", "2021", "2023"),
    ]
    chart = charts.dumbbell(KNOWN, moved, title="Moved")
    dots = [row["name"] for row in chart.spec["layer"][2]["data"]["values"]]
    assert dots == ["CyberTipline reports from the public"]
    assert "not comparable" in chart.finding


def test_movements_of_different_constructs_share_no_frame():
    moved = [
        releases.movement(KNOWN, "cybertipline-reports", "2017", "2023"),
        releases.movement(KNOWN, "social-media-identities", "2017", "2024"),
    ]
    with pytest.raises(charts.ChartError, match="different constructs"):
        charts.dumbbell(KNOWN, moved, title="Moved")


def test_shares_are_refused_of_what_makes_no_whole():
    with pytest.raises(charts.ChartError, match="counts that make a whole"):
        charts.stacked_share(KNOWN, *series("cybertipline-reports"))


def test_a_tornado_without_sources_or_limits_is_refused():
    axis = charts.Axis(Construct.COST, "GBP")
    with pytest.raises(charts.ChartError):
        charts.tornado("T", axis, 2, [Bar("a", 1, 3)], period="2018", sources=(), not_this=("x",))
    made = charts.tornado(
        "T", axis, 2, [Bar("a", 1, 3), Bar("b", 0, 9)], period="2018", sources=("s",), not_this=("x",)
    )
    assert [row[0] for row in made.table.rows] == ["b", "a"]


def test_a_counterfactual_whose_parts_differ_in_length_is_refused():
    with pytest.raises(charts.ChartError, match="different lengths"):
        an_effect(expected=(1.0,))


def test_a_counterfactual_draws_the_gap_and_the_pretences():
    made = an_effect(statistics=(0.1, 0.4), real=3.0, of="size", pretended=(charts.Gap("b", (0.0, 0.2)),))
    assert made.gaps == (0.0, 3.0)
    axis = charts.Axis(Construct.REPORT, "reports")
    drawn = charts.counterfactual("T", axis, made, "It rose.", sources=("s",), not_this=("x",))
    assert len(drawn.spec["vconcat"]) == 3
    with pytest.raises(charts.ChartError):
        charts.counterfactual("T", axis, made, "It rose.", sources=(), not_this=("x",))


def test_the_same_chart_makes_the_same_drawing_and_follows_the_page():
    chart = DRAWN[0]
    drawn = rendering.svg(chart)
    assert rendering.svg(chart) == drawn
    assert drawn.startswith("<svg ")
    assert chart.finding[:20] in drawn
    live = rendering.svg(chart, live=True)
    assert "var(--accent, #1d5c58)" in live
    assert "var(" not in drawn
    assert "http" not in live.replace("http://www.w3.org/", "")


def test_a_title_cannot_break_out_of_its_drawing():
    chart = replace(DRAWN[0], title='<script>"&', finding="</svg>")
    drawn = rendering.svg(chart)
    assert "<script>" not in drawn
    assert drawn.count("</svg>") == 1
