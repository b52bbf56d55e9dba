"""People, accounts and what they left behind, as they stand in a report to the CyberTipline. Fields are in wire order.

Lengths and words are the published ones. Where two readers of the published page differ, the wider reading stands here;
the pinned schema of a deployment decides (`cybertip_schema`).

>>> Person(emails=(Email(address="desk@platform.example"),)).emails[0].address
'desk@platform.example'
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tutela.engine.formats.cybertip_words import EVENTS
from tutela.engine.formats.xml_forms import BOOLEAN, DAY, IP, MOMENT, Text, Whole, Word
from tutela.engine.formats.xml_model import attribute, many, maybe, one, text

if TYPE_CHECKING:
    from datetime import date, datetime

ANY: Final = Text()
_NAME: Final = Text(100)
_LABEL: Final = Text(255)
_ADDRESS: Final = Text(2083)
_COUNTRY: Final = Text(2, "[A-Z]{2}")
_PRIOR: Final = Whole(1, 2**63 - 1)
_EVENT: Final = Word({word: word.lower() for word in EVENTS})


def words(*given: str) -> Word:
    """Return the form of words that mean themselves."""
    return Word({word: word for word in given})


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """An address for mail."""

    type: str | None = attribute(words("Home", "Work", "Business", "Recovery"))
    verified: bool | None = attribute(BOOLEAN)
    verification_date: datetime | None = attribute(MOMENT)
    address: str = text(_LABEL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A telephone number."""

    type: str | None = attribute(words("Mobile", "Home", "Business", "Work", "Fax", "Internet", "Recovery"))
    verified: bool | None = attribute(BOOLEAN)
    verification_date: datetime | None = attribute(MOMENT)
    country_calling_code: str = attribute(Text(4, r"\+[0-9]{1,3}"))
    extension: str = attribute(Text(10, "[0-9]*"))
    number: str = text(Text(50))


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where somebody lives or works."""

    type: str | None = attribute(words("Home", "Business", "Billing", "Shipping", "Technical"))
    address: str = maybe(_LABEL)
    city: str = maybe(_NAME)
    zip_code: str = maybe(Text(20))
    state: str = maybe(_NAME)
    non_usa_state: str = maybe(_NAME)
    country: str = maybe(_COUNTRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPerson:
    """Somebody to ask."""

    first_name: str = maybe(_NAME)
    last_name: str = maybe(_NAME)
    phones: tuple[Phone, ...] = many(Phone, "phone")
    emails: tuple[Email, ...] = many(Email, "email")
    addresses: tuple[Address, ...] = many(Address, "address")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(ContactPerson):
    """Somebody."""

    age: int | None = maybe(Whole(0, 150))
    age_assertion_discrepancy: bool | None = maybe(BOOLEAN)
    date_of_birth: date | None = maybe(DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class IpCaptureEvent:
    """An address on the Internet that did something."""

    ip_address: str = one(IP)
    event_name: str | None = maybe(_EVENT)
    date_time: datetime | None = maybe(MOMENT)
    possible_proxy: bool | None = maybe(BOOLEAN)
    port: int | None = maybe(Whole(1, 65535))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceId:
    """What a device is known by."""

    id_type: str = one(_LABEL)
    id_value: str = one(_ADDRESS)
    event_name: str | None = maybe(_EVENT)
    date_time: datetime | None = maybe(MOMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedLocation:
    """Where somebody seems to be."""

    verified: bool | None = attribute(BOOLEAN)
    timestamp: datetime | None = attribute(MOMENT)
    city: str = maybe(_LABEL)
    region: str = maybe(_LABEL)
    country_code: str = maybe(_COUNTRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disabled:
    """Whether an account was disabled, and when."""

    disabled_date: datetime | None = attribute(MOMENT)
    reenabled_date: datetime | None = attribute(MOMENT)
    is_so: bool = text(BOOLEAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociatedAccount:
    """Another account of the same person."""

    account_type: str | None = attribute(words("Billing", "Linked", "Business", "Creator", "Parent/Guardian", "Other"))
    third_party_user: bool | None = attribute(BOOLEAN)
    platform: str = maybe(Text(256))
    first_name: str = maybe(Text(256))
    middle_name: str = maybe(Text(256))
    last_name: str = maybe(Text(256))
    approximate_age: int | None = maybe(Whole(0, 150))
    age_assertion_discrepancy: bool | None = maybe(BOOLEAN)
    phones: tuple[Phone, ...] = many(Phone, "phone")
    emails: tuple[Email, ...] = many(Email, "email")
    all_emails_reported: bool | None = maybe(BOOLEAN)
    addresses: tuple[Address, ...] = many(Address, "address")
    esp_service: str = maybe(Text(256))
    esp_identifier: str = maybe(_LABEL)
    profile_urls: tuple[str, ...] = many(_ADDRESS, "profileUrl")
    screen_name: str = maybe(Text(256))
    display_names: tuple[str, ...] = many(ANY, "displayName")
    profile_bio: str = maybe(ANY)
    group_identifier: str = maybe(_LABEL)
    ip_captures: tuple[IpCaptureEvent, ...] = many(IpCaptureEvent, "ipCaptureEvent")
    device_ids: tuple[DeviceId, ...] = many(DeviceId, "deviceId")
    additional_info: str = maybe(ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedUser:
    """The person or the account that is reported."""

    person: Person | None = maybe(Person, "personOrUserReportedPerson")
    vehicle_description: str = maybe(Text(300))
    esp_identifier: str = maybe(_LABEL)
    esp_service: str = maybe(_NAME)
    compromised_account: bool | None = maybe(BOOLEAN)
    screen_name: str = maybe(Text(256))
    display_names: tuple[str, ...] = many(ANY, "displayName")
    profile_urls: tuple[str, ...] = many(_ADDRESS, "profileUrl")
    profile_bio: str = maybe(ANY)
    ip_captures: tuple[IpCaptureEvent, ...] = many(IpCaptureEvent, "ipCaptureEvent")
    device_ids: tuple[DeviceId, ...] = many(DeviceId, "deviceId")
    third_party_user_reported: bool | None = maybe(BOOLEAN)
    prior_reports: tuple[int, ...] = many(_PRIOR, "priorCTReports")
    group_identifier: str = maybe(_LABEL)
    account_temporarily_disabled: Disabled | None = maybe(Disabled)
    account_permanently_disabled: Disabled | None = maybe(Disabled)
    estimated_location: EstimatedLocation | None = maybe(EstimatedLocation)
    all_emails_reported: bool | None = maybe(BOOLEAN)
    associated_accounts: tuple[AssociatedAccount, ...] = many(AssociatedAccount, "associatedAccount")
    additional_info: str = maybe(ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntendedRecipient:
    """To whom it was to go."""

    person: Person | None = maybe(Person, "intendedRecipientPerson")
    esp_identifier: str = maybe(_LABEL)
    esp_service: str = maybe(_NAME)
    compromised_account: bool | None = maybe(BOOLEAN)
    screen_name: str = maybe(Text(256))
    display_names: tuple[str, ...] = many(ANY, "displayName")
    profile_urls: tuple[str, ...] = many(_ADDRESS, "profileUrl")
    profile_bio: str = maybe(ANY)
    ip_captures: tuple[IpCaptureEvent, ...] = many(IpCaptureEvent, "ipCaptureEvent")
    device_ids: tuple[DeviceId, ...] = many(DeviceId, "deviceId")
    prior_reports: tuple[int, ...] = many(_PRIOR, "priorCTReports")
    group_identifier: str = maybe(_LABEL)
    account_temporarily_disabled: Disabled | None = maybe(Disabled)
    account_permanently_disabled: Disabled | None = maybe(Disabled)
    estimated_location: EstimatedLocation | None = maybe(EstimatedLocation)
    all_emails_reported: bool | None = maybe(BOOLEAN)
    associated_accounts: tuple[AssociatedAccount, ...] = many(AssociatedAccount, "associatedAccount")
    additional_info: str = maybe(ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Victim:
    """The child."""

    person: Person = one(Person, "victimPerson")
    esp_identifier: str = maybe(_LABEL)
    esp_service: str = maybe(_NAME)
    compromised_account: bool | None = maybe(BOOLEAN)
    screen_name: str = maybe(Text(256))
    display_names: tuple[str, ...] = many(ANY, "displayName")
    profile_urls: tuple[str, ...] = many(_ADDRESS, "profileUrl")
    profile_bio: str = maybe(ANY)
    ip_captures: tuple[IpCaptureEvent, ...] = many(IpCaptureEvent, "ipCaptureEvent")
    device_ids: tuple[DeviceId, ...] = many(DeviceId, "deviceId")
    school_name: str = maybe(_LABEL)
    prior_reports: tuple[int, ...] = many(_PRIOR, "priorCTReports")
    group_identifier: str = maybe(_LABEL)
    account_temporarily_disabled: Disabled | None = maybe(Disabled)
    account_permanently_disabled: Disabled | None = maybe(Disabled)
    estimated_location: EstimatedLocation | None = maybe(EstimatedLocation)
    all_emails_reported: bool | None = maybe(BOOLEAN)
    associated_accounts: tuple[AssociatedAccount, ...] = many(AssociatedAccount, "associatedAccount")
    additional_info: str = maybe(ANY)
