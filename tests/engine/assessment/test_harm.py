from __future__ import annotations

import pytest

from tutela.domain.terms import find_avoided
from tutela.engine.assessment import harm, registry
from tutela.engine.assessment.harm import Category, Horizon, MixedError, Per


def of(study: str) -> list[harm.Cost]:
    return [each for each in harm.costs() if each.study.id == study]


def total(study: str, per: Per = Per.VICTIM) -> float:
    (whole,) = (each.value for each in of(study) if each.category is Category.TOTAL and each.per is per)
    return whole


def test_the_parts_of_fang_2012_sum_to_its_total():
    assert (
        harm.add(each for each in of("fang2012") if each.category is not Category.TOTAL) == total("fang2012") == 210_012
    )


def test_the_home_office_total_is_remade():
    victims = harm.parameters()["victims-2019"].value
    assert victims == 113_144
    assert victims * total("homeoffice2021") == pytest.approx(10.097e9, rel=1e-4)


def test_the_physical_and_emotional_harm_is_half_of_the_home_office_total():
    (wellbeing,) = (each.value for each in of("homeoffice2021") if each.category is Category.VICTIM)
    assert 113_144 * wellbeing == pytest.approx(5.20e9, rel=1e-3)
    assert wellbeing / total("homeoffice2021") == pytest.approx(0.515, abs=5e-4)


def test_the_nspcc_parts_are_the_published_3_2_bn_with_rounding():
    parts = [each for each in of("nspcc2014") if each.category in {Category.LOST_OUTPUT, Category.PUBLIC_PURSE}]
    assert harm.add(parts) == pytest.approx(3.124e9)
    assert registry.load().one("gta2018-s65", "2012/2013", "GBR").value == pytest.approx(harm.add(parts), rel=0.03)


def test_each_method_stands_by_itself_with_what_it_is_not():
    estimates = harm.side_by_side(1000, "KEN", online_only=True)
    assert len({each.study.id for each in estimates}) == len(estimates) == 5
    assert estimates[-1].total / estimates[0].total == pytest.approx(830_928 / 74_691)
    for each in estimates:
        assert any("western bias" in flag for flag in each.flags)
        assert any("online" in flag for flag in each.flags)


def test_a_study_used_where_it_was_made_is_not_a_transfer():
    (here,) = (each for each in harm.side_by_side(1, "X-EAW") if each.study.id == "homeoffice2021")
    assert not any("western bias" in flag for flag in here.flags)
    assert any("counts twice" in flag for flag in here.flags)


@pytest.mark.parametrize(
    "chosen",
    [
        [*of("fang2012"), *of("peterson2018")],
        of("fang2012"),
        of("nspcc2014"),
        of("homeoffice2021"),
        of("letourneau2018-female"),
    ],
)
def test_studies_and_sums_with_their_parts_are_never_added(chosen):
    with pytest.raises(MixedError):
        harm.add(chosen)


def test_the_tree_is_the_reports_own():
    leaves = {leaf for branch in harm.TREE.values() for leaf in branch}
    assert leaves == set(Category) - {Category.TOTAL, Category.PUBLIC_PURSE}
    assert all(harm.payer_of(leaf) for leaf in leaves)
    assert harm.payer_of(Category.TOTAL) is None


def test_each_row_has_a_source_of_the_registry_and_no_word_to_avoid():
    shipped = registry.load().catalogue
    for study in harm.studies().values():
        assert study.source in shipped.sources
        assert study.area in shipped.areas
        assert of(study.id)
        assert not list(find_avoided(f"{study.title} {study.doubt}"))
    for parameter in harm.parameters().values():
        assert parameter.source in shipped.sources
        assert parameter.area in shipped.areas
        assert (parameter.value is None) <= (parameter.lower is not None and parameter.upper is not None)


def test_a_lifetime_cost_is_never_called_yearly():
    assert harm.studies()["homeoffice2021"].horizon is Horizon.COHORT
    assert {each.study.id for each in harm.costs() if each.per is Per.YEAR} == {
        "homeoffice2021",
        "nspcc2014",
        "fang2015",
    }
