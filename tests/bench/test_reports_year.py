"""A synthetic year keeps the shape of the public record, and the urgent in it are found: the quick version of E3."""

from __future__ import annotations

import pytest

from bench.reports_year import FILES_A_REPORT, NEW_BY_DIGEST, NEW_TO_THE_EYE, year
from bench.urgent import queue, shares
from tutela.domain.reports import Fact

REPORTS = 20_000


@pytest.fixture(scope="module")
def given():
    return list(year(REPORTS, seed=3, urgent=0.0007))  # 0.2 % of the cases that they fold into


def test_the_same_seed_gives_the_same_year():
    assert list(year(200, seed=5)) == list(year(200, seed=5)) != list(year(200, seed=6))


def test_duplicates_and_virality_are_those_of_the_record(given):
    files = [media.fold for one in given for media in one.reported.media]
    looks = [look for one in given for look in one.looks]
    assert len(files) / REPORTS == pytest.approx(FILES_A_REPORT, rel=0.05)
    assert len(set(files)) / len(files) == pytest.approx(NEW_BY_DIGEST, rel=0.05)
    assert len(set(looks)) / len(looks) == pytest.approx(NEW_BY_DIGEST * NEW_TO_THE_EYE, rel=0.05)


def test_nobody_is_planted_by_the_tick_that_decides_alone(given):
    assert not any(Fact.DANGER_NOW in one.reported.facts for one in given)
    assert 5 < sum(one.is_urgent for one in given) < 30


def test_without_noise_the_urgent_are_in_the_first_half_percent(given):
    ((by_score, as_they_came),) = shares(queue(given, noise=0, seed=4), [1.0])
    assert by_score <= 0.5
    assert as_they_came > 50


def test_with_noise_nine_in_ten_are_found_within_a_tenth_of_first_in_first_out(given):
    ((by_score, as_they_came),) = shares(queue(given, noise=0.3, seed=4), [0.9])
    assert by_score < as_they_came / 10
