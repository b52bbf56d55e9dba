"""Forged, expired, replayed and cross-organisation requests are refused, on both databases."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.authz.test_routes import CASES, setting
from tests.security_key import SecurityKey, asked
from tests.world import PASSWORD, make_desk, make_key, make_person, make_place, secret_part, sign_in
from tutela.apps.access import services
from tutela.apps.access.models import ApiKey, Membership, Person
from tutela.apps.intake.models import Report
from tutela.apps.takedown.models import Takedown
from tutela.apps.triage.models import Case
from tutela.domain.actors import SYSTEM, Permission, Role

pytestmark = pytest.mark.django_db
__all__ = ["setting"]  # the fixture of the golden table: two desks, and things of each ownership


@pytest.fixture(autouse=True)
def _no_rate_from_before():
    cache.clear()


@pytest.fixture
def ours():
    return make_desk()


@pytest.fixture
def theirs():
    return make_desk("Other hotline")


@pytest.fixture
def supervisor(ours):
    return make_person(ours.organisation, "supervisor", [Role.SUPERVISOR], [ours.team])


def give_password(client: Client, person: Person) -> None:
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})


def is_in(client: Client) -> bool:
    return client.get(reverse("home")).status_code == 200


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


#### Replayed ####


def test_a_code_of_an_app_is_good_once_however_soon_it_is_replayed(ours):
    secret = generate_totp_secret()
    TOTP.activate(ours.colleague, secret)
    first, replay, code = Client(), Client(), code_of(secret)
    for client in (first, replay):
        give_password(client, ours.colleague)
        client.post(reverse("mfa_authenticate"), {"code": code})
    assert (is_in(first), is_in(replay)) == (True, False)


def test_a_recovery_code_replayed_opens_nothing(ours):
    TOTP.activate(ours.colleague, generate_totp_secret())
    code = RecoveryCodes.activate(ours.colleague).get_unused_codes()[0]
    first, replay = Client(), Client()
    for client in (first, replay):
        give_password(client, ours.colleague)
        client.post(reverse("mfa_authenticate"), {"code": code})
    assert (is_in(first), is_in(replay)) == (True, False)


def test_an_assertion_of_a_security_key_is_good_once_and_replayed_opens_nothing(ours):
    key, address = SecurityKey(ours.colleague), reverse("mfa_authenticate")
    first, replay = Client(), Client()
    give_password(first, ours.colleague)
    assertion = key.answer(asked(first, address))
    assert first.post(address, {"credential": assertion}).status_code == 302
    assert is_in(first)
    give_password(replay, ours.colleague)
    assert replay.post(address, {"credential": assertion}).status_code != 302  # before it asked for one
    asked(replay, address)
    assert replay.post(address, {"credential": assertion}).status_code == 200  # for another challenge
    assert not is_in(replay)


def test_a_forged_assertion_is_refused(ours):
    honest, address = SecurityKey(ours.colleague), reverse("mfa_authenticate")
    client = Client()
    for forge in (
        lambda options: SecurityKey(ours.stranger).answer(options),  # somebody else's key
        lambda options: honest.answer({"publicKey": {"challenge": bytes(32)}}),  # another challenge
        lambda options: honest.answer(options, touched=False),  # nobody touched it
        lambda options: honest.answer(options).replace('"signature": "', '"signature": "AAAA'),
        lambda options: json.dumps({"id": "x"}),
        lambda options: json.dumps(["not", "an", "answer"]),
        lambda options: json.dumps({"id": "AAAA", "rawId": "AAAA", "response": None}),
    ):
        give_password(client, ours.colleague)
        assert client.post(address, {"credential": forge(asked(client, address))}).status_code == 200
        assert not is_in(client)
        cache.clear()


@pytest.mark.parametrize("given", ["{}", "[]", "7", '"x"', '{"id": 1, "rawId": 2, "response": {}}', "not json"])
def test_a_forged_new_security_key_is_not_added(ours, client, given):
    sign_in(client, ours.colleague)
    address = reverse("mfa_add_webauthn")
    client.get(address)
    assert client.post(address, {"name": "mine", "credential": given}).status_code == 200
    assert not Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).exists()


def test_a_set_up_code_replayed_changes_no_password(ours):
    invitation = services.invite(SYSTEM, ours.organisation.id, email="n@desk.example", name="N", roles=[Role.ANALYST])
    words = {"email": "n@desk.example", "code": invitation.code}
    client = Client()
    first = client.post(reverse("join"), words | {"password": PASSWORD, "again": PASSWORD})
    other = "quite another seven words of it"
    replay = client.post(reverse("join"), words | {"password": other, "again": other})
    assert (first.status_code, replay.status_code) == (302, 200)
    assert Person.objects.get(pk=invitation.person.pk).check_password(PASSWORD)


def test_a_session_from_before_sign_in_is_not_the_one_after(ours):
    secret = generate_totp_secret()
    TOTP.activate(ours.colleague, secret)
    client = Client()
    give_password(client, ours.colleague)
    before = client.cookies["session"].value
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert client.cookies["session"].value != before
    thief = Client()
    thief.cookies["session"] = before
    assert not is_in(thief)


def report(client: Client, secret: str, key: str = "report-0001", **body: Any) -> Any:
    return client.post(
        reverse("api:reports"),
        json.dumps({"address": "https://files.example/a"} | body),
        content_type="application/json",
        headers={"authorization": f"Bearer {secret}", "idempotency-key": key},
    )


def test_a_report_replayed_is_the_same_report_and_its_key_shows_it_to_nobody_else(ours, theirs, client):
    _, secret = make_key(ours.organisation, [Permission.INTAKE_REPORT_CREATE])
    _, another = make_key(ours.organisation, [Permission.INTAKE_REPORT_CREATE])
    _, foreign = make_key(theirs.organisation, [Permission.INTAKE_REPORT_CREATE])
    first = report(client, secret).json()["report_id"]
    assert report(client, secret).json()["report_id"] == first
    assert report(client, secret, address="https://files.example/b").status_code == 409
    others = {report(client, each).json()["report_id"] for each in (another, foreign)}
    assert len(others | {first}) == 3


#### Forged ####


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.method == "post"])
def test_a_forged_form_from_elsewhere_is_refused(name, setting):
    from tests.authz.test_routes import _address

    person = make_person(setting.ours.organisation, "everything", [*setting_roles()], [setting.ours.team])
    client = Client(enforce_csrf_checks=True)
    sign_in(client, person)
    address = _address(name, setting)
    assert client.post(address, CASES[name].data).status_code == 403
    stolen = Client(enforce_csrf_checks=True).get(reverse("account_login")).cookies["csrf"].value
    assert client.post(address, CASES[name].data | {"csrfmiddlewaretoken": stolen}).status_code == 403


def setting_roles() -> list[Role]:
    from tutela.apps.access.rules import STAFF_ROLES

    return list(STAFF_ROLES)


def test_a_forged_or_misplaced_key_opens_nothing(ours, client):
    key, secret = make_key(ours.organisation, [Permission.ACCESS_SELF_READ])
    _, other = make_key(ours.organisation, [Permission.ACCESS_SELF_READ])
    mixed = f"tut_{key.prefix}_{secret_part(other)}"
    for headers in (
        {"authorization": f"Bearer {mixed}"},
        {"authorization": f"Basic {secret}"},
        {"authorization": secret},
        {"x-api-key": secret},
        {"cookie": f"session={secret}"},
        {"authorization": f"Bearer {key.digest}"},  # what the table holds is no key
        {},
    ):
        assert client.get(reverse("api:self"), headers=headers).status_code == 401
    assert client.get(f"{reverse('api:self')}?token={secret}&key={secret}").status_code == 401
    assert client.get(reverse("api:self"), headers={"authorization": f"Bearer {secret}"}).status_code == 200


def test_a_sign_in_leads_nowhere_else(ours):
    secret = generate_totp_secret()
    TOTP.activate(ours.colleague, secret)
    client = Client()
    there = "https://elsewhere.example/"
    client.post(
        f"{reverse('account_login')}?next={there}", {"login": ours.colleague.email, "password": PASSWORD, "next": there}
    )
    answer = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert answer.url == reverse("home")


#### Expired, ended, taken away ####


def test_a_role_taken_away_during_a_session_is_gone_with_the_next_request(ours, client, supervisor):
    sign_in(client, supervisor)
    assert client.get(reverse("queue")).status_code == 200
    services.change_roles(ours.administrator, supervisor.id, [Role.WELLBEING_LEAD])
    assert client.get(reverse("queue")).status_code == 404


def test_who_leaves_a_team_during_a_session_sees_its_cases_no_more(ours, client):
    case = Case.objects.create(organisation=ours.organisation, team=ours.team)
    sign_in(client, ours.colleague)
    assert client.get(reverse("case", args=[case.id])).status_code == 200
    services.remove_member(ours.administrator, ours.team.id, ours.colleague.id)
    assert client.get(reverse("case", args=[case.id])).status_code == 404


def test_who_is_ended_or_restarted_during_a_session_is_out(ours, supervisor):
    for verb, person in ((services.end, supervisor), (services.restart, ours.colleague)):
        client = Client()
        sign_in(client, person)
        assert is_in(client)
        verb(ours.administrator, person.id)
        assert client.get(reverse("queue")).url.startswith(reverse("account_login"))


def test_an_ended_person_cannot_sign_in_with_what_they_had(ours):
    secret, client = generate_totp_secret(), Client()
    TOTP.activate(ours.colleague, secret)
    email = ours.colleague.email
    services.end(ours.administrator, ours.colleague.id)
    client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert not is_in(client)


def test_a_factor_that_is_removed_takes_the_session_down_with_it(ours, client):
    sign_in(client, ours.colleague)
    assert is_in(client)
    Authenticator.objects.filter(user=ours.colleague).delete()
    assert client.get(reverse("home")).url == reverse("mfa_index")


def test_a_key_revoked_or_cut_down_between_two_requests_is_refused_at_the_second(ours, client):
    key, secret = make_key(ours.organisation, [Permission.ACCESS_SELF_READ, Permission.INTAKE_REPORT_CREATE])
    assert report(client, secret).status_code == 201
    ApiKey.objects.filter(pk=key.pk).update(scopes=[Permission.ACCESS_SELF_READ])
    assert report(client, secret, "report-0002").status_code == 404
    services.revoke_key(ours.administrator, key.id)
    assert report(client, secret, "report-0003").status_code == 401
    assert Report.objects.count() == 1


#### Of another organisation ####


def test_a_form_that_names_a_team_of_another_organisation_is_refused(ours, theirs, client):
    administrator = make_person(ours.organisation, "admin", [Role.ADMINISTRATOR])
    sign_in(client, administrator)
    new = {"name": "N", "email": "n@desk.example", "roles": ["analyst"], "teams": [str(theirs.team.id)]}
    assert client.post(reverse("invite"), new).status_code == 200
    assert Person.objects.filter(organisation=ours.organisation).count() == 4
    client.post(reverse("team-add", args=[ours.team.id]), {"person": str(theirs.colleague.id)})
    assert not Membership.objects.filter(team=ours.team, person=theirs.colleague).exists()
    foreign = {"team_id": ours.team.id, "person_id": theirs.colleague.id}
    assert client.post(reverse("team-remove", kwargs=foreign)).status_code == 404


def test_a_notice_about_an_address_of_another_organisation_does_not_exist(ours, theirs, client, supervisor):
    mine = Case.objects.create(organisation=ours.organisation, team=ours.team)
    case = Case.objects.create(organisation=theirs.organisation, team=theirs.team)
    place = make_place(case)
    sign_in(client, supervisor)
    for about in (mine, case):
        address = reverse("case-notice", kwargs={"case_id": about.id, "location_id": place.id})
        assert client.post(address, {"recipient": "abuse@host.example"}).status_code == 404
    assert not Takedown.objects.exists()


def test_a_report_that_names_another_organisation_is_not_valid(ours, theirs, client):
    _, secret = make_key(ours.organisation, [Permission.INTAKE_REPORT_CREATE])
    for name in ("organisation_id", "team_id", "case_id"):
        answer = report(client, secret, **{name: str(theirs.organisation.id)})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "not-valid")
        assert str(theirs.organisation.id) not in answer.content.decode()
    assert not Report.objects.exists()


def test_the_figures_of_another_organisation_are_in_no_answer(ours, theirs, client):
    scopes = [Permission.INTAKE_REPORT_CREATE, Permission.ASSESSMENT_INDICATOR_READ]
    (_, mine), (_, foreign) = make_key(ours.organisation, scopes), make_key(theirs.organisation, scopes)
    report(client, foreign)
    figures = client.get(reverse("api:indicators"), headers={"authorization": f"Bearer {mine}"}).json()["indicators"]
    assert figures["reports-received"] == figures["cases-opened"] == 0


def test_lists_and_the_queue_show_nothing_of_another_organisation(ours, theirs, client, supervisor):
    case = Case.objects.create(organisation=theirs.organisation, team=theirs.team)
    key, _ = make_key(theirs.organisation, [Permission.ACCESS_SELF_READ])
    administrator = make_person(ours.organisation, "admin", [Role.ADMINISTRATOR])
    strings = (str(case.id), key.prefix, theirs.colleague.pseudonym, str(theirs.team.id), theirs.organisation.name)
    for person, names in (
        (supervisor, ("home", "queue", "safeguarding")),
        (administrator, ("people", "teams", "keys")),
    ):
        sign_in(client, person)
        for name in names:
            text = client.get(reverse(name)).content.decode()
            assert (name, [each for each in strings if each in text]) == (name, [])
