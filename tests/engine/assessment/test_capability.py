from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tutela.engine.assessment import capability, rules
from tutela.engine.assessment.capability import Answer, Answered, Area, Evidence, GapKind, Profile
from tutela.engine.assessment.tables import NotConfiguredError

SEEN = (Evidence("The law of 2020", date(2020, 5, 1), "https://example.org/law"),)


def done(no: int) -> Answered:
    return Answered(no, existence=Answer.YES, implementation=Answer.YES, evidence=SEEN)


FULL = Profile("AAA", "2026", tuple(done(no) for no in range(1, 22)))


def test_the_model_has_21_capabilities_in_six_areas():
    listed = capability.capabilities()
    assert list(listed) == list(range(1, 22))
    assert [sum(each.area is area for each in listed.values()) for area in Area] == [3, 4, 4, 4, 4, 2]
    assert all(each.about and each.measures for each in listed.values())


def test_preconditions_lead_somewhere_and_never_in_a_circle():
    listed = capability.capabilities()

    def beneath(no: int) -> set[int]:
        return {no}.union(*(beneath(each) for each in listed[no].requires))

    for no, each in listed.items():
        assert set(each.requires) <= set(listed)
        assert not any(no in beneath(other) for other in each.requires)
    assert listed[7].requires == (3, 4)
    assert listed[7].requires_stated


def test_nothing_is_missing_of_a_full_response():
    assert capability.gaps(FULL) == ()


def test_an_agreement_without_implementation_is_a_gap():
    law = replace(done(3), implementation=Answer.NO)
    profile = replace(FULL, answers=(law, *(done(no) for no in range(1, 22) if no != 3)))
    kinds = {(gap.capability.no, gap.kind) for gap in capability.gaps(profile)}
    assert kinds == {
        (3, GapKind.NOT_IMPLEMENTED),
        (7, GapKind.PRECONDITIONS),
        (12, GapKind.PRECONDITIONS),
        (17, GapKind.PRECONDITIONS),
    }


def test_a_claim_without_evidence_is_listed():
    profile = replace(FULL, answers=(replace(done(1), evidence=()), *FULL.answers[1:]))
    assert [(gap.capability.no, gap.kind) for gap in capability.gaps(profile)] == [(1, GapKind.CLAIMED)]


def test_not_assessed_and_not_applicable_are_no_low_answers():
    empty = Profile("AAA", "2026", ())
    assert {gap.kind for gap in capability.gaps(empty)} == {GapKind.NOT_ASSESSED}
    none = replace(empty, answers=tuple(Answered(no, existence=Answer.NOT_APPLICABLE) for no in range(1, 22)))
    assert capability.gaps(none) == ()


@pytest.mark.parametrize(
    "absurd",
    [
        lambda: Answered(22),
        lambda: Answered(1, existence=Answer.NO, implementation=Answer.YES),
        lambda: Answered(1, coverage=80),
        lambda: Profile("AAA", "2026", (done(1), done(1))),
        lambda: capability.progress(FULL, replace(FULL, country="BBB")),
    ],
)
def test_absurd_answers_are_refused(absurd):
    with pytest.raises(ValueError):  # noqa: PT011  - each of them says something else
        absurd()


def test_a_phase_is_not_given_while_no_source_names_the_phases():
    assert capability.phases() == {}
    with pytest.raises(NotConfiguredError, match="not configured"):
        Answered(1, phase=2)


def test_progress_names_what_differs_between_two_editions_of_one_country():
    before = replace(FULL, answers=FULL.answers[1:])
    assert [each.capability.no for each in capability.progress(before, FULL)] == [1]


def test_no_count_over_countries_without_five_that_agreed():
    shared = [replace(FULL, country=code, shared=True) for code in ("AAA", "BBB", "CCC", "DDD", "EEE")]
    assert capability.pooled(shared, 1) == {Answer.YES: 5}
    for refused in (shared[:4], [*shared[:4], FULL], [*shared[:4], shared[0]], [*shared, replace(FULL, country="FFF")]):
        with pytest.raises(rules.UnfitError):
            capability.pooled(refused, 1)


def test_there_is_no_score_of_a_country_and_no_order_of_countries():
    assert not [name for name in dir(capability) if "score" in name.lower() or "rank" in name.lower()]


def test_two_assessors_agree_as_cohen_says():
    def profile(*answers: Answer) -> Profile:
        listed = enumerate(answers, start=1)
        return Profile(
            "AAA", "2026", tuple(Answered(no, existence=Answer.YES, implementation=each) for no, each in listed)
        )

    yes, partly, no = Answer.YES, Answer.PARTLY, Answer.NO
    one = profile(no, no, partly, yes)
    assert capability.agreement(one, one) == 1
    # By hand: squared differences sum to 1; by chance (all pairs, over four) to 20 / 4.
    assert capability.agreement(one, profile(no, partly, partly, yes)) == pytest.approx(1 - 1 / 5)
    assert capability.agreement(one, Profile("AAA", "2026", ())) is None
    assert capability.agreement(profile(yes, yes), profile(yes, yes)) is None
