"""The public form in every language of the public: no page says a word that was not translated."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils.translation import trans_real

from tests.apps.intake.test_public import receipt_of
from tests.world import fill, make_desk
from tutela.apps.access import services as access
from tutela.apps.intake import helping, pages
from tutela.domain.actors import SYSTEM
from tutela.engine.throttling import Rate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
SPOKEN = [code for code in settings.PUBLIC_LANGUAGES if code != "en"]
ADDRESS = "https://files.example/a"


@pytest.fixture
def opened():
    desk = make_desk()
    access.set_desk(SYSTEM, desk.organisation.id, desk.team.id)
    return desk


@pytest.fixture
def unspoken(monkeypatch):
    """Every word that was asked for in a language that does not have it."""
    missing = set()
    ask = trans_real.DjangoTranslation.gettext

    def asked(self, message):
        if message and self.language() != "en" and self._catalog.get(message) is None:
            missing.add((self.language(), message))
        return ask(self, message)

    monkeypatch.setattr(trans_real.DjangoTranslation, "gettext", asked)
    return missing


def send(client, page, **fields):
    token = re.search(r'name="token" value="([^"]+)"', client.get(page).content.decode())[1]
    return client.post(page, {"token": token, **fields})


@pytest.mark.parametrize("lang", SPOKEN)
def test_every_page_of_the_public_is_whole_in_its_language(opened, unspoken, monkeypatch, lang):
    client, query = Client(), {"lang": lang}
    fill(
        helping.HELP,
        f"{settings.TUTELA.jurisdiction},emergency,One,000 111,a source,2026-01-02",
        "ZZ,help-line,Two,000 222,a source,2026-01-02",
        "ZZ,offender-support,Three,000 333,a source,2026-01-02",
    )
    for about in ("seen", "danger", "me"):
        page = reverse("report", query=query | {"about": about})
        send(client, page)  # nothing that anybody could act on
        send(client, page, address="some words")
        send(client, page, address="data:image/png;base64,AAAA")
        send(client, page, address=f"I saw {ADDRESS}, and www.files.example/b.")
        send(client, page, address=" ".join(f"{ADDRESS}{number}" for number in range(200)))
        send(client, page, address=ADDRESS, text="x" * 10_001)
        kept = send(client, page, address=f"{ADDRESS}/{about}", child_in_danger="on", text="A sentence.")
        assert kept.status_code == 200
    code = receipt_of(kept)
    ask, add = reverse("report-ask", query=query), reverse("report-add", query=query)
    client.get(ask)
    client.post(ask, {"code": "0000 0000 0000 0000"})
    standing = client.post(ask, {"code": code})
    token = re.search(r'name="token" value="([^"]+)"', standing.content.decode())[1]
    client.post(add, {"code": code, "token": token})
    client.post(add, {"code": code, "token": token, "text": "One more thing."})
    monkeypatch.setattr(pages, "RECEIPTS", Rate(1, 3600))
    assert client.post(ask, {"code": code}).status_code == 429
    access.FrontDesk.objects.all().delete()
    assert client.get(reverse("report", query=query)).status_code == 503
    assert unspoken == set()


def test_without_a_choice_the_browser_decides_and_else_the_service(opened, client):
    page = reverse("report")
    assert client.get(page, headers={"Accept-Language": "xx, ar-EG;q=0.8"})["Content-Language"] == "ar"
    assert 'dir="rtl"' in client.get(page, headers={"Accept-Language": "ar"}).content.decode()
    assert client.get(page, headers={"Accept-Language": "xx"})["Content-Language"] == settings.LANGUAGE_CODE
    assert client.get(page, headers={"Accept-Language": "\x00;q=,,"})["Content-Language"] == settings.LANGUAGE_CODE


@pytest.mark.parametrize("lang", SPOKEN)
def test_what_could_not_be_kept_is_said_in_the_language_of_the_page(opened, unspoken, lang):
    client, said = Client(), {"token": "a" * 32, "code": "0000 0000 0000 0000", "text": "A word"}
    with connection.execute_wrapper(_away):
        answers = [client.post(reverse(f"report{page}", query={"lang": lang}), said) for page in ("", "-ask", "-add")]
    assert [each.status_code for each in answers] == [503] * 3
    assert unspoken == set()


def _away(*_asked):
    raise OperationalError("the server closed the connection unexpectedly")
