"""Settings: unsafe ones are refused with the reason, unknown ones by name, and the page about them is true."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import pytest

from tests.checks.terminology import ROOT
from tutela.entry import home
from tutela.entry.config import Settings, SettingsError, load, page, read, refusals
from tutela.entry.database import django_database

SAFE_OUTSIDE = {"origin": "https://desk.example", "listen": "0.0.0.0:8400"}


def reasons(**chosen: object) -> str:
    return "\n".join(refusals(Settings(**chosen)))


def test_the_page_about_settings_is_in_step():
    assert (ROOT / "docs/guide/settings.md").read_text(encoding="utf-8") == page()


def test_every_setting_is_on_the_page_and_explained():
    for each in fields(Settings):
        assert f"| `{each.name}` | `TUTELA_{each.name.upper()}` |" in page()
        assert len(each.metadata["meaning"]) > 10


def test_the_defaults_are_safe():
    assert reasons() == ""


def test_https_may_be_reached_from_outside():
    assert reasons(**SAFE_OUTSIDE) == ""


@pytest.mark.parametrize(
    ("chosen", "word"),
    [
        ({"listen": "0.0.0.0:8400"}, "not https"),
        ({"listen": "192.0.2.7:8400"}, "not https"),
        ({"gateway_listen": "0.0.0.0:8410"}, "gateway_listen 0.0.0.0:8410 can be reached"),
        ({"gateway_listen": "nowhere"}, "gateway_listen nowhere is not host:port"),
        ({"origin": "http://desk.example"}, "in clear"),
        ({"debug": True, **SAFE_OUTSIDE}, "debug"),
        ({"debug": True, "origin": "https://desk.example"}, "debug"),
        ({"trusted_proxies": "*"}, "pretend to be anybody"),
        ({"session_idle_s_max": 100, "session_total_s_max": 50}, "longer"),
        ({"session_idle_s_max": 0}, "above 0"),
        ({"password_characters_min": 7}, "below 8"),
        ({"metrics_key": "short"}, "shorter"),
        ({"probe_private": True, "origin": "https://desk.example"}, "own network"),
        ({"mail_url": "mail.example:25"}, "mail_url"),
        ({"cybertip_url": "http://a.example", "cybertip_user": "a", "cybertip_password": "b"}, "travel in clear"),
        ({"cybertip_url": "https://a.example"}, "without cybertip_user"),
        ({"language": "xx"}, "language"),
        ({"log_level": "chatty"}, "log_level"),
        ({"origin": "desk.example"}, "origin"),
        ({"origin": "https://desk.example/path"}, "origin"),
        ({"listen": "8400"}, "listen"),
        ({"database_url": "mysql://db/tutela"}, "postgresql"),
        ({"database_url": "postgresql://tutela@db.example/tutela"}, "verify-full"),
        ({"database_url": "postgresql://tutela@db.example/tutela?sslmode=require"}, "verify-full"),
    ],
)
def test_an_unsafe_combination_is_refused_with_its_reason(chosen, word):
    assert word in reasons(**chosen)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://tutela@/tutela",
        "postgresql://tutela@/tutela?host=/run/postgresql",
        "postgresql://tutela@127.0.0.1/tutela",
        "postgresql://tutela@db.example/tutela?sslmode=verify-full",
    ],
)
def test_a_database_that_is_near_or_verified_is_accepted(url):
    assert reasons(database_url=url) == ""


def test_the_password_of_a_database_is_in_no_refusal():
    assert "canary" not in reasons(database_url="postgresql://tutela:canary@db.example/tutela")


def test_a_mistyped_variable_is_refused_with_the_nearest_name():
    with pytest.raises(SettingsError, match="TUTELA_ORIGN") as refusal:
        read({"TUTELA_ORIGN": "https://desk.example"})
    assert "TUTELA_ORIGIN" in refusal.value.hint


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path):
    path = tmp_path / "tutela.toml"
    path.write_text('origin = "https://file.example"\nlisten = "127.0.0.1:1"\nkey_days_max = 30\n')
    settings = read({"TUTELA_CONFIG": str(path), "TUTELA_ORIGIN": "https://environment.example"})
    assert (settings.origin, settings.listen, settings.key_days_max) == (
        "https://environment.example",
        "127.0.0.1:1",
        30,
    )
    assert settings.language == Settings().language


@pytest.mark.parametrize("text", ["orign = 1", "origin = 1", "debug = 'maybe'", "= broken"])
def test_a_file_that_is_wrong_is_refused(tmp_path, text):
    path = tmp_path / "tutela.toml"
    path.write_text(text)
    with pytest.raises(SettingsError):
        read({"TUTELA_CONFIG": str(path)})


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        read({"TUTELA_CONFIG": str(tmp_path / "missing.toml")})


def test_the_process_does_not_start_with_unsafe_settings(monkeypatch):
    monkeypatch.setenv("TUTELA_LISTEN", "0.0.0.0:8400")
    with pytest.raises(SettingsError, match="not https"):
        load()


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path):
    first = home.secret_key(tmp_path)
    assert home.secret_key(tmp_path) == first
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


def test_parts_that_start_together_have_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(home.secret_key, [tmp_path] * 8))
    assert len(keys) == 1


def test_a_key_that_others_can_read_is_refused(tmp_path):
    home.secret_key(tmp_path)
    (tmp_path / "secret.key").chmod(0o644)
    with pytest.raises(SettingsError, match="may read"):
        home.secret_key(tmp_path)


def test_a_folder_that_everybody_may_write_is_refused(tmp_path):
    tmp_path.chmod(0o777)
    with pytest.raises(SettingsError, match="everybody"):
        home.prepare(tmp_path)


def test_sqlite_syncs_fully_and_begins_immediately():
    options = django_database(Settings(home=Path("/srv/tutela")))["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]


def test_https_brings_secure_cookies_and_strict_transport(tmp_path):
    probe = (
        "from tutela.entry import settings as s;"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, s.SESSION_COOKIE_NAME)"
    )
    environment = {"TUTELA_HOME": str(tmp_path), "TUTELA_ORIGIN": "https://desk.example", "PATH": "/usr/bin:/bin"}
    environment["PYTHONPATH"] = str(ROOT / "src")
    found = subprocess.run([sys.executable, "-c", probe], env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["True", "True", "True", "__Host-session"]
