"""Security keys with damaged data: shown, removable, proving nothing, and locking nobody out."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.urls import reverse

from tests.keys import a_key, credential
from tests.world import PASSWORD, make_desk, sign_in
from tutela.apps.access import second_factor
from tutela.apps.access.security_keys import credential_of

pytestmark = pytest.mark.django_db

DAMAGED = [
    {},
    {"name": "Blue key"},
    {"name": "Blue key", "credential": {}},
    {"name": 7, "credential": credential()},
    [],
    "x",
]


@pytest.fixture
def colleague():
    cache.clear()
    return make_desk().colleague


@pytest.mark.parametrize("data", DAMAGED, ids=str)
def test_a_damaged_key_is_shown_as_unreadable_and_can_be_removed(colleague, client, data):
    damaged = Authenticator.objects.create(user=colleague, type="webauthn", data=data)
    good = a_key(colleague, "Red key")
    sign_in(client, colleague)
    page = client.get(reverse("mfa_list_webauthn")).content.decode()
    assert page.count("unreadable") == 1
    assert "Red key" in page
    assert client.get(reverse("mfa_index")).status_code == 200
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200
    assert client.get(reverse("mfa_edit_webauthn", args=[good.pk])).status_code == 200
    assert client.get(reverse("mfa_remove_webauthn", args=[damaged.pk])).status_code == 200
    assert client.post(reverse("mfa_remove_webauthn", args=[damaged.pk])).status_code == 302
    assert list(Authenticator.objects.filter(user=colleague, type="webauthn")) == [good]


def test_a_key_without_a_name_that_can_be_read_has_no_page_to_rename_it(colleague, client):
    damaged = Authenticator.objects.create(user=colleague, type="webauthn", data={})
    sign_in(client, colleague)
    assert client.get(reverse("mfa_edit_webauthn", args=[damaged.pk])).status_code == 404


def test_a_damaged_key_does_not_stop_its_owner_from_signing_in_by_other_means(colleague, client):
    secret = generate_totp_secret()
    TOTP.activate(colleague, secret)
    Authenticator.objects.create(user=colleague, type="webauthn", data={})
    client.post(reverse("account_login"), {"login": colleague.email, "password": PASSWORD})
    assert client.get(reverse("mfa_authenticate")).status_code == 200
    code = format_hotp_value(hotp_value(secret, _half_minute()))
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert client.get(reverse("home")).status_code == 200


def test_damaging_somebodys_only_key_opens_nothing(colleague, client):
    Authenticator.objects.create(user=colleague, type="webauthn", data={})
    assert second_factor.is_set_up(colleague)
    client.post(reverse("account_login"), {"login": colleague.email, "password": PASSWORD})
    page = client.get(reverse("mfa_authenticate"))
    assert page.status_code == 200
    assert "Use a security key" not in page.content.decode()
    assert client.get(reverse("home")).url.startswith(reverse("account_login"))


def test_a_key_as_the_library_stores_it_is_readable(colleague):
    assert credential_of(a_key(colleague, "Red key")) is not None


def _half_minute() -> int:
    import time

    return int(time.time()) // 30
