"""People, sessions and second factors, as attacks and refusals."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from django.urls import reverse

from tests.world import PASSWORD, actor, make_desk, make_person, secret_part, sign_in
from tutela.apps.access import services
from tutela.apps.access.models import Person
from tutela.apps.access.services import AccessError
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action, NoTransactionError, ObjectKind, pseudonym_of, record
from tutela.domain.actors import SYSTEM, Permission, Role
from tutela.engine import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_rate_from_before():
    cache.clear()


@pytest.fixture
def desk():
    return make_desk()


@pytest.fixture
def theirs():
    return make_desk("Other hotline")


def code_now(secret: str, ahead: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def with_app(person: Person) -> str:
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def enter(client: Client, person: Person, secret: str) -> int:
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    return client.post(reverse("mfa_authenticate"), {"code": code_now(secret)}).status_code


#### Coming in ####


def test_an_invited_person_sets_a_password_signs_in_and_is_led_to_a_second_factor(client, desk):
    invitation = services.invite(SYSTEM, desk.organisation.id, email="New@Desk.example", name="N", roles=[Role.ANALYST])
    words = {"email": "new@desk.example", "code": invitation.code.upper(), "password": PASSWORD, "again": PASSWORD}
    assert client.post(reverse("join"), words).url == reverse("account_login")
    assert client.post(reverse("account_login"), {"login": "NEW@desk.example", "password": PASSWORD}).status_code == 302
    assert client.get(reverse("home")).url == reverse("mfa_index")
    page = client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    assert secret in page.content.decode()
    assert client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)}).status_code == 302
    assert client.get(reverse("home")).status_code == 200
    assert Leaf.objects.filter(action=Action.SECOND_FACTOR_ADDED, object_id=invitation.person.id).count() == 1


@pytest.mark.parametrize("wrong", ["code", "email", "used", "expired", "ended"])
def test_a_set_up_code_is_refused_when(wrong, desk, standing_clock):
    invitation = services.invite(SYSTEM, desk.organisation.id, email="new@desk.example", name="N", roles=[Role.ANALYST])
    email, code = "new@desk.example", invitation.code
    if wrong == "code":
        code = "aaaa-aaaa-aaaa-aaaa"
    if wrong == "email":
        email = desk.colleague.email
    if wrong == "used":
        services.join(email, code, PASSWORD)
    if wrong == "expired":
        standing_clock.forward(hours=73)
    if wrong == "ended":
        services.end(SYSTEM, invitation.person.id)
    assert services.join(email, code, PASSWORD) is None


def test_an_empty_code_opens_no_account_that_has_none(desk):
    assert services.join(desk.colleague.email, "", PASSWORD) is None


def test_codes_cannot_be_tried_for_ever(client, desk):
    words = {"email": desk.colleague.email, "code": "x", "password": PASSWORD, "again": PASSWORD}
    assert [client.post(reverse("join"), words).status_code for _ in range(6)][-1] == 429


def test_passwords_cannot_be_tried_for_ever(client, desk):
    for _ in range(6):
        response = client.post(reverse("account_login"), {"login": desk.colleague.email, "password": "wrong"})
    right = client.post(reverse("account_login"), {"login": desk.colleague.email, "password": PASSWORD})
    assert response.status_code in {200, 429}
    assert "_auth_user_id" not in client.session
    assert right.status_code != 302


def test_an_unknown_address_and_a_wrong_password_answer_alike(client, desk):
    known = client.post(reverse("account_login"), {"login": desk.colleague.email, "password": "wrong"})
    unknown = client.post(reverse("account_login"), {"login": "nobody@desk.example", "password": "wrong"})
    assert known.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()


@pytest.mark.parametrize("password", ["short", "password1234", "administrator@example.org"])
def test_a_weak_password_is_refused(client, desk, password):
    invitation = services.invite(
        SYSTEM, desk.organisation.id, email="administrator@example.org", name="N", roles=[Role.ANALYST]
    )
    words = {"email": invitation.person.email, "code": invitation.code, "password": password, "again": password}
    assert client.post(reverse("join"), words).status_code == 200
    assert not Person.objects.get(pk=invitation.person.pk).has_usable_password()


def test_there_is_no_sign_up(client, desk):
    for path in ("/accounts/signup/", "/signup/", "/sign-up/"):
        assert client.get(path).status_code == 404


#### Second factors ####


def test_a_password_alone_opens_nothing(client, desk):
    with_app(desk.colleague)
    client.post(reverse("account_login"), {"login": desk.colleague.email, "password": PASSWORD})
    assert client.get(reverse("home")).url.startswith(reverse("account_login"))


def test_a_code_opens_and_cannot_be_replayed(client, desk):
    secret = with_app(desk.colleague)
    assert enter(client, desk.colleague, secret) == 302
    assert client.get(reverse("home")).status_code == 200
    thief = Client()
    code = code_now(secret)
    thief.post(reverse("account_login"), {"login": desk.colleague.email, "password": PASSWORD})
    first = thief.post(reverse("mfa_authenticate"), {"code": code}).status_code
    second = Client()
    second.post(reverse("account_login"), {"login": desk.colleague.email, "password": PASSWORD})
    assert 200 in {first, second.post(reverse("mfa_authenticate"), {"code": code}).status_code}


def test_an_old_code_is_refused(client, desk):
    secret = with_app(desk.colleague)
    client.post(reverse("account_login"), {"login": desk.colleague.email, "password": PASSWORD})
    assert client.post(reverse("mfa_authenticate"), {"code": code_now(secret, ahead=-2)}).status_code == 200


def test_the_secret_of_an_app_is_encrypted_at_rest(desk):
    secret = with_app(desk.colleague)
    assert secret not in str(Authenticator.objects.get(user=desk.colleague).data)


def test_removing_the_last_factor_closes_everything_again(client, desk):
    sign_in(client, desk.colleague)
    assert client.get(reverse("home")).status_code == 200
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert client.get(reverse("home")).url == reverse("mfa_index")
    assert Leaf.objects.filter(action=Action.SECOND_FACTOR_REMOVED).count() == 1


#### Sessions ####


def test_a_session_ends_when_idle(client, desk, standing_clock):
    sign_in(client, desk.colleague)
    assert client.get(reverse("home")).status_code == 200
    standing_clock.forward(minutes=29)
    assert client.get(reverse("home")).status_code == 200
    standing_clock.forward(minutes=31)
    assert client.get(reverse("home")).url.startswith(reverse("account_login"))


def test_a_session_ends_however_busy(client, desk, standing_clock):
    sign_in(client, desk.colleague)
    for _ in range(12 * 3):
        assert client.get(reverse("home")).status_code == 200
        standing_clock.forward(minutes=20)
    standing_clock.forward(seconds=1)
    assert client.get(reverse("home")).status_code == 302


def test_signing_out_everywhere_ends_every_session(desk):
    here, there = Client(), Client()
    sign_in(here, desk.colleague)
    sign_in(there, desk.colleague)
    here.post(reverse("sign-out-everywhere"))
    assert [each.get(reverse("home")).status_code for each in (here, there)] == [302, 302]


@pytest.mark.parametrize("verb", [services.end, services.restart])
def test_ending_or_restarting_a_person_ends_their_sessions_and_factors(client, desk, verb):
    sign_in(client, desk.colleague)
    email = desk.colleague.email
    verb(desk.administrator, desk.colleague.id)
    assert client.get(reverse("home")).status_code == 302
    assert not Authenticator.objects.filter(user=desk.colleague).exists()
    assert client.post(reverse("account_login"), {"login": email, "password": PASSWORD}).status_code == 200


def test_a_session_from_before_signing_out_cannot_be_replayed(client, desk):
    sign_in(client, desk.colleague)
    stolen = client.cookies["session"].value
    client.post(reverse("account_logout"))
    thief = Client()
    thief.cookies["session"] = stolen
    assert thief.get(reverse("home")).status_code == 302


def test_a_forged_session_opens_nothing(client, desk):
    client.cookies["session"] = "x" * 32
    assert client.get(reverse("home")).status_code == 302


#### Verbs ####


def test_another_organisation_does_not_exist(desk, theirs):
    for verb in (services.person, services.end, services.restart):
        with pytest.raises(Http404):
            verb(desk.administrator, theirs.colleague.id)
    with pytest.raises(Http404):
        services.invite(desk.administrator, theirs.organisation.id, email="x@y.example", name="X", roles=[Role.ANALYST])
    with pytest.raises(Http404):
        services.add_member(desk.administrator, desk.team.id, theirs.colleague.id)
    with pytest.raises(Http404):
        services.create_key(desk.administrator, theirs.organisation.id, name="k", scopes=[], days=1)


def test_nobody_makes_an_organisation_from_within_another(desk):
    with pytest.raises(PermissionDenied):
        services.create_organisation(desk.administrator, "Mine")


def test_nobody_raises_themselves(desk):
    with pytest.raises(AccessError):
        services.change_roles(desk.administrator, desk.administrator.person_id, list(Role))


def test_an_analyst_grants_nothing(desk):
    with pytest.raises((Http404, PermissionDenied)):
        services.change_roles(actor(desk.colleague), desk.colleague.id, [Role.ADMINISTRATOR])


def test_an_address_is_somebodys_once(desk):
    with pytest.raises(AccessError):
        services.invite(
            desk.administrator, desk.organisation.id, email=desk.colleague.email.upper(), name="X", roles=[Role.ANALYST]
        )


def test_every_change_leaves_a_leaf_by_its_pseudonym_or_does_not_happen(desk):
    before = Leaf.objects.count()
    services.change_roles(desk.administrator, desk.colleague.id, [Role.AUDITOR])
    leaf = Leaf.objects.order_by("-serial").first()
    assert Leaf.objects.count() == before + 1
    assert (leaf.action, leaf.object_id, leaf.actor) == (
        Action.PERSON_ROLES_CHANGED,
        desk.colleague.id,
        pseudonym_of(desk.administrator),
    )


@pytest.mark.django_db(transaction=True)
def test_a_leaf_outside_a_transaction_is_refused():
    with pytest.raises(NoTransactionError):
        record(Action.TEAM_CREATED, kind=ObjectKind.TEAM, object_id=clock.new_id(), actor=SYSTEM)


#### Keys ####


def ask(client, shown):
    return client.get("/api/v1/self", headers={"authorization": f"Bearer {shown}"})


@pytest.fixture
def made(desk):
    return services.create_key(
        desk.administrator, desk.organisation.id, name="gateway", scopes=[Permission.ACCESS_SELF_READ], days=30
    )


def test_a_key_says_what_it_is(client, made):
    answer = ask(client, made.secret).json()
    assert (answer["prefix"], answer["scopes"]) == (made.key.prefix, ["access:self:read"])


def test_a_forged_key_is_refused(client, made):
    other = "A" if made.secret[-1] != "A" else "B"
    for forged in (made.secret[:-1] + other, made.secret.replace(made.key.prefix, "22222222"), "", "tut__", "x" * 500):
        assert ask(client, forged).status_code == 401


def test_a_key_past_its_end_is_refused(client, made, standing_clock):
    standing_clock.moment = made.key.expires_at - timedelta(seconds=1)
    assert ask(client, made.secret).status_code == 200
    standing_clock.forward(seconds=1)
    assert ask(client, made.secret).status_code == 401


def test_a_revoked_key_is_refused_at_once(client, desk, made):
    services.revoke_key(desk.administrator, made.key.id)
    assert ask(client, made.secret).status_code == 401
    with pytest.raises(AccessError):
        services.revoke_key(desk.administrator, made.key.id)


def test_the_keys_of_many_names_are_asked_for_at_once(client, desk, django_assert_max_num_queries):
    sign_in(client, make_person(desk.organisation, "office", [Role.ADMINISTRATOR]))
    pages = [reverse("people"), reverse("team", args=[desk.team.id])]
    asked = []
    for page in pages:
        with django_assert_max_num_queries(100) as few:
            client.get(page)
        asked.append(len(few))
    for number in range(10):
        make_person(desk.organisation, f"person-{number}", [Role.ANALYST], [desk.team] if number % 2 else [])
    for page, count in zip(pages, asked, strict=True):
        with django_assert_max_num_queries(count):
            assert "Person-9" in client.get(page).content.decode()


def test_a_key_that_knocks_too_often_is_told_to_wait(client, desk):
    eager = services.create_key(
        desk.administrator,
        desk.organisation.id,
        name="eager",
        scopes=[Permission.ACCESS_SELF_READ],
        days=1,
        requests_per_minute_max=3,
    )
    answers = [ask(client, eager.secret) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 20  # a third of a minute for each


def test_only_a_digest_of_a_key_is_kept(made):
    row = str(vars(made.key))
    assert secret_part(made.secret) not in row


def test_a_key_is_no_way_into_the_console(client, made):
    response = client.get(reverse("people"), headers={"authorization": f"Bearer {made.secret}"})
    assert response.status_code == 302


def test_a_session_is_no_way_into_the_api(client, desk):
    sign_in(client, desk.colleague)
    assert client.get("/api/v1/self").status_code == 401


@pytest.mark.parametrize("days", [0, 366])
def test_a_key_without_a_near_end_is_refused(desk, days):
    with pytest.raises(AccessError):
        services.create_key(
            desk.administrator, desk.organisation.id, name="k", scopes=[Permission.ACCESS_SELF_READ], days=days
        )
