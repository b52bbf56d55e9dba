"""No route escapes the golden table: each says its permission or why it is open, and each is tried by everybody.

A case says how to ask a route about an object of one's own team, of another team, of another organisation, or one that
is not there. What must be answered follows from the table alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.world import Desk, make_desk, make_filing, make_key, make_person, make_place, sign_in
from tutela.apps.access import services
from tutela.apps.access.models import Person
from tutela.apps.access.public import person_actor
from tutela.apps.access.rules import KEY_SCOPES, STAFF_ROLES, TABLE, Decision, Reach, Target, decide
from tutela.apps.assessment import packing
from tutela.apps.assessment.editing import Order
from tutela.apps.assessment.models import DataSet, Edition, Profile, Release, Study, TrackedAction
from tutela.apps.assessment.studying import Question
from tutela.apps.custody.models import Leaf
from tutela.apps.intake.models import Import, Transfer
from tutela.apps.jobs.models import DeadJob
from tutela.apps.jobs.rules import ErrorCode
from tutela.apps.lists.models import ListVersion, OwnEntry
from tutela.apps.referral.models import Filing
from tutela.apps.safeguarding.models import Concern
from tutela.apps.takedown.models import Takedown
from tutela.apps.takedown.rules import plain
from tutela.apps.triage import public as triage
from tutela.apps.triage.models import Agreement, Handover, Series
from tutela.domain.actors import Actor, Permission, Role
from tutela.domain.ids import OrganisationId, TeamId
from tutela.engine import clock
from tutela.engine.assessment.indicators import Lens
from tutela.engine.assessment.registry import load, tables
from tutela.engine.formats import cybertip
from tutela.engine.removal import Matter
from tutela.entry import doors

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutela.apps.access.models import ApiKey, Team

MISSING = UUID("01890000-0000-7000-8000-000000000000")
OWNERSHIPS = ("own-team", "other-team", "other-organisation", "missing")


@dataclass(frozen=True)
class Case:
    """How to try one route. `about` names the kind of object in its address, if any."""

    method: str = "get"
    about: str = ""
    data: dict[str, Any] | str = field(default_factory=dict)
    more: Callable[[Desk], dict[str, Any]] = lambda desk: {}


def _published(desk: Desk) -> dict[str, Any]:
    """A version of an own list, and one file of it."""
    more = {"entries": 0, "added": 0, "withdrawn": 0, "statement": "{}", "made_by": "p"}
    ListVersion.objects.get_or_create(organisation=desk.organisation, kind="hash", number=1, defaults=more)
    return {"kind": "hash", "number": 1, "name": "version.json"}


CASES = {
    "home": Case(),
    "status": Case(),
    "people": Case(),
    "invite": Case(),
    "person": Case(about="person"),
    "person-roles": Case("post", "person", {"roles": ["analyst"]}),
    "person-restart": Case("post", "person"),
    "person-end": Case("post", "person"),
    "teams": Case(),
    "front-desk": Case(),
    "team-new": Case("post", data={"name": "Team C"}),
    "team": Case(about="team"),
    "team-add": Case("post", "team"),
    "team-abilities": Case(about="team"),
    "team-remove": Case("post", "team", more=lambda desk: {"person_id": desk.colleague.id}),
    "own-lists": Case(),
    "own-list-publish": Case("post"),
    "own-list-policy": Case("post"),
    "own-entry": Case(about="own-entry"),
    "own-entry-withdraw": Case("post", "own-entry"),
    "own-list-file": Case(more=_published),
    "case-assess": Case("post", "case"),
    "case-entry-withdraw": Case("post", "case", {"why": "error"}, more=lambda desk: {"entry_id": MISSING}),
    "case-list-address": Case("post", "case", more=lambda desk: {"location_id": MISSING}),
    "queue": Case(),
    "routing": Case(),
    "routing-effect": Case("post", data={"form-TOTAL_FORMS": "0", "form-INITIAL_FORMS": "0"}),
    "routing-adopt": Case("post"),
    "weights": Case(),
    "weights-effect": Case("post"),
    "weights-adopt": Case("post"),
    "search": Case("post", data={"what": "https://files.example/a"}),
    "case": Case(about="case"),
    "hand-over": Case(about="case"),
    "transfer": Case(about="case"),
    "transfer-heard": Case("post", "case", {"accepted": "yes"}, more=lambda desk: {"transfer_id": MISSING}),
    "transfers": Case(),
    "transfer-accept": Case("post", "transfer"),
    "transfer-refuse": Case("post", "transfer", {"because": "out-of-scope"}),
    "agreements": Case(),
    "agreement": Case(about="agreement"),
    "agreement-file": Case("post", "agreement"),
    "agreement-end": Case("post", "agreement"),
    "case-deconfliction": Case("post", "case"),
    "handovers": Case(),
    "handover-accept": Case("post", "handover"),
    "handover-refuse": Case("post", "handover", {"because": "out-of-scope", "note": "x"}),
    "case-confirm": Case("post", "case"),
    "case-danger": Case("post", "case"),
    "case-links": Case(about="case"),
    "case-merge": Case("post", "case"),
    "case-take-out": Case("post", "case", more=lambda desk: {"report_id": MISSING}),
    "case-undo": Case("post", "case", more=lambda desk: {"move_id": MISSING}),
    "likeness-answer": Case("post", "case", {"answer": "same"}, more=lambda desk: {"likeness_id": MISSING}),
    "all-series": Case(),
    "series": Case(about="series"),
    "series-statement": Case("post", "series"),
    "case-series": Case("post", "case", {"item": str(MISSING), "name": "S-1"}),
    "case-close": Case("post", "case", {"because": "mistake"}),
    "case-reports": Case(about="case"),
    "report-answer": Case("post", "case", {"text": "x"}, more=lambda desk: {"report_id": MISSING}),
    "report-call": Case(),
    "report-contact": Case("post", "case", more=lambda desk: {"report_id": MISSING}),
    "case-probe": Case("post", "case", more=lambda desk: {"location_id": MISSING}),
    "case-notice": Case("post", "case", {"recipient": "nobody"}, lambda desk: {"location_id": MISSING}),
    "takedowns": Case(),
    "takedown-scores": Case(),
    "takedown": Case(about="takedown"),
    "takedown-party": Case("post", "takedown", {"reach": "abuse@host.example", "rung": "host"}),
    "takedown-hold": Case("post", "takedown", {"hours": "24"}),
    "takedown-answer": Case("post", "takedown", {"answer": "removed"}, more=lambda desk: {"reply_id": MISSING}),
    "takedown-form": Case("post", "takedown", more=lambda desk: {"notice_id": MISSING}),
    "takedown-act": Case("post", "takedown", more=lambda desk: {"verb": "again"}),
    "safeguarding": Case(),
    "concern": Case(about="concern"),
    "concern-take": Case("post", "concern"),
    "concern-answer": Case("post", "concern"),
    "filings": Case(),
    "filing": Case(about="filing"),
    "filing-change": Case("post", "filing"),
    "filing-package": Case("post", "filing"),
    "filing-feedback": Case("post", "filing"),
    "filing-keep": Case("post", "filing", more=lambda desk: {"preservation_id": MISSING, "step": "end"}),
    "filing-step": Case("post", "filing", more=lambda desk: {"step": "resume"}),
    "case-filings": Case(about="case"),
    "filing-draft": Case("post", "case"),
    "referral-step": Case("post", "concern", more=lambda desk: {"referral_id": MISSING, "step": "refuse"}),
    "rota": Case(),
    "rota-set": Case("post", "team"),
    "rota-set-all": Case("post"),
    "custody-report": Case("post", "case"),
    "custody-export": Case("post", "case"),
    "ledger": Case(),
    "ledger-verify": Case("post"),
    "ledger-entry": Case(about="entry"),
    "ledger-case": Case(about="chain"),
    "retention": Case(),
    "indicators": Case(),
    "assessment": Case(),
    "assessment-lens": Case(more=lambda desk: {"lens_name": "impact"}),
    "assessment-country": Case(),
    "assessment-explore": Case(),
    "assessment-indicator": Case(more=lambda desk: {"indicator_id": "cybertipline-reports"}),
    "assessment-download": Case(more=lambda desk: {"indicator_id": "cybertipline-reports", "form": "csv"}),
    "data-sets": Case(),
    "data-import": Case("post"),
    "data-set": Case(about="data-set"),
    "data-correct": Case("post", more=lambda desk: {"indicator_id": "cybertipline-reports"}),
    "evidence": Case(),
    "card": Case(more=lambda desk: {"card_id": "notices-one"}),
    "editions": Case(),
    "edition-ask": Case("post"),
    "edition": Case(about="edition"),
    "edition-again": Case("post", "edition"),
    "edition-file": Case(about="edition", more=lambda desk: {"name": "edition.pdf"}),
    "releases": Case(),
    "release-freeze": Case("post", data={"title": "2026"}),
    "release": Case(about="release"),
    "profiles": Case(),
    "profile-begin": Case("post", data={"country": "NLD", "edition": "2026"}),
    "profile": Case(about="profile"),
    "profile-publish": Case("post", "profile"),
    "capability": Case(about="profile", more=lambda desk: {"number": 1}),
    "capability-answer": Case("post", "profile", more=lambda desk: {"number": 1}),
    "capability-document": Case("post", "profile", more=lambda desk: {"number": 1}),
    "platforms": Case(),
    "platform-check": Case("post"),
    "studies": Case(),
    "study-ask": Case("post"),
    "study": Case(about="study"),
    "cost-keep": Case("post"),
    "cost": Case(),
    "actions": Case(),
    "action-track": Case("post"),
    "action-move": Case("post", "action", {"progress": "done"}),
    "watch": Case(),
    "statement-keep": Case("post"),
    "jobs": Case(),
    "job": Case(about="job"),
    "job-rerun": Case("post", "job"),
    "job-discard": Case("post", "job"),
    "imports": Case(),
    "import": Case(about="import"),
    "import-refused": Case(about="import"),
    "partners": Case(),
    "partner": Case(about="key"),
    "keys": Case(),
    "key-new": Case(),
    "key-revoke": Case("post", "key"),
    "account": Case(),
    "opt-outs": Case(),
    "sign-out-everywhere": Case("post"),
    "account_reauthenticate": Case(),
    "mfa_reauthenticate": Case(),
    "mfa_reauthenticate_webauthn": Case(),
    "account_change_password": Case(),
    "mfa_index": Case(),
    "mfa_activate_totp": Case(),
    "mfa_deactivate_totp": Case(),
    "mfa_list_webauthn": Case(),
    "mfa_add_webauthn": Case(),
    "mfa_edit_webauthn": Case(about="own-factor"),
    "mfa_remove_webauthn": Case(about="own-factor"),
    "mfa_view_recovery_codes": Case(),
    "mfa_generate_recovery_codes": Case(),
    "mfa_download_recovery_codes": Case(),
}
API_CASES = {
    "api:self": Case(),
    "api:indicators": Case(),
    "api:assessment-indicators": Case(),
    "api:assessment-series": Case(more=lambda desk: {"indicator_id": "cybertipline-reports"}),
    "api:assessment-releases": Case(),
    "api:assessment-openapi": Case(),
    "api:reports": Case("post", data={"address": "https://files.example/a"}),
    "api:reports-batch": Case("post", data={"reports": [{"key": "report-1", "report": {}}]}),
    "api:reports-cybertip": Case("post", data=cybertip.EXAMPLE),
    "api:quality": Case(),
    "api:own-lists": Case(),
    "api:own-list-file": Case(more=_published),
    "api:deconfliction": Case("post", data={"marks": ["ab" * 32]}),
}
# what is open answers everybody alike, so it is asked by nobody in particular, with no object
OPEN_CASES = {
    "preferences": 200,
    "keyboard": 200,
    "account_login": 200,
    "mfa_authenticate": 302,  # to sign-in: nobody has given a password
    "account_logout": 302,
    "account_inactive": 200,
    "join": 200,
    "report": 503,  # nobody has said yet who takes what the public reports
    "report-ask": 200,
    "report-add": 302,
    "healthz": 200,
    "readyz": 200,
    "metrics": 200,
    "api:api-root": 404,
}
# nobody here has such codes, and no case here has a place in the log, a report, a notice or a referral
NOT_FOUND_OF_THEIR_OWN = {"transfer-heard", "card", "case-list-address", "case-entry-withdraw",
    "mfa_view_recovery_codes", "mfa_download_recovery_codes", "custody-report", "report-answer", "case-series", "case-take-out", "case-undo", "likeness-answer", "report-contact", "case-probe",
    "custody-export", "filing-keep", "referral-step", "takedown-answer", "takedown-form",
}  # fmt: skip


ROUTES = {route.name: route for route in doors.routes()}


def test_every_route_says_its_permission_or_why_it_is_open():
    assert [route.name for route in ROUTES.values() if bool(route.permission) == bool(route.open_because)] == []


def test_every_route_is_tried_below():
    assert {name for name, route in ROUTES.items() if route.permission} == set(CASES) | set(API_CASES)
    assert {name for name, route in ROUTES.items() if route.open_because} == set(OPEN_CASES)
    assert len(ROUTES) == len(doors.routes())  # no two share a name


def test_every_permission_is_in_the_table_for_somebody():
    assert [each for each in Permission if not any(each in row for row in TABLE.values())] == []


@dataclass(frozen=True)
class Setting:
    """Two desks, and objects of each ownership."""

    ours: Desk
    theirs: Desk
    objects: dict[tuple[str, str], Person | Team | ApiKey | None]


@pytest.fixture
def setting(db: None) -> Setting:
    ours, theirs = make_desk(), make_desk("Other hotline")
    key, _ = make_key(ours.organisation, [Permission.ACCESS_SELF_READ])
    other_key, _ = make_key(theirs.organisation, [Permission.ACCESS_SELF_READ])
    objects: dict[tuple[str, str], Any] = {
        ("person", "own-team"): ours.colleague,
        ("person", "other-team"): ours.stranger,
        ("person", "other-organisation"): theirs.colleague,
        ("team", "own-team"): ours.team,
        ("team", "other-team"): ours.other_team,
        ("team", "other-organisation"): theirs.team,
        **_cases(ours, theirs),
        **_assessed(ours, theirs),
        ("key", "own-team"): key,
        ("key", "other-team"): key,
        ("key", "other-organisation"): other_key,
        ("job", "own-team"): _dead_job(),
        ("import", "own-team"): _import(ours),
        ("import", "other-organisation"): _import(theirs),
        ("entry", "own-team"): _Entry(UUID(Leaf.objects.latest("serial").event)),
        ("chain", "own-team"): _Entry(Leaf.objects.latest("serial").chain_id),
    }
    return Setting(ours, theirs, objects)


@dataclass(frozen=True)
class _Entry:
    """Something in the record, by its id."""

    id: UUID


def _dead_job() -> DeadJob:
    moment = clock.now()
    return DeadJob.objects.create(
        id=clock.new_id(), name="custody.retention", enqueued_at=moment, attempts=8, error=ErrorCode.FAILED
    )


def _import(desk: Desk) -> Import:
    return Import.objects.create(organisation=desk.organisation, digest="ab" * 32, sender="partner", form="csv")


def _cases(ours: Desk, theirs: Desk) -> dict[tuple[str, str], Any]:
    """A case of each ownership, and a concern about each."""
    owners = {"own-team": ours.team, "other-team": ours.other_team, "other-organisation": theirs.team}
    found: dict[tuple[str, str], Any] = {}
    for ownership, team in owners.items():
        owner = {"organisation_id": team.organisation_id, "team_id": team.id}
        found["case", ownership] = made = triage.Case.objects.create(**owner)
        if ownership != "other-team":  # an entry has no team
            found["own-entry", ownership] = _own_entry(made)
        found["concern", ownership] = Concern.objects.create(case=made, **owner)
        found["filing", ownership] = make_filing(made)
        place = make_place(made, f"https://files.example/{ownership}")
        about = {"case": made, "item": place.item, "location": place, "organisation_id": team.organisation_id}
        found["takedown", ownership] = Takedown.objects.create(**about, matter=plain(Matter.begun(clock.now())))
        found["series", ownership] = Series.objects.create(organisation_id=team.organisation_id, name=ownership)
        found["handover", ownership] = Handover.objects.create(
            case=made, organisation_id=team.organisation_id, to_team_id=team.id, offered_by="p"
        )
        found["agreement", ownership] = Agreement.objects.create(
            organisation_id=team.organisation_id, name="a unit", secret="ab" * 32
        )
        found["transfer", ownership] = Transfer.objects.create(
            case=made, organisation=theirs.organisation, to_organisation_id=team.organisation_id, offered_by="p"
        )
    return found


def _own_entry(case: triage.Case) -> OwnEntry:
    place = make_place(case, sha256=case.id.hex * 2)
    owner = {"organisation_id": case.organisation_id, "case_id": case.id, "item_id": place.item_id}
    return OwnEntry.objects.create(kind="hash", mark=case.id.hex, proposed_by="p", **owner)


@cache
def _packed() -> bytes:
    return packing.pack(tables(load()))


def _assessed(ours: Desk, theirs: Desk) -> dict[tuple[str, str], Any]:
    """What an organisation assessed: it has no teams."""
    found: dict[tuple[str, str], Any] = {}
    for ownership, desk in (("own-team", ours), ("other-organisation", theirs)):
        owner = {"organisation_id": desk.organisation.id}
        asked = Question("cybertipline-reports", "WLD", clock.now().date(), "an event").plain()
        release = Release.objects.create(**owner, number=7, title="x", digest=load().digest, tables=_packed())
        order = Order(release.id, "x", (Lens.SOCIETY,))
        found |= {
            ("edition", ownership): Edition.objects.create(**owner, release=release, title="x", asked=order.plain()),
            ("data-set", ownership): DataSet.objects.create(**owner, title="x", sha256="0", was_taken=False),
            ("release", ownership): release,
            ("profile", ownership): Profile.objects.create(**owner, country="NLD", edition="x"),
            ("study", ownership): Study.objects.create(**owner, kind="impact", asked=asked),
            ("action", ownership): TrackedAction.objects.create(
                **owner, theme="policy", indicator="cybertipline-reports"
            ),
        }
    return found


def _target_of(thing: Any) -> Target | None:
    if isinstance(thing, DeadJob | _Entry):
        return None
    if isinstance(thing, Import | Series | OwnEntry | ASSESSED):
        return Target(OrganisationId(thing.organisation_id))
    if isinstance(thing, Handover):
        return Target(OrganisationId(thing.organisation_id), frozenset({TeamId(thing.to_team_id)}))
    if isinstance(thing, Filing):
        thing = thing.case
    if isinstance(thing, triage.Case | Concern | Takedown):
        team_id = thing.case.team_id if isinstance(thing, Takedown) else thing.team_id
        return Target(OrganisationId(thing.organisation_id), frozenset({TeamId(team_id)}))
    if isinstance(thing, Agreement | Transfer):
        is_offered = isinstance(thing, Transfer)
        return Target(OrganisationId((thing.to_organisation_id if is_offered else thing.organisation_id) or MISSING))
    return services.target_of(thing)


ASSESSED = DataSet | Edition | Release | Profile | Study | TrackedAction
ARGUMENTS = {
    "data-set": "data_set_id",
    "release": "release_id",
    "edition": "edition_id",
    "profile": "profile_id",
    "study": "study_id",
    "action": "action_id",
    "case": "case_id",
    "concern": "concern_id",
    "filing": "filing_id",
    "handover": "handover_id",
    "agreement": "agreement_id",
    "transfer": "transfer_id",
    "takedown": "takedown_id",
    "series": "series_id",
    "own-entry": "entry_id",
    "person": "person_id",
    "team": "team_id",
    "key": "key_id",
    "import": "import_id",
    "own-factor": "pk",
    "job": "job_id",
    "entry": "event",
    "chain": "chain_id",
}
OF_THE_INSTALLATION = {"job", "entry", "chain"}  # whose they are is not a question


@pytest.mark.parametrize("name", CASES)
def test_a_role_reaches_what_the_table_says_and_nothing_else(name, setting):
    case, wrong = CASES[name], []
    for role in STAFF_ROLES:
        person = make_person(setting.ours.organisation, f"tried-{role}", [role], [setting.ours.team])
        for ownership in _ownerships(case):
            thing = setting.objects.get((case.about, ownership))
            with transaction.atomic():
                client = Client()
                sign_in(client, person)
                status, expected = (
                    _ask(client, name, case, setting.ours, thing),
                    _expected(name, person, thing, ownership),
                )
                transaction.set_rollback(True)
            if status not in expected:
                wrong.append((role, ownership, status))
    assert wrong == []


def _ownerships(case: Case) -> tuple[str, ...]:
    if case.about in OF_THE_INSTALLATION:
        return ("own-team", "missing")
    if case.about in {
        "data-set",
        "edition",
        "release",
        "profile",
        "study",
        "action",
        "import",
        "own-entry",
    }:  # a team has none of its own
        return ("own-team", "other-organisation", "missing")
    return (
        OWNERSHIPS
        if case.about
        in {
            "agreement",
            "case",
            "takedown",
            "concern",
            "filing",
            "handover",
            "series",
            "person",
            "team",
            "transfer",
            "key",
        }
        else ("none",)
    )


def _ask(client: Any, name: str, case: Case, desk: Desk, thing: Any) -> int:
    arguments: dict[str, Any] = {}
    if case.about == "own-factor":
        arguments["pk"] = 10**9  # somebody else's number, as far as this person can know
    elif case.about:
        arguments[ARGUMENTS[case.about]] = thing.id if thing else MISSING
    arguments |= case.more(desk)
    return getattr(client, case.method)(reverse(name, kwargs=arguments), case.data).status_code


def _expected(name: str, person: Person, thing: Any, ownership: str) -> set[int]:
    permission = ROUTES[name].permission
    assert permission is not None
    actor = person_actor(person, second_factor=True)
    at_all = decide(actor, permission)
    if at_all is not Decision.ALLOW:
        return {_STATUS[at_all]}
    if ownership == "missing" or CASES[name].about == "own-factor":
        return {404}
    if thing is not None and (decision := decide(actor, permission, _target_of(thing))) is not Decision.ALLOW:
        return {_STATUS[decision]}
    if name in NOT_FOUND_OF_THEIR_OWN:
        return {404}
    # somebody in the other team cannot be taken out of it again: they are in the first
    return {200, 302, 404} if name == "team-remove" and ownership == "other-team" else {200, 302}


_STATUS = {Decision.HIDE: 404, Decision.REFUSE: 403}


def test_nobody_who_is_not_signed_in_gets_further_than_sign_in(setting, client):
    for name, case in CASES.items():
        response = getattr(client, case.method)(_address(name, setting), case.data)
        assert (name, response.status_code, response.url.split("?")[0]) == (name, 302, reverse("account_login"))


def test_nobody_without_a_second_factor_gets_further_than_setting_one_up(setting, client):
    person = make_person(setting.ours.organisation, "hurried", list(STAFF_ROLES), [setting.ours.team])
    sign_in(client, person, second_factor=False)
    for name, case in CASES.items():
        if ROUTES[name].permission != Permission.ACCESS_ACCOUNT_MANAGE:
            response = getattr(client, case.method)(_address(name, setting), case.data)
            assert (name, response.status_code, response.url) == (name, 302, reverse("mfa_index"))


def _address(name: str, setting: Setting) -> str:
    case = CASES[name]
    thing = setting.objects.get((case.about, "own-team"))
    arguments = {ARGUMENTS[case.about]: thing.id if thing else 1} if case.about else {}
    return reverse(name, kwargs=arguments | case.more(setting.ours))


@pytest.mark.django_db
def test_what_is_open_answers_nobody_in_particular_and_tells_nothing_about_anybody(client):
    for name, status in OPEN_CASES.items():
        assert (name, client.get(reverse(name)).status_code) == (name, status)
    make_desk()
    secrets = {value for person in Person.objects.all() for value in (person.email, person.pseudonym)}
    for name in OPEN_CASES:
        text = client.get(reverse(name)).content.decode()
        assert (name, [value for value in secrets if value in text]) == (name, [])


@pytest.mark.parametrize("name", API_CASES)
def test_a_key_reaches_its_scopes_and_nothing_else(name, setting, client):
    for scope in KEY_SCOPES:
        _, secret = make_key(setting.ours.organisation, [scope])
        headers = {"authorization": f"Bearer {secret}", "idempotency-key": "report-0001"}
        case = API_CASES[name]
        is_xml = isinstance(case.data, str)
        body, kind = (case.data, "application/xml") if is_xml else (json.dumps(case.data), "application/json")
        address = reverse(name, kwargs=case.more(setting.ours))
        response = client.generic(case.method.upper(), address, body, content_type=kind, headers=headers)
        allowed = {200, 201} if scope == ROUTES[name].permission else {404}
        assert (scope, response.status_code in allowed) == (scope, True)


def test_no_role_reaches_another_organisation_but_by_everything():
    ours, theirs, team = (UUID(int=number) for number in (1, 2, 3))
    target = Target(OrganisationId(theirs), frozenset({TeamId(team)}))
    for role, permission in product(Role, Permission):
        actor = Actor("p", OrganisationId(ours), frozenset({TeamId(team)}), frozenset({role}), second_factor=True)
        allowed = decide(actor, permission, target) is Decision.ALLOW
        assert (role, permission, allowed) == (role, permission, TABLE[role].get(permission) is Reach.EVERYTHING)
