from __future__ import annotations

from datetime import date

import pytest

from tutela.engine.assessment import duties, registry
from tutela.engine.assessment.capability import Answer, Evidence
from tutela.engine.assessment.duties import Answered, Duty, SelfAssessment

SEEN = (Evidence("Transparency report", date(2025, 1, 1), "https://example.org"),)


def test_there_are_six_duties_and_all_are_open_at_first():
    assert len(Duty) == 6
    assert SelfAssessment("P", "2026", ()).open_duties() == tuple((each, "not assessed") for each in Duty)


def test_what_is_claimed_half_done_or_absent_stays_open():
    answers = (
        Answered(Duty.STOP, Answer.YES, Answer.YES, SEEN),
        Answered(Duty.SAFE_BY_DESIGN, Answer.YES, Answer.YES),
        Answered(Duty.FIND_AND_REMOVE, Answer.YES, Answer.PARTLY, SEEN),
        Answered(Duty.FIND_GROOMING, Answer.NO),
        Answered(Duty.UNDERSTAND, Answer.NOT_APPLICABLE),
    )
    assert dict(SelfAssessment("P", "2026", answers).open_duties()) == {
        Duty.SAFE_BY_DESIGN: "claimed without evidence",
        Duty.FIND_AND_REMOVE: "not implemented in full",
        Duty.FIND_GROOMING: "absent",
        Duty.SHARE_TECHNOLOGY: "not assessed",
    }


def test_contradictions_are_refused():
    with pytest.raises(ValueError, match="not implemented"):
        Answered(Duty.STOP, Answer.NO, Answer.YES)
    with pytest.raises(ValueError, match="once"):
        SelfAssessment("P", "2026", (Answered(Duty.STOP), Answered(Duty.STOP)))


def test_two_observers_of_one_quantity_are_set_beside_each_other():
    shipped = registry.load()
    discord = {each.year: each for each in duties.disclosures(shipped, "Discord")}
    assert (discord["2023"].own, discord["2023"].clearing_house) == (164_478, 339_412)
    assert {each.year: each.ratio for each in duties.disclosures(shipped, "Reddit")}["2022"] == 1
    assert duties.disclosures(shipped, "a platform that nobody knows") == ()
