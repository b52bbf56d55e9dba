"""Words that people read for the codes of the assessment. Definitions of indicators are data, as published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tutela.apps.assessment.rules import Change
from tutela.engine.assessment.actions import State, Theme
from tutela.engine.assessment.capability import Answer
from tutela.engine.assessment.cards import Design
from tutela.engine.assessment.certainty import Certainty
from tutela.engine.assessment.duties import Duty
from tutela.engine.assessment.indicators import Construct, Lens, Polarity, Quality

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LENSES: Final[dict[Lens, _StrPromise]] = {
    Lens.TECHNOLOGY: _("Technology"),
    Lens.SOCIETY: _("Surroundings and society"),
    Lens.PEOPLE: _("Victims, offenders and technology"),
    Lens.IMPACT: _("Impact and cost"),
    Lens.RESPONSE: _("Law, policy and enforcement"),
    Lens.CONTEXT: _("About the alliance"),
}
CONSTRUCTS: Final[dict[Construct, _StrPromise]] = {
    Construct.EXPOSURE: _("people exposed to a risk"),
    Construct.ATTEMPT: _("attempts"),
    Construct.VICTIMISATION: _("people who said so when they were asked"),
    Construct.OFFENDING: _("traces of offending"),
    Construct.PERCEPTION: _("what professionals believe"),
    Construct.REPORT: _("reports: what happens, who looks and who reports, together"),
    Construct.DETECTION: _("detections: what is there and who looks, together"),
    Construct.REMOVAL: _("removals"),
    Construct.RESPONSE: _("what is done about it"),
    Construct.CAPACITY: _("what could be done about it"),
    Construct.COST: _("costs"),
    Construct.SURROUNDINGS: _("surroundings: what the rest is divided by or explained with"),
}
POLARITIES: Final[dict[Polarity, _StrPromise]] = {
    Polarity.WORSE: _("more is worse"),
    Polarity.BETTER: _("more is better"),
    Polarity.AMBIGUOUS: _("more can be better or worse"),
}
QUALITIES: Final[dict[Quality, _StrPromise]] = {
    Quality.SAMPLE: _("A: a sample that stands for a population, with an interval"),
    Quality.COMPLETE: _("B: a complete count by one desk under a known rule"),
    Quality.PARTIAL: _("C: a count that depends on who looks, or whose rule is not known"),
    Quality.STATEMENT: _("D: an estimate, a forecast or a statement without its method"),
}
ANSWERS: Final[dict[Answer, _StrPromise]] = {
    Answer.NOT_ASSESSED: _("not assessed"),
    Answer.NOT_APPLICABLE: _("not applicable"),
    Answer.NO: _("not there"),
    Answer.PARTLY: _("in part"),
    Answer.YES: _("as a whole"),
}
CHANGES: Final[dict[Change, _StrPromise]] = {
    Change.FURTHER: _("further"),
    Change.BACK: pgettext_lazy("change", "back"),
    Change.SAME: _("as before"),
    Change.MIXED: _("further in one, back in the other"),
    Change.NOT_COMPARABLE: _("cannot be compared"),
}
DUTIES: Final[dict[Duty, _StrPromise]] = {
    Duty.SAFE_BY_DESIGN: _("Safe by design"),
    Duty.STOP: _("Stop material being shared or made"),
    Duty.FIND_AND_REMOVE: _("Find and remove it without being asked"),
    Duty.FIND_GROOMING: _("Find those who seek to approach children"),
    Duty.SHARE_TECHNOLOGY: _("Invest in technology and share it"),
    Duty.UNDERSTAND: _("Contribute to what is known"),
}
THEMES: Final[dict[Theme, _StrPromise]] = {
    Theme.POLICY: _("Policy and legislation"),
    Theme.JUSTICE: _("Criminal justice"),
    Theme.VICTIMS: _("Support for victims"),
    Theme.TECHNOLOGY: _("Technology"),
    Theme.SOCIETY: _("Society"),
    Theme.RESEARCH: _("Research and insight"),
}
STATES: Final[dict[State, _StrPromise]] = {
    State.PLANNED: pgettext_lazy("capability", "planned"),
    State.UNDER_WAY: _("under way"),
    State.DONE: pgettext_lazy("action", "done"),
    State.GIVEN_UP: pgettext_lazy("action", "given up"),
}
DESIGNS: Final[dict[Design, _StrPromise]] = {
    Design.RANDOMISED: _("lots were drawn"),
    Design.CONTROLLED: _("beside a group without it, without lots"),
    Design.SYNTHETIC_CONTROL: _("beside a mixture of other places"),
    Design.TIME_SERIES: _("against its own past"),
    Design.BEFORE_AFTER: _("before and after"),
    Design.DESCRIPTIVE: _("description, or report of experts"),
}
CERTAINTIES: Final[dict[Certainty, _StrPromise]] = {
    Certainty.HIGH: pgettext_lazy("certainty", "high"),
    Certainty.MODERATE: pgettext_lazy("certainty", "moderate"),
    Certainty.LOW: pgettext_lazy("certainty", "low"),
    Certainty.VERY_LOW: pgettext_lazy("certainty", "very low"),
}
AREAS_OF_RESPONSE: Final = (
    (range(1, 4), _("Policy and governance")),
    (range(4, 8), _("Criminal justice")),
    (range(8, 12), _("Victim")),
    (range(12, 16), _("Societal")),
    (range(16, 20), _("Industry")),
    (range(20, 22), _("Media and communications")),
)
CAPABILITIES: Final[dict[int, _StrPromise]] = {
    1: _("Leadership"),
    2: _("Research, analysis and monitoring"),
    3: _("Legislation"),
    4: _("Dedicated law enforcement"),
    5: _("Judiciary and prosecutors"),
    6: _("Offender management process"),
    7: _("Access to image databases"),
    8: _("End-to-end support"),
    9: _("Child protection workforce"),
    10: _("Compensation, remedies and complaints arrangements"),
    11: _("Child helpline"),
    12: _("Hotline for online child sexual exploitation and abuse"),
    13: _("Education programme"),
    14: _("Child participation"),
    15: _("Offender support systems"),
    16: _("Takedown procedures"),
    17: _("Reporting by industry"),
    18: _("Innovative solution development"),
    19: _("Corporate social responsibility"),
    20: _("Ethical and informed media reporting"),
    21: _("Universal terminology"),
}
