"""The words of NCMEC's CyberTipline reporting API, and which of ours each stands for.

Some of them are deprecated, and are on the wire all the same: they stay in this module (law 12). The order of elements
is that of the published sequences; an element that is in none of them is not known here.
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
EVENTS: Final = frozenset({"Login", "Registration", "Purchase", "Upload", "Other", "Unknown"})
ESCALATED: Final = "A child is said to be in danger now."  # what we write; the wire has no such field

_ACCOUNT: Final = ("espIdentifier", "espService", "compromisedAccount", "screenName", "displayName", "profileUrl")
_TRACES: Final = ("profileBio", "ipCaptureEvent", "deviceId")
_STATE: Final = (
    "priorCTReports", "groupIdentifier", "accountTemporarilyDisabled", "accountPermanentlyDisabled",
    "estimatedLocation", "allEmailsReported", "associatedAccount", "additionalInfo",
)  # fmt: skip
_PERSON: Final = (
    "firstName", "lastName", "phone", "email", "address", "age", "ageAssertionDiscrepancy", "dateOfBirth",
)  # fmt: skip

ORDER: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "report": (
            "batchedReport", "incidentSummary", "internetDetails", "lawEnforcement", "reporter",
            "personOrUserReported", "intendedRecipient", "victim", "additionalInfo",
        ),
        "incidentSummary": (
            "incidentType", "platform", "escalateToHighPriority", "reportAnnotations", "incidentDateTime",
            "incidentDateTimeDescription",
        ),
        "webPageIncident": ("url", "additionalInfo"),
        "emailIncident": ("emailAddress", "content", "additionalInfo"),
        "newsgroupIncident": ("name", "emailAddress", "content", "additionalInfo"),
        "chatImIncident": ("chatClient", "chatRoomName", "content", "additionalInfo"),
        "onlineGamingIncident": ("gameName", "console", "content", "additionalInfo"),
        "cellPhoneIncident": ("phoneNumber", "latitude", "longitude", "additionalInfo"),
        "nonInternetIncident": ("locationName", "incidentAddress", "additionalInfo"),
        "peer2peerIncident": ("client", "ipCaptureEvent", "fileNames", "additionalInfo"),
        "reporter": ("reportingPerson", "contactPerson", "companyTemplate", "termsOfService", "legalURL"),
        "personOrUserReported": (
            "personOrUserReportedPerson", "vehicleDescription", *_ACCOUNT, *_TRACES, "thirdPartyUserReported", *_STATE,
        ),
        "intendedRecipient": ("intendedRecipientPerson", *_ACCOUNT, *_TRACES, *_STATE),
        "victim": ("victimPerson", *_ACCOUNT, *_TRACES, "schoolName", *_STATE),
        "reportingPerson": _PERSON,
        "contactPerson": _PERSON[:-3],
        "personOrUserReportedPerson": _PERSON,
        "intendedRecipientPerson": _PERSON,
        "victimPerson": _PERSON,
        "ipCaptureEvent": ("ipAddress", "eventName", "dateTime", "possibleProxy", "port"),
        "deviceId": ("idType", "idValue", "eventName", "dateTime"),
        "address": ("address", "city", "zipCode", "state", "nonUsaState", "country"),
        "estimatedLocation": ("city", "region", "countryCode"),
        "associatedAccount": (
            "platform", "firstName", "middleName", "lastName", "approximateAge", "ageAssertionDiscrepancy", "phone",
            "email", "allEmailsReported", "address", "espService", "espIdentifier", "profileUrl", "screenName",
            "displayName", "profileBio", "groupIdentifier", "ipCaptureEvent", "deviceId", "additionalInfo",
        ),
        "fileDetails": (
            "reportId", "fileId", "originalFileName", "uploadedToEspTimestamp", "locationOfFile", "fileViewedByEsp",
            "exifViewedByEsp", "publiclyAvailable", "fileRelevance", "fileAnnotations", "industryClassification",
            "originalFileHash", "ipCaptureEvent", "deviceId", "details", "additionalInfo",
        ),
    }
)  # fmt: skip
