"""The service around the pages: health, headers, bodies, logs without data, first run."""

from __future__ import annotations

import asyncio
import json
import logging
import re

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from tests.world import make_desk, make_key, make_person, secret_part, sign_in
from tutela.apps.access.models import Person
from tutela.domain.actors import Permission, Role
from tutela.entry.bodies import BodyLimit
from tutela.entry.serve import first_administrator

CANARIES = {
    "email": "canary.person@canary-mail.example",
    "name": "Canarina Canaryson",
    "password": "canary password of eight words",
    "code": "cana-rycc-cana-rycc",
    "path": "canary-in-the-path",
}


@pytest.mark.django_db
def test_health_says_alive_and_ready_says_what_is_well(client):
    assert client.get("/healthz").json() == {"alive": True}
    assert client.get("/readyz").json()["checks"] == {"database": True, "migrations": True, "disk": True}


@pytest.mark.django_db
def test_metrics_are_for_this_machine_only(client):
    assert b"tutela_requests_total" in client.get("/metrics").content
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404
    assert client.get("/metrics", headers={"x-forwarded-for": "192.0.2.7"}).status_code == 404


def test_no_page_carries_an_inline_script_or_style_and_the_policy_forbids_them(db, client):
    desk = make_desk()
    sign_in(client, make_person(desk.organisation, "admin", [Role.ADMINISTRATOR]))
    for name in ("home", "people", "teams", "keys", "status", "account", "mfa_index", "preferences"):
        response = client.get(reverse(name))
        text = response.content.decode()
        assert "'unsafe" not in response["Content-Security-Policy"]
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert not re.search(r"<style|\sstyle=|\son\w+=", text)
        assert all("src=" in tag or "application/json" in tag for tag in re.findall(r"<script[^>]*>", text))
        assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_open_page_answers_in_each_language(client, language):
    client.cookies["django_language"] = language
    for name in ("account_login", "join", "preferences", "keyboard"):
        assert f'<html lang="{language}" dir="ltr"' in client.get(reverse(name)).content.decode()


@pytest.mark.django_db
def test_preferences_are_kept_and_lead_nowhere_else(client):
    response = client.post(
        "/preferences/", {"language": "de", "appearance": "dark", "next": "https://elsewhere.example/"}
    )
    assert response.url == "/preferences/"
    assert 'data-appearance="dark"' in client.get("/sign-in/").content.decode()
    assert client.post("/preferences/", {"appearance": "<script>"}).cookies.get("appearance") is None


@pytest.mark.django_db
def test_errors_have_their_pages_and_machines_have_theirs(client):
    assert "There is nothing here for you" in client.get("/nothing/").content.decode()
    assert client.get("/api/v1/nothing").json() == {"error": {"code": "not-found", "message": "not found"}}
    assert client.get("/api/v1/self").json()["error"]["code"] == "no-valid-key"


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_refused():
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/sign-in/", {"login": "a@b.example", "password": "x"}).status_code == 403


@pytest.mark.django_db
def test_another_host_name_is_refused(client):
    assert client.get("/sign-in/", headers={"host": "elsewhere.example"}).status_code == 400


@pytest.mark.django_db
def test_first_run_makes_one_administrator_once():
    first = first_administrator()
    assert first is not None
    assert Person.objects.with_email(first.email).get().grants.get().role == Role.ADMINISTRATOR
    assert first_administrator() is None


#### Bodies ####


def _ask(body: bytes, *, announced: bool, limit: int) -> list[dict]:
    sent, parts = [], [body[: len(body) // 2], body[len(body) // 2 :]]

    async def application(scope, receive, send):
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive():
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message):
        sent.append(message)

    headers = [(b"content-length", str(len(body)).encode())] if announced else []
    asyncio.run(BodyLimit(application, limit)({"type": "http", "headers": headers}, receive, send))
    return sent


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_above_the_limit_is_refused_before_it_could_reach_a_disk(announced):
    assert _ask(b"x" * 11, announced=announced, limit=10)[0]["status"] == 413
    assert _ask(b"x" * 10, announced=announced, limit=10)[0]["status"] == 200


def test_uploads_stay_in_memory():
    assert settings.FILE_UPLOAD_HANDLERS == ["tutela.entry.uploads.InMemoryHandler"]
    assert settings.TUTELA.request_bytes_max == settings.FILE_UPLOAD_MAX_MEMORY_SIZE


#### Logs ####


@pytest.mark.django_db
@override_settings(DEBUG=False)
def test_no_canary_reaches_a_log_line_a_metric_or_an_error(log, client):
    desk = make_desk()
    _key, secret = make_key(desk.organisation, [Permission.ACCESS_SELF_READ])
    client.raise_request_exception = False
    client.post("/sign-in/", {"login": CANARIES["email"], "password": CANARIES["password"]})
    client.post(
        "/join/",
        {"email": CANARIES["email"], "code": CANARIES["code"], "password": CANARIES["password"], "again": "other"},
    )
    client.get(f"/{CANARIES['path']}/?email={CANARIES['email']}")
    client.get("/api/v1/self", headers={"authorization": f"Bearer {secret}x"})
    client.get("/api/v1/self", headers={"authorization": f"Bearer {secret}"})
    sign_in(client, make_person(desk.organisation, "admin", [Role.ADMINISTRATOR]))
    client.post("/people/invite/", {"name": CANARIES["name"], "email": CANARIES["email"], "roles": ["analyst"]})
    logging.getLogger("some.library").error("lost %s", CANARIES["name"])
    logging.getLogger("some.library").error(f"lost {CANARIES['name']}")  # noqa: G004 - as libraries do
    try:
        raise ValueError(CANARIES["name"])  # noqa: TRY301 - as libraries do
    except ValueError:
        logging.getLogger("some.library").exception("went wrong")
    written = log.getvalue() + client.get("/metrics").content.decode()
    assert '"route": "invite"' in written
    assert [name for name, canary in CANARIES.items() if canary in written] == []
    assert secret_part(secret) not in written
    assert all(json.loads(line) for line in log.getvalue().splitlines())


def test_a_key_that_is_not_allowed_is_dropped_and_named(log):
    import structlog

    structlog.get_logger("tutela.test").info("sign-in", pseudonym="p-1", email=CANARIES["email"])
    line = json.loads(log.getvalue())
    assert (line["pseudonym"], line["dropped"]) == ("p-1", ["email"])


#### The one address ####


@pytest.fixture
def by_number():
    return Client(headers={"host": "127.0.0.1:8400"})


def test_a_page_asked_for_by_number_is_shown_at_the_name(by_number):
    answer = by_number.get("/sign-in/?next=/queue/")
    assert (answer.status_code, answer.url) == (302, "http://localhost:8400/sign-in/?next=/queue/")


@pytest.mark.django_db
def test_machines_are_answered_at_the_number_too(by_number):
    assert by_number.get("/healthz").status_code == 200
    assert by_number.get("/readyz").status_code == 200
    assert by_number.get("/api/v1/self").status_code == 401
    assert by_number.post("/sign-in/", {}).status_code == 200


@pytest.mark.django_db
def test_whoever_comes_by_another_port_is_not_sent_away():
    assert Client(headers={"host": "127.0.0.1:9000"}).get("/sign-in/").status_code == 200
    assert Client(headers={"host": "localhost:8400"}).get("/sign-in/").status_code == 200
