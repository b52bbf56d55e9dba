"""Keys in a file: digests alone, for their owner alone; a source that breaks changes nothing."""

from __future__ import annotations

import json
from datetime import timedelta

import msgspec
import pytest

from tutela.apps.access import credentials
from tutela.engine import clock
from tutela.entry.cli import ExitCode, run
from tutela.entry.gateway.errors import RefusalError
from tutela.entry.gateway.keys import GOOD_S, FileKeys, Keyring, KeyRow, KeysError, Scope, ServiceKeys


@pytest.fixture
def keys(tmp_path):
    return FileKeys(tmp_path)


def add(keys, **more):
    return keys.add("Example", **{"days": 1, "requests_per_minute_max": 60, "scopes": [Scope.LOOKUP], **more})


def test_only_a_digest_is_kept_and_for_the_owner_alone(tmp_path, keys):
    made = add(keys)
    path = tmp_path / "gateway" / "keys.json"
    assert made.shown[-43:] not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_file_that_breaks_leaves_the_snapshot_and_says_so(tmp_path, keys):
    made = add(keys)
    ring = Keyring(keys)
    ring.reload()
    row = json.loads((tmp_path / "gateway" / "keys.json").read_text())[0]
    wrong = ({"requests_per_minute_max": 0}, {"expires_at": "2026-11-22T00:00:00"}, {"scopes": ["all"]}, {"x": 1})
    for broken in ("", "{", '[{"id": 1}]', *(json.dumps([row | each]) for each in wrong)):
        (tmp_path / "gateway" / "keys.json").write_text(broken)
        with pytest.raises(KeysError, match="not a file of keys"):
            ring.reload()
        assert not ring.sound
        assert ring.key_of(f"Bearer {made.shown}".encode()).prefix == made.prefix


def test_a_key_that_is_not_there_cannot_be_revoked_and_none_twice(keys):
    made = add(keys)
    keys.revoke(made.prefix)
    for prefix in (made.prefix, "nothing1"):
        with pytest.raises(KeysError, match="there is no key"):
            keys.revoke(prefix)


def test_keys_added_one_after_the_other_are_all_there(keys):
    made = {add(keys).prefix for _ in range(5)}
    assert {row.prefix for row in keys.read()} == made


#### Keys of the service ####


@pytest.fixture
def service_keys(tmp_path):
    return ServiceKeys(tmp_path)


def made(**more):
    """A secret, and its row as the service publishes it."""
    secret = credentials.new_key()
    row = KeyRow(
        id=clock.new_id(),
        prefix=secret.prefix,
        digest=secret.digest,
        scopes=(Scope.LOOKUP,),
        requests_per_minute_max=60,
        expires_at=clock.now() + timedelta(days=1),
        **more,
    )
    return secret.shown, row


def code(ring, shown):
    """What a key is told: nothing where it is let in."""
    try:
        ring.key_of(f"Bearer {shown}".encode())
    except RefusalError as refused:
        return refused.code
    return None


def test_what_is_published_is_let_in_and_what_is_withdrawn_is_not(keys, service_keys):
    ring, (shown, row), own = Keyring(keys, service_keys), made(), add(keys).shown
    for rows, expected in (((), "no-valid-key"), ((row,), None), ((), "no-valid-key")):
        service_keys.publish(rows)
        ring.reload()
        assert (code(ring, shown), code(ring, own)) == (expected, None)
    service_keys.publish((row,))
    service_keys.withdraw()
    ring.reload()
    assert (code(ring, shown), code(ring, own), ring.sound) == ("no-valid-key", None, True)


def test_what_is_published_is_for_the_owner_alone_and_no_secret(tmp_path, service_keys):
    shown, row = made()
    service_keys.publish((row,))
    path = tmp_path / "run" / "service.keys"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert shown[-43:] not in path.read_text()


def test_a_copied_row_does_not_outlive_its_revocation_in_the_service(tmp_path, keys, service_keys):
    shown, row = made()
    (tmp_path / "gateway").mkdir()
    (tmp_path / "gateway" / "keys.json").write_bytes(msgspec.json.encode([row]))
    ring = Keyring(keys, service_keys)
    ring.reload()
    assert code(ring, shown) is None
    service_keys.publish((msgspec.structs.replace(row, revoked_at=clock.now()),))
    ring.reload()
    assert code(ring, shown) == "expired-key"


def test_keys_that_nobody_compares_with_the_database_are_let_in_no_longer(keys, service_keys, standing_clock):
    ring, (shown, row), own = Keyring(keys, service_keys), made(), add(keys, days=9).shown
    service_keys.publish((row,))
    ring.reload()
    standing_clock.forward(seconds=GOOD_S - 1)
    assert (code(ring, shown), code(ring, own)) == (None, None)
    standing_clock.forward(seconds=1)
    assert (code(ring, shown), code(ring, own)) == ("keys-stale", None)
    with pytest.raises(KeysError, match="too long"):
        ring.reload()
    assert not ring.sound
    service_keys.publish((row,))
    ring.reload()
    assert (code(ring, shown), ring.sound) == (None, True)


def test_keys_left_from_before_a_start_are_not_believed_until_somebody_looks(service_keys, standing_clock):
    shown, row = made()
    service_keys.publish((row,))
    standing_clock.forward(hours=1)
    ring = Keyring(ServiceKeys(service_keys._path.parent.parent))
    with pytest.raises(KeysError):
        ring.reload()
    assert code(ring, shown) == "keys-stale"


@pytest.mark.parametrize("damage", [lambda _: b"", lambda _: b"x", lambda _: b"[]", lambda told: told[1:]])
def test_a_damaged_copy_changes_nothing_and_the_other_source_is_read_all_the_same(tmp_path, keys, service_keys, damage):
    ring, (shown, row), own = Keyring(keys, service_keys), made(), add(keys)
    service_keys.publish((row,))
    ring.reload()
    path = tmp_path / "run" / "service.keys"
    path.write_bytes(damage(path.read_bytes()) or b"\n")
    keys.revoke(own.prefix)
    for _ in range(2):
        with pytest.raises(KeysError, match="damaged"):
            ring.reload()
        assert (code(ring, shown), code(ring, own.shown), ring.sound) == (None, "expired-key", False)
    service_keys.publish((row,))
    ring.reload()
    assert ring.sound


def test_publishing_the_same_writes_nothing_but_the_time(tmp_path, service_keys, standing_clock):
    _, row = made()
    path = tmp_path / "run" / "service.keys"
    service_keys.publish((row,))
    first = path.stat()
    standing_clock.forward(seconds=1)
    service_keys.publish((row,))
    assert (path.stat().st_ino, path.stat().st_mtime - first.st_mtime) == (first.st_ino, 1)


@pytest.mark.parametrize("service", ["embedded", "elsewhere"])
def test_no_key_is_added_to_the_file_where_a_service_would_record_it(tmp_path, monkeypatch, capsys, service):
    monkeypatch.setenv("TUTELA_HOME", str(tmp_path))
    if service == "embedded":
        (tmp_path / "tutela.sqlite3").touch()
    else:
        monkeypatch.setenv("TUTELA_DATABASE_URL", "postgresql://tutela@/tutela")
    assert run(["gateway", "add-key", "--name", "x"]) == ExitCode.FAILED
    assert "made there" in capsys.readouterr().err
    assert not (tmp_path / "gateway").exists()
