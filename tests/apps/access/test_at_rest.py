"""What is kept about those who work here: sealed, found by a blind index, and gone when they go."""

from __future__ import annotations

import time
from base64 import b64decode

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.world import PASSWORD, make_desk, make_key, secret_part, sign_in
from tutela.apps.access import services
from tutela.apps.access.models import Person, sign_in_name
from tutela.apps.access.services import AccessError
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action, ReasonCode, end_hold, place_hold
from tutela.domain.actors import SYSTEM, Permission, Role

pytestmark = pytest.mark.django_db
_STEP_S, _LEFT_S_MIN = 30, 5
KINDS = {"email", "name", "password", "app", "key", "set-up code", "recovery"}
EMAIL, NAME = "canary.person@canary-mail.example", "Canarina Canaryson"


@pytest.fixture(autouse=True)
def _no_rate_from_before():
    cache.clear()


@pytest.fixture
def desk():
    return make_desk()


@pytest.fixture
def invited(desk):
    return services.invite(
        SYSTEM, desk.organisation.id, email=EMAIL, name=NAME, roles=[Role.ANALYST], teams=[desk.team]
    )


def stored() -> dict[str, str]:
    """Every row of every table, sessions and cache opened as far as they go."""
    found: dict[str, str] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = [[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()]
            found[table] = repr(rows)
            if table == "entry_cache":
                found[table] += repr([b64decode(row[1]) for row in rows])
    found["sessions"] = repr([session.get_decoded() for session in Session.objects.all()])
    return found


def code_of(secret: str) -> str:
    """The code of now; where that is about to end, of the next half minute."""
    left_s = _STEP_S - time.time() % _STEP_S
    if left_s < _LEFT_S_MIN:
        time.sleep(left_s)
    return format_hotp_value(hotp_value(secret, int(time.time()) // _STEP_S))


def test_no_canary_of_a_person_or_a_secret_is_clear_in_any_table_session_or_cache(desk, invited):
    password, client = "canary words for a password", Client()
    client.post(reverse("join"), {"email": EMAIL, "code": "wrong", "password": password, "again": password})
    services.join(EMAIL, invited.code, password)
    secret = generate_totp_secret()
    TOTP.activate(invited.person, secret)
    codes = RecoveryCodes.activate(invited.person).get_unused_codes()
    _key, shown = make_key(desk.organisation, [Permission.ACCESS_SELF_READ])
    client.post(reverse("account_login"), {"login": EMAIL, "password": "wrong"})
    client.post(reverse("account_login"), {"login": EMAIL, "password": password})
    half_way = stored()
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert client.get(reverse("home")).status_code == 200
    assert NAME in client.get(reverse("home")).content.decode()
    canaries = {
        "email": EMAIL, "name": NAME, "password": password, "app": secret, "key": secret_part(shown),
        "set-up code": invited.code.replace("-", ""), **{f"recovery {number}": code for number, code in enumerate(codes)},
    }  # fmt: skip
    assert {name.split(" ")[0] if "recovery" in name else name for name in canaries} == KINDS
    for tables in (half_way, stored()):
        assert sign_in_name(EMAIL) in tables["sessions"]  # which is opened, and holds the index in place of the address
        found = [(name, where) for where, text in tables.items() for name, canary in canaries.items() if canary in text]
        assert found == []


def test_a_person_is_found_whatever_the_case_of_the_address_and_by_nothing_else(invited):
    assert Person.objects.with_email(f"  {EMAIL.upper()} ").get() == invited.person
    assert not Person.objects.with_email("other@canary-mail.example").exists()
    fresh = Person.objects.get(pk=invited.person.pk)
    assert (fresh.name, fresh.email) == (NAME, EMAIL)


def test_the_index_of_an_address_is_not_the_address_and_cannot_be_used_as_one(invited):
    services.join(EMAIL, invited.code, PASSWORD)
    client = Client()
    for name in (sign_in_name(EMAIL), f"{sign_in_name(EMAIL)}@x.example"):
        client.post(reverse("account_login"), {"login": name, "password": PASSWORD})
        assert client.get(reverse("mfa_authenticate")).status_code == 302
        assert "_auth_user_id" not in client.session
    assert not EmailAddress.objects.filter(email__contains="canary").exists()


def test_ending_a_person_destroys_name_and_address_and_keeps_the_proof(desk, invited, client):
    person_id, pseudonym = invited.person.id, invited.person.pseudonym
    services.end(desk.administrator, person_id)
    ended = Person.objects.get(pk=person_id)
    assert (ended.name, ended.email, ended.sign_in_name, ended.pseudonym) == (None, None, None, pseudonym)
    actions = Leaf.objects.filter(object_id=person_id).order_by("serial").values_list("action", flat=True)
    assert list(actions) == [Action.PERSON_INVITED, Action.PERSON_ENDED, Action.RECORD_ERASED]
    sign_in(client, Person.objects.get(pk=desk.administrator.person_id))
    for page in (reverse("people"), reverse("person", args=[person_id]), reverse("team", args=[desk.team.id])):
        text = client.get(page).content.decode()
        assert pseudonym in text
        assert "None" not in text


def test_who_was_ended_is_not_sent_back_to_set_up_but_may_be_invited_anew(desk, invited):
    services.end(desk.administrator, invited.person.id)
    with pytest.raises(AccessError, match="anew"):
        services.restart(desk.administrator, invited.person.id)
    again = services.invite(SYSTEM, desk.organisation.id, email=EMAIL, name=NAME, roles=[Role.ANALYST])
    assert again.person.id != invited.person.id
    assert services.join(EMAIL, again.code, PASSWORD) == again.person


def test_a_hold_keeps_who_somebody_was_until_it_ends(desk, invited):
    person_id = invited.person.id
    hold = place_hold(SYSTEM, person_id, reason=ReasonCode.LEGAL_ORDER)
    services.end(desk.administrator, person_id)
    assert Person.objects.get(pk=person_id).name == NAME
    assert services.join(EMAIL, invited.code, PASSWORD) is None
    end_hold(SYSTEM, hold, reason=ReasonCode.LEGAL_ORDER)
    services.end(desk.administrator, person_id)
    assert Person.objects.get(pk=person_id).name is None
