"""D5: every figure of an edition, walked block by block, has its source, period, unit and what it is not."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tutela.domain.terms import find_avoided, vocabulary
from tutela.engine.assessment import registry, rules
from tutela.engine.assessment.capability import Answer, Answered, Profile
from tutela.engine.assessment.cards import Card, Design
from tutela.engine.assessment.charts import ChartError, Table
from tutela.engine.assessment.edition import briefs, building, costs, document, making, paper, plans, screen
from tutela.engine.assessment.edition.additions import Additions
from tutela.engine.assessment.indicators import Construct, Lens, Sensitivity
from tutela.engine.assessment.registry import Registry
from tutela.engine.assessment.releases import Correction
from tutela.engine.assessment.scenarios import Scenario

KNOWN = registry.load()
PLAN = plans.load("2026")
EDITION = making.edition(KNOWN, PLAN)
DOCUMENTS = [EDITION, briefs.industry(KNOWN, PLAN), briefs.country(KNOWN, PLAN, "KEN")]
AVOIDED = next(each.term for each in vocabulary() if any(find_avoided(each.term)))
named = pytest.mark.parametrize("said", DOCUMENTS, ids=lambda said: said.kind)


def blocks(said, kind):
    return [each for chapter in said.chapters for each in chapter.blocks if isinstance(each, kind)]


class Page(HTMLParser):
    """What a page asks for, what it runs, and where its links lead."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.links, self.asked = [], set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        if "id" in given:
            self.ids.add(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        self.asked += [value for name, value in attrs if name in {"src", "srcset", "data", "action"}]


@named
def test_no_chart_is_without_source_period_unit_and_what_it_is_not(said):
    for each in blocks(said, document.Drawing):
        assert each.chart.sources
        assert each.chart.period
        assert each.chart.not_this
        assert re.fullmatch(r".+ \(.+\)", each.chart.axis)


@named
def test_no_single_figure_is_without_source_period_unit_and_what_it_is_not(said):
    for block in blocks(said, document.Figures):
        for row in block.rows:
            assert row.source.citation
            assert row.span
            assert row.unit
            assert all(row.not_this)
            assert row.not_this


@named
def test_no_table_of_numbers_is_without_source_and_what_it_is_not(said):
    for block in blocks(said, document.Grid):
        assert block.sources
        assert block.not_this


def test_a_table_of_numbers_without_its_source_cannot_be_made():
    with pytest.raises(ChartError):
        document.Grid("Numbers", Table(("What",), (("12",),)), (), ())


def test_a_count_is_never_drawn_as_prevalence():
    asked = {each.title for each in KNOWN.catalogue.indicators.values() if each.construct is Construct.VICTIMISATION}
    for block in (each for said in DOCUMENTS for each in blocks(said, document.Drawing)):
        if "asked" in block.chart.axis:
            assert any(block.chart.title.startswith(title) for title in asked)


@named
def test_no_word_to_be_avoided_is_printed(said):
    assert [found.written for text in document.texts(said) for found in find_avoided(text)] == []


@named
def test_every_prose_of_the_plan_is_free_of_numbers(said):
    for text in (*said.summary, *(item for block in blocks(said, document.Points) for item in block.items)):
        plans.check_prose(text)


@named
def test_the_page_runs_nothing_asks_for_nothing_and_every_link_leads_somewhere(said):
    text = screen.html(said).decode()
    page = Page(text)
    assert not {"script", "iframe", "img", "link", "object", "form"} & set(page.tags)
    assert page.asked == []
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert "default-src 'none'" in text
    assert text.count("<svg ") == len(blocks(said, document.Drawing))


def test_every_chart_stands_beside_its_table():
    text = screen.html(EDITION).decode()
    for block in blocks(EDITION, document.Drawing):
        assert text.count("The numbers as a table") == len(blocks(EDITION, document.Drawing))
        assert block.chart.table.rows[0][0] in text


def test_every_lens_has_a_tile_a_chapter_and_what_is_not_known():
    assert len(EDITION.tiles) == 5
    ids = [chapter.id for chapter in EDITION.chapters]
    for tile in EDITION.tiles:
        assert tile.lens in ids
        assert all((tile.statement, tile.direction, tile.confidence, tile.changed, tile.basis, tile.source))
    lenses = [chapter for chapter in EDITION.chapters if chapter.id in {tile.lens for tile in EDITION.tiles}]
    for chapter in lenses:
        assert any(isinstance(block, document.Points) for block in chapter.blocks)


def test_a_movement_across_a_break_is_told_as_not_comparable():
    lens = next(each for each in PLAN.lenses if each.lens == "people")
    headline = replace(lens.headline, earlier="2013", later="2017")
    plan = replace(PLAN, lenses=(replace(lens, headline=headline),))
    (tile,) = making.edition(KNOWN, plan).tiles
    assert tile.direction == "Cannot be said"
    assert tile.changed.startswith("Not comparable")


def test_the_same_data_make_the_same_bytes():
    again = making.edition(Registry(KNOWN.catalogue, tuple(reversed(KNOWN.observations))), PLAN)
    assert screen.html(again) == screen.html(EDITION)
    assert paper.pdf(again) == paper.pdf(EDITION)


def test_every_file_is_in_the_digests_and_all_are_announced():
    plan = replace(PLAN, countries=("KEN",))
    made = dict(building.files(KNOWN, plan))
    assert len(made) == building.count(KNOWN, plan)
    assert made[building.DIGESTS].decode().count("\n") == len(made) - 1
    assert {"edition.pdf", "edition.html", "industry.pdf", "country-ken.html", "data/datapackage.json"} <= made.keys()


def test_corrections_are_told_with_their_reason():
    wrong = KNOWN.one("cybertipline-reports", "2017")
    made = Correction(wrong.key, 9.0, wrong.value, "a typing error", wrong.source, PLAN.day)
    said = making.edition(KNOWN, PLAN, Additions(corrections=(made,)))
    chapter = next(each for each in said.chapters if each.id == "corrections")
    assert "a typing error" in chapter.blocks[0].table.rows[0]


def test_a_brief_for_a_place_where_nothing_was_observed_is_refused():
    with pytest.raises(plans.PlanError, match="not a country"):
        briefs.country(KNOWN, PLAN, "WLD")
    with pytest.raises(plans.PlanError, match="not a country"):
        briefs.country(KNOWN, PLAN, "QQQ")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('name = "2026"', 'name = "../2026"', "small letters"),
        ("day = 2026-11-22", 'day = "soon"', "day is a date"),
        ("Nothing here ranks countries.", "There are 12 of them.", "holds the number 12"),
        ("Nothing here ranks countries.", f"It says {AVOIDED}.", "Prose says"),
        ('baseline = "', 'base = "', "lacks something"),
        ('lens = "people"', 'lens = "threat"', "lacks something"),
        ('form = "dots"', 'form = "gauge"', "lacks something"),
    ],
)
def test_a_plan_that_says_what_an_edition_may_not_say_is_refused(before, after, words):
    text = (plans._FOLDER / "2026.toml").read_text(encoding="utf-8")
    assert before in text
    with pytest.raises(plans.PlanError, match=words):
        plans.read(text.replace(before, after).encode())


def test_a_plan_that_names_what_was_not_observed_is_refused():
    text = (plans._FOLDER / "2026.toml").read_text(encoding="utf-8")
    for before, after in (("iwf-reports-confirmed", "no-such-thing"), ('later = "2024"', 'later = "2031"')):
        with pytest.raises(plans.PlanError, match="The plan names"):
            making.edition(KNOWN, plans.read(text.replace(before, after).encode()))


def test_a_narrowed_plan_shows_what_was_asked_for_and_its_title_holds_no_number():
    asked = {"name": "2026-1", "day": PLAN.day, "lenses": [Lens.SOCIETY], "countries": ["PHL", "KEN"]}
    made = plans.narrowed(PLAN, title="The figures of 2026", **asked)
    assert [each.lens for each in made.lenses] == [Lens.SOCIETY]
    assert (made.countries, made.baseline) == (("KEN", "PHL"), PLAN.baseline)
    for title, lenses in (("All 40 figures", [Lens.SOCIETY]), (" ", [Lens.SOCIETY]), ("Figures", [])):
        with pytest.raises(plans.PlanError):
            plans.narrowed(PLAN, title=title, **asked | {"lenses": lenses})


def test_a_plan_that_is_no_text_or_not_there_is_refused():
    with pytest.raises(plans.PlanError, match="not TOML"):
        plans.read(b"\xff")
    with pytest.raises(plans.PlanError, match="no plan"):
        plans.load("1999")


def test_without_cards_the_chapter_of_evidence_is_not_configured_and_says_what_would_stand_there():
    chapter = next(each for each in EDITION.chapters if each.id == "evidence")
    assert [block.heading for block in chapter.blocks] == ["Not configured: what would stand here"]


def card(**changed):
    outcome = "cybertipline-reports"
    good = {"id": "a", "intervention": "A warning", "setting": "one platform", "design": Design.CONTROLLED}
    good |= {"outcome": outcome, "effect": -4.0, "low": -7.0, "high": -1.0, "source": "diaphanous"}
    return Card(**good | changed)


def test_a_card_of_evidence_is_told_with_its_interval_and_certainty():
    other = card(id="b", intervention="A call", low=None, high=None)
    said = making.edition(replace(KNOWN, cards=(card(), other)), PLAN)
    chapter = next(each for each in said.chapters if each.id == "evidence")
    tried, unknown = chapter.blocks
    assert [(row[3].rpartition(": ")[2], row[4]) for row in tried.table.rows] == [
        ("-4", "low"),
        ("-4, -7 to -1", "moderate"),
    ]
    assert tried.sources
    assert tried.not_this
    assert unknown.items == ("A call: its studies leave the effect uncertain.",)


def test_a_card_whose_source_nobody_knows_is_refused():
    with pytest.raises(plans.PlanError, match="a source"):
        making.edition(replace(KNOWN, cards=(card(source="hearsay"),)), PLAN)


def test_a_computed_cost_is_told_as_a_range_with_whose_numbers_it_is_made_of():
    asked = Scenario("A year", low=1000, high=4000, source="our own count", area="KEN", spread_percent=30)
    made = Additions(costs=costs.by_method(KNOWN, asked))
    chapter = next(each for each in making.edition(KNOWN, PLAN, made).chapters if each.id == "impact")
    grid = chapter.blocks[-1]
    assert grid.heading == "Costs that were computed for this edition"
    assert all(" to " in row[3] and row[4] for row in grid.table.rows)
    assert "our own count" in grid.sources
    assert "not to be added or averaged: methods differ in harm, horizon and perspective" in grid.not_this
    without = next(each for each in EDITION.chapters if each.id == "impact")
    assert without.blocks[-1].heading.startswith("Not configured")


def test_a_published_profile_stands_in_its_countrys_brief_alone_and_a_private_one_is_refused():
    answered = (Answered(1, Answer.YES, Answer.PARTLY),)
    shared = Profile("KEN", "2026", answered, shared=True)
    made = Additions(profiles=(shared,))
    assert (made.profile_of("KEN"), made.profile_of("PHL")) == (shared, None)
    (said,) = briefs.country(KNOWN, PLAN, "KEN", shared).chapters[:1]
    grid = next(each for each in said.blocks if getattr(each, "heading", "").startswith("What the country says"))
    assert grid.table.rows[0][2:] == ("yes", "partly")
    assert len(grid.table.rows) == 21
    assert not any("score" in cell for row in grid.table.rows for cell in row)
    unknown = said.blocks[-1].items
    assert not any("capability" in each for each in unknown)
    with pytest.raises(plans.PlanError, match="private"):
        briefs.country(KNOWN, PLAN, "KEN", replace(shared, shared=False))


def test_a_single_figure_shows_its_interval_once():
    with_interval = [each for each in KNOWN.observations if each.interval]
    for each in with_interval:
        said = document.measured(rules.figure(KNOWN, each, Sensitivity.RESTRICTED))
        assert ("interval" in said) == (not each.printed)
