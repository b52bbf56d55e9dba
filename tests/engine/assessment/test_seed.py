"""Every row that ships: sourced, in our words, and agreeing with the others where they speak of the same."""

from __future__ import annotations

import csv
from datetime import date
from importlib import resources

import pytest

from tutela.domain.terms import find_avoided
from tutela.engine.assessment import harm, operations, registry, rules
from tutela.engine.assessment.indicators import Bound, Construct, Lens, Polarity, Provenance, Sensitivity, Status

SHIPPED = registry.load()
YEARS = ("2019", "2020", "2021", "2022", "2023")


@pytest.mark.parametrize("indicator", SHIPPED.catalogue.indicators)
def test_each_row_can_be_shown_with_all_that_a_reader_is_owed(indicator):
    rows = [each for each in SHIPPED.observations if each.indicator == indicator]
    assert bool(rows) != indicator.startswith("own-"), "what this installation counts is brought in by itself"
    for each in rows:
        shown = rules.figure(SHIPPED, each, Sensitivity.RESTRICTED)
        assert shown.source.citation
        assert shown.not_this
        assert shown.unit
        assert shown.span
        assert not list(find_avoided(shown.sentence + each.doubt + each.cell))


@pytest.mark.parametrize("source", SHIPPED.catalogue.sources.values(), ids=lambda each: each.id)
def test_each_source_says_its_licence_and_an_open_one_its_attribution(source):
    assert source.licence in {"cited-facts", "CC-BY-4.0"}
    assert bool(source.attribution) == (source.licence == "CC-BY-4.0")
    costed = {each.source for each in (*harm.studies().values(), *harm.parameters().values())}
    assert source.id in {each.source for each in SHIPPED.observations} | costed | {operations.SOURCE}


def test_what_was_not_read_in_a_source_is_a_gap_and_never_a_number():
    assert {each.provenance for each in SHIPPED.observations} <= {
        Provenance.PRIMARY,
        Provenance.SECONDARY,
        Provenance.DERIVED,
    }
    gaps = [each for each in SHIPPED.observations if each.status is Status.MISSING]
    assert {each.span.text for each in gaps} == {"2018", "2019"}
    assert all(each.doubt for each in gaps)


def test_the_cybertipline_rows_of_gta_2018_are_the_exact_ones():
    assert SHIPPED.one("cybertipline-reports", "2014").value == 1_106_071
    assert SHIPPED.one("cybertipline-reports", "2017").value == 10_214_753
    assert len([each for each in SHIPPED.series("cybertipline-reports") if each.bound is Bound.EXACT]) == 26


@pytest.mark.parametrize(("fact", "year"), [("gta2018-s59", "2017"), ("gta2018-s60", "2014")])
def test_what_gta_2018_printed_agrees_with_the_series_that_goes_on(fact, year):
    printed = SHIPPED.one(fact, year)
    exact = SHIPPED.one(SHIPPED.indicator(fact).continued_by, year)
    assert printed.value is not None
    assert exact.value is not None
    assert exact.value >= printed.value
    assert exact.value == pytest.approx(printed.value, rel=0.01)


@pytest.mark.parametrize("year", YEARS)
def test_the_countries_sum_to_the_yearly_total(year):
    countries = [
        e for e in SHIPPED.observations if e.indicator == "cybertipline-reports-by-country" and e.span.text == year
    ]
    assert sum(each.value or 0 for each in countries) == SHIPPED.one("cybertipline-reports", year).value


@pytest.mark.parametrize("indicator", ["cybertipline-reports-by-kind", "cybertipline-reports-by-location"])
@pytest.mark.parametrize("year", YEARS[1:])
def test_the_parts_sum_to_the_yearly_total(indicator, year):
    parts = [each for each in SHIPPED.observations if each.indicator == indicator and each.span.text == year]
    assert sum(each.value or 0 for each in parts) == SHIPPED.one("cybertipline-reports", year).value


@pytest.mark.parametrize(("year", "share"), [("2020", 46.1), ("2021", 62.6), ("2022", 49.1), ("2023", 50.3)])
def test_the_share_that_could_be_acted_on_is_the_published_one(year, share):
    parts = [e for e in SHIPPED.observations if e.indicator == "cybertipline-deliveries" and e.span.text == year]
    actionable = sum(each.value or 0 for each in parts if each.cell.endswith("actionable"))
    assert 100 * actionable / sum(each.value or 0 for each in parts) == pytest.approx(share, abs=0.05)


@pytest.mark.parametrize("year", YEARS[2:])
def test_public_and_platforms_sum_to_all(year):
    both = [SHIPPED.one(each, year).value or 0 for each in ("ncmec-public-reports", "ncmec-platform-reports")]
    assert sum(both) == SHIPPED.one("cybertipline-reports", year).value


def test_the_survey_columns_agree_with_each_other():
    for affected in (each for each in SHIPPED.observations if each.indicator == "survey-affected-of-all"):
        where = {"span": affected.span.text, "area": affected.area}
        among = SHIPPED.one("survey-affected-of-internet-users", **where).value or 0
        online = SHIPPED.one("survey-children-online", **where).value or 0
        children = SHIPPED.one("survey-affected-children", **where).value or 0
        population = SHIPPED.one("population-12-17", **where).value or 0
        assert affected.value == pytest.approx(among * online / 100, abs=0.3)
        assert affected.value == pytest.approx(100 * children / population, abs=0.06)


def test_no_fact_about_a_single_case_ships():
    table = resources.files("tutela.engine.assessment").joinpath("data/withheld.csv").read_text(encoding="utf-8")
    withheld = {row["id"] for row in csv.DictReader(table.splitlines())}
    assert withheld == {"S37", "S42", "S43", "S52", "S54", "S67"}
    assert not {f"gta2018-{each.lower()}" for each in withheld} & SHIPPED.catalogue.indicators.keys()
    assert len([each for each in SHIPPED.catalogue.indicators if each.startswith("gta2018-")]) == 61 - len(withheld)


def test_every_lens_is_seen_and_no_report_count_is_called_worse_or_better():
    assert {each.lens for each in SHIPPED.catalogue.indicators.values()} == set(Lens)
    for each in SHIPPED.catalogue.indicators.values():
        if each.construct in {Construct.REPORT, Construct.DETECTION, Construct.REMOVAL}:
            assert each.polarity is Polarity.AMBIGUOUS


def test_every_definition_is_in_our_words():
    for each in SHIPPED.catalogue.indicators.values():
        assert not list(
            find_avoided(" ".join((each.title, each.definition, each.method, each.population, *each.not_this)))
        )


def test_hits_and_accounts_are_not_called_people():
    for fact in ("gta2018-s29", "gta2018-s30"):
        assert not SHIPPED.indicator(fact).unit.people
        assert any("not members" in each or "not unique people" in each for each in SHIPPED.indicator(fact).not_this)


def test_estimates_of_prices_and_counts_of_hidden_services_are_not_for_the_public():
    for fact, span in (("gta2018-s38", "2012/2013"), ("gta2018-s39", "2018")):
        with pytest.raises(rules.UnfitError):
            rules.figure(SHIPPED, SHIPPED.one(fact, span))


def test_searching_finds_by_words_lens_construct_and_area():
    assert [each.id for each in SHIPPED.find("suspect media arachnid")] == ["arachnid-suspect-media"]
    kenya = {each.id for each in SHIPPED.find(area="KEN")}
    assert {"survey-affected-of-all", "cybertipline-reports-by-country"} <= kenya
    assert all(each.construct is Construct.COST for each in SHIPPED.find(construct=Construct.COST))
    assert all(each.lens is Lens.IMPACT for each in SHIPPED.find(lens=Lens.IMPACT))


def test_a_series_keeps_its_gaps_and_its_order():
    confirmed = SHIPPED.series("iwf-reports-confirmed")
    assert [each.span.first for each in confirmed] == sorted(each.span.first for each in confirmed)
    assert [each.value for each in confirmed if each.span.text == "2018"] == [None]
    with pytest.raises(registry.NotObservedError):
        SHIPPED.one("iwf-reports-confirmed", "1999")


def test_nothing_lies_after_the_day_on_which_it_was_put_together():
    assert all(e.span.last <= date(2026, 11, 22) for e in SHIPPED.observations if e.status is not Status.FORECAST)
