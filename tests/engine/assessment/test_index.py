"""The composite index. Expected values are worked out by hand or by another way than the code's."""

from __future__ import annotations

import statistics

import numpy as np
import pytest

from tutela.engine.assessment import index
from tutela.engine.assessment.index import Choices, Framework, Mean, Part, Purpose, Scaling

PURPOSE = Purpose("to see context risk", "exposure, and what answers it", "a working group")
FRAMEWORK = Framework(
    (Part("a", "left", weight=2), Part("b", "left"), Part("c", "right", direction=-1)),
    (Part("left", ""), Part("right", "", weight=3)),
)
TABLE = np.array([[0.0, 10.0, 5.0], [5.0, 20.0, 1.0], [10.0, 0.0, 3.0], [2.5, 5.0, 2.0]])
GAP = float("nan")


def test_an_index_without_a_purpose_is_refused():
    for absent in (("", "theory", "who"), ("what", " ", "who"), ("what", "theory", "")):
        with pytest.raises(ValueError, match="stated purpose"):
            Purpose(*absent)


def test_the_score_is_the_one_worked_out_by_hand():
    # Columns become 0/50/100/25, 50/100/0/25 and, turned round, 0/100/50/75; left is (2a+b)/3, all (left+3c)/4.
    left = [50 / 3, 200 / 3, 200 / 3, 75 / 3]
    expected = [(part + 3 * c) / 4 for part, c in zip(left, [0, 100, 50, 75], strict=True)]
    assert index.scores(TABLE, FRAMEWORK, Choices()) == pytest.approx(expected)
    assert index.rank(np.array(expected)).tolist() == [4, 1, 3, 2]


def test_the_means_compensate_less_and_less():
    by = [index.aggregate(TABLE + 1, FRAMEWORK, mean) for mean in Mean]
    assert (by[0] >= by[1]).all()
    assert (by[1] >= by[2]).all()
    flat = Framework(tuple(Part(code, "") for code in "abc"))
    assert index.aggregate(TABLE + 1, flat, Mean.GEOMETRIC)[0] == pytest.approx(statistics.geometric_mean([1, 11, 6]))
    assert index.aggregate(TABLE + 1, flat, Mean.HARMONIC)[0] == pytest.approx(statistics.harmonic_mean([1, 11, 6]))


def test_what_is_missing_is_left_out_of_a_mean_and_its_weight_with_it():
    flat = Framework((Part("a", "", weight=9), Part("b", "")))
    assert index.aggregate(np.array([[GAP, 4.0]]), flat).tolist() == [4.0]


def test_an_outlier_is_winsorised_to_the_next_value_and_many_are_taken_by_logarithm():
    ordinary = np.arange(1.0, 31.0)
    one = np.append(ordinary, 1e6)
    assert index.treat(one).max() == 30
    assert index.treat(-one).min() == -30
    assert index.treat(ordinary) is ordinary
    many = np.append(np.arange(1.0, 101.0), np.full(8, 1e6))
    many[-8:] += np.arange(8.0)
    span = many.max() - many.min()
    assert index.treat(many) == pytest.approx(np.log(many - many.min() + 0.01 * span))


def test_two_outliers_are_both_taken_to_the_value_below_them():
    two = np.append(np.arange(1.0, 41.0), [1e6, 2e6])
    assert sorted(index.treat(two))[-3:] == [40, 40, 40]


def test_skewness_and_kurtosis_are_those_of_a_textbook():
    column = np.array([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0])
    mean, sd, n = statistics.mean(column), statistics.stdev(column), len(column)
    third = n / ((n - 1) * (n - 2)) * sum(((x - mean) / sd) ** 3 for x in column)
    fourth = n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * sum(((x - mean) / sd) ** 4 for x in column)
    assert index.skewness(column) == pytest.approx(third)
    assert index.kurtosis(column) == pytest.approx(fourth - 3 * (n - 1) ** 2 / ((n - 2) * (n - 3)))


def test_fixed_goalposts_do_not_move_with_the_units():
    column, turned = np.array([[5.0], [15.0]]), np.array([-1.0])
    assert index.normalise(column, np.array([1.0]), Scaling.GOALPOSTS, [(0, 10)])[:, 0].tolist() == [50, 100]
    assert index.normalise(column, turned, Scaling.GOALPOSTS, [(0, 20)])[:, 0].tolist() == [75, 25]
    with pytest.raises(ValueError, match="goalposts"):
        index.normalise(column, turned, Scaling.GOALPOSTS, [None])


def test_other_scalings_keep_the_order():
    column = np.array([[3.0], [1.0], [2.0], [2.0]])
    for scaling in (Scaling.MINMAX, Scaling.Z, Scaling.RANK):
        assert index.rank(index.normalise(column, np.array([1.0]), scaling)[:, 0]).tolist() == [1, 4, 2, 2]


def test_a_gap_is_filled_from_its_own_group_only_and_counted():
    table = np.array([[1.0, 1.0], [3.0, GAP], [50.0, GAP], [GAP, GAP]])
    filled = index.impute(table, ["x", "x", "y", "y"])
    assert filled[1, 1] == 1
    assert filled[3, 0] == 50
    assert np.isnan(filled[2:, 1]).all()


def test_who_lacks_too_much_is_left_out_and_named():
    table = np.vstack([TABLE, [[GAP, GAP, 1.0]]])
    found = index.composite(PURPOSE, "pqrst", table, FRAMEWORK, seed=1, draws=20)
    assert found.left_out == ("t",)
    assert [each.unit for each in found.placed] == ["p", "q", "r", "s"]
    with pytest.raises(ValueError, match="says nothing"):
        index.composite(PURPOSE, "pq", TABLE[:2], FRAMEWORK, seed=1)


def test_no_score_or_rank_comes_without_its_interval():
    table = np.random.default_rng(4).normal(size=(8, 3))
    found = index.composite(PURPOSE, "pqrstuvw", table, FRAMEWORK, seed=1, draws=50)
    for each in found.placed:
        assert each.score_low <= each.score <= each.score_high
        assert 1 <= each.rank_low <= each.rank <= each.rank_high <= 8
    assert any(each.rank_low < each.rank_high for each in found.placed)
    assert found == index.composite(PURPOSE, "pqrstuvw", table, FRAMEWORK, seed=1, draws=50)


def test_a_unit_that_is_best_in_everything_is_first_under_every_choice():
    table = np.vstack([TABLE, [[11.0, 21.0, 0.0]]])
    best = index.composite(PURPOSE, "pqrst", table, FRAMEWORK, seed=1, draws=50).placed[-1]
    assert (best.rank_low, best.rank, best.rank_high) == (1, 1, 1)


@pytest.mark.parametrize(
    "parts",
    [
        ((Part("a", ""), Part("a", "")), ()),
        ((Part("a", "gone"),), ()),
        ((Part("a", "g"),), (Part("g", "h"),)),
        ((Part("a", "g"),), (Part("h", ""), Part("g", "h"))),
        ((Part("a", "", weight=-1),), ()),
    ],
)
def test_a_framework_that_does_not_hold_together_is_refused(parts):
    with pytest.raises(ValueError):  # noqa: PT011  - each of them says something else
        Framework(*parts)


def test_nothing_is_divided_by_nothing():
    with pytest.raises(ValueError, match="more than nothing"):
        index.denominate(TABLE, TABLE * 0)
