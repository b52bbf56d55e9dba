"""The words of NCMEC's CyberTipline reporting API, and which of ours each stands for.

Some of them are deprecated, and are on the wire all the same: they stay in this module (law 12).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tutela.domain.reports import AgeBand, Fact, Incident

if TYPE_CHECKING:
    from collections.abc import Mapping

INCIDENTS: Final[Mapping[str, Incident]] = MappingProxyType(
    {
        "Child Pornography (possession, manufacture, and distribution)": Incident.MATERIAL,
        "Child Sex Trafficking": Incident.TRAFFICKING,
        "Child Sex Tourism": Incident.TRAVEL,
        "Child Sexual Molestation": Incident.ABUSE,
        "Misleading Domain Name": Incident.MISLEADING_NAME,
        "Misleading Words or Digital Images on the Internet": Incident.MISLEADING_CONTENT,
        "Online Enticement of Children for Sexual Acts": Incident.SOLICITATION,
        "Unsolicited Obscene Material Sent to a Child": Incident.UNSOLICITED,
    }
)
REPORT_FACTS: Final[Mapping[str, Fact]] = MappingProxyType({"sextortion": Fact.EXTORTION})
FILE_FACTS: Final[Mapping[str, Fact]] = MappingProxyType(
    {"liveStreaming": Fact.LIVE, "potentialMeme": Fact.SENT_BY_MANY}
)
INFANT: Final = "infant"
SENT_BY_MANY: Final = "VIRAL_POTENTIAL_MEME"
INDUSTRY: Final = "industry"  # the scheme of the classes below, as a category of ours names it
CLASSES: Final[Mapping[str, AgeBand]] = MappingProxyType(
    {
        "A1": AgeBand.PREPUBESCENT,
        "A2": AgeBand.PREPUBESCENT,
        "B1": AgeBand.PUBESCENT,
        "B2": AgeBand.PUBESCENT,
    }
)
EVENTS: Final = ("Login", "Registration", "Purchase", "Upload", "Other", "Unknown")
ESCALATED: Final = "A child is said to be in danger now."  # what we write; the wire has no such field

EXTORTION: Final = "sextortion"
MATERIAL_ASKED_FOR: Final = "csamSolicitation"
BETWEEN_CHILDREN: Final = "minorToMinorInteraction"
DRAWN: Final = "animeDrawingVirtualHentai"
FIRST_PERSON: Final = "possibleSelfProduction"
MEME: Final = "potentialMeme"
RELEVANT: Final = "Reported"
SUPPLEMENTAL: Final = "Supplemental Reported"

DEPRECATED: Final = (
    *(word for word, incident in INCIDENTS.items() if incident in {Incident.MATERIAL, Incident.TRAVEL, Incident.ABUSE}),
    BETWEEN_CHILDREN,
    DRAWN,
    FIRST_PERSON,
)
"""Words that stand nowhere but here: the lint of terminology looks for them everywhere else."""
