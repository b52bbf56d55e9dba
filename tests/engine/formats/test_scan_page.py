from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.formats.test_scan_jsonl import HEADER, ROWS
from tests.engine.scanning.world import hit
from tutela.domain.lists import MatchKind
from tutela.domain.media import MediaType, Reason, Verdict
from tutela.domain.scan import FileTimes, ListUse, RowKind, RowNote, ScanHeader, ScanRow
from tutela.domain.signals import SignalKind
from tutela.engine.formats import scan_facts, scan_page
from tutela.engine.formats.scan_charts import distance_chart, time_chart
from tutela.engine.formats.scan_words import NOTES, REASONS, VERDICTS

HOSTILE = [
    b"<script>alert(1)</script>",
    b'"><img src=x onerror=alert(1)>',
    b"</style><svg onload=alert(1)>",
    b"{{ 7 * 7 }}{% include 'x' %}",
    "\u202egpj.exe".encode(),
    b"new\nline\x1b[2J",
    b"caf\xe9",
    b"x" * 4000,
]


class Outline(HTMLParser):
    """Elements and attributes of a page, and whether every element was closed."""

    VOID = frozenset({"meta", "input"})

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self._open = set(), set(), []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag


def hit_row(path=b"/e/a.jpg", **changes):
    return ScanRow(
        RowKind.FILE,
        path,
        Verdict.HASHED,
        media_type=MediaType.JPEG,
        hits=changes.pop("hits", (hit(MatchKind.EXACT, SignalKind.MD5),)),
        times=changes.pop("times", FileTimes(16 * 10**17, 0, 0)),
        **changes,
    )


def page(*rows, header=HEADER, finished_at="2026-11-22T12:30:00Z"):
    return scan_page.page(header, rows, finished_at=finished_at).decode()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_only_ever_text(name):
    member = ScanRow(
        RowKind.MEMBER,
        b"/e/" + name,
        Verdict.HASHED,
        member=name,
        hits=(hit(MatchKind.NEAR, SignalKind.PDQ, 3, entry_id=name.decode(errors="replace")),),
    )
    used = ListUse(name.decode(errors="replace"), "ab" * 32, owner=name.decode(errors="replace"))
    text = page(hit_row(b"/e/" + name), member, header=ScanHeader("0", "now", (b"/" + name,), (used,)))
    outline = Outline(text)
    assert not outline.tags & {"script", "img", "iframe", "object", "link", "a href"}
    assert not {name for name in outline.attributes if name.startswith("on")}
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "49" not in re.findall(r"<bdi>([^<]*)</bdi>", text)


@settings(max_examples=40)
@given(st.lists(ROWS, max_size=6))
def test_any_report_makes_a_whole_page(rows):
    Outline(page(*rows))


def test_the_policy_allows_our_style_and_nothing_else():
    text = page(hit_row())
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert "http" not in text.replace("http-equiv", "")
    assert not Outline(text).attributes & {"style", "src", "srcset", "action"}
    assert "url(" not in style


def test_every_name_of_a_file_or_folder_stands_under_a_cover():
    text = page(hit_row(b"/e/secret-folder/secret-name.jpg"))
    covered = re.sub(r'<label class="name">.*?</label>', "", text, flags=re.DOTALL)
    assert "secret-name" in text
    assert "secret" not in covered


def test_a_name_can_be_uncovered_by_keyboard_and_is_covered_on_paper():
    text = page(hit_row())
    assert '<input type="checkbox" id="names" autocomplete="off">' in text
    assert 'aria-label="Show this name"' in text
    printed = text.split("@media print", 1)[1]
    assert "bdi { display: none !important; }" in printed


def test_an_unfinished_scan_says_so_before_anything_else():
    text = page(finished_at="")
    assert "<h1>\nUnfinished scan" in text
    assert "<h1>\nNo match" not in text


def test_without_hits_it_says_no_match_and_that_this_is_no_all_clear():
    text = page(ScanRow(RowKind.FILE, b"/a", Verdict.DIGESTED))
    assert "<h1>\nNo match" in text
    assert "not an all-clear" in text


def test_what_the_lists_could_not_match_is_said():
    header = ScanHeader("0", "now", (b"/",), (ListUse("known", "ab", unmatchable=40_211, degenerate_pdq=3),))
    text = page(header=header)
    assert "40,211 entries carry only signals that are not matched here" in text
    assert "3 entries are of pictures too flat" in text


def test_only_the_strongest_hits_are_kept_exact_before_near(monkeypatch):
    monkeypatch.setattr(scan_facts, "HITS_SHOWN_MAX", 3)
    near = [
        hit_row(b"/%d" % distance, hits=(hit(MatchKind.NEAR, SignalKind.PDQ, distance),)) for distance in (9, 1, 5, 30)
    ]
    facts = scan_facts.ScanFacts([*near, hit_row(b"/exact")])
    assert [row.path for row in facts.hits] == [b"/exact", b"/1", b"/5"]
    assert facts.tally.near == 4


def test_every_word_has_its_meaning():
    assert set(VERDICTS) == set(Verdict)
    assert set(REASONS) == set(Reason)
    assert set(NOTES) == set(RowNote)
    assert all(REASONS[reason] for reason in Reason if reason)


def test_months_are_drawn_for_few_years_and_years_for_many():
    months = time_chart({(2020, 1): 3, (2021, 6): 1}, {(2020, 1): 3, (2021, 6): 1})
    assert [bar.title for bar in months.bars] == ["2020-01: 3", "2021-06: 1"]
    years = time_chart({(1990, 1): 3, (2021, 6): 1}, {(1990, 1): 3, (2021, 6): 1})
    assert [bar.title for bar in years.bars] == ["1990: 3", "2021: 1"]


def test_times_that_are_plainly_made_up_do_not_stretch_the_axis():
    span = {(1601, 1): 4, (2020, 1): 3, (9999, 12): 2}
    chart = time_chart(span, span)
    assert chart.outside == 6
    assert [bar.title for bar in chart.bars] == ["2020-01: 3"]


@given(st.dictionaries(st.tuples(st.integers(1, 9999), st.integers(1, 12)), st.integers(1, 10**9), max_size=30))
def test_any_times_stay_inside_the_chart(months):
    chart = time_chart(months, months)
    assert all(bar.x >= 0 and bar.x + bar.width <= 100.1 and 0 <= bar.y <= 88 for bar in chart.bars)
    assert sum(int(bar.title.split(": ")[1].replace(",", "")) for bar in chart.bars) + chart.outside == sum(
        months.values()
    )


def test_distances_are_drawn_to_the_largest_allowed():
    chart = distance_chart({0: 1, 31: 5}, 31)
    assert len(chart.bars) == 2
    assert chart.ticks[-1].text == "30"
