"""Look-alikes are one group, directly or through others, and the year's altered copies meet what they look like."""

from __future__ import annotations

import numpy as np
import pytest

from bench.look_alikes import groups
from bench.pdq_hashes import random_hashes, turned
from bench.reports_year import NEW_TO_THE_EYE, year


def test_hashes_without_a_likeness_are_groups_of_their_own():
    assert groups(random_hashes(0)) == 0
    assert groups(random_hashes(300)) == 300


def test_copies_and_copies_of_copies_are_one_group_and_the_order_does_not_matter():
    first = random_hashes(200)
    second = turned(first, np.full(200, 20))
    third = turned(second, np.full(200, 20), seed=4)
    together = np.random.default_rng(1).permutation(np.concatenate([first, second, third, first]))
    assert groups(np.ascontiguousarray(together)) == 200


def test_beyond_the_distance_of_a_near_match_nothing_is_alike():
    first = random_hashes(50)
    assert groups(np.concatenate([first, turned(first, np.full(50, 60))])) == 100


def test_the_year_holds_as_many_likenesses_as_it_says():
    given = list(year(1500, seed=9))
    media = {media.fold: media for one in given for media in one.reported.media}
    hashes = np.frombuffer(b"".join(each.pdq for each in media.values()), np.uint8).reshape(-1, 32)
    looks = {look for one in given for look in one.looks}
    assert groups(hashes) == len(looks)
    assert len(looks) / len(media) == pytest.approx(NEW_TO_THE_EYE, rel=0.08)
