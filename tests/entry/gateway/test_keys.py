"""Keys in a file: digests alone, for their owner alone; a source that breaks changes nothing."""

from __future__ import annotations

import json

import pytest

from tutela.entry.gateway.keys import FileKeys, Keyring, KeysError, Scope


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
