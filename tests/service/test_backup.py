"""Back up, wipe, restore: the record verifies and the counts agree, on both databases. Everything else is refused."""

from __future__ import annotations

import json
import shutil

import pytest


@pytest.fixture
def filled(installation):
    installation.act("fill-and-place")
    (installation.home / "lists/known").mkdir(parents=True)
    (installation.home / "lists/known/CURRENT").write_text("one")
    return installation


def wipe(here):
    """Lose everything but the keys, which are kept elsewhere."""
    if hasattr(here, "renew"):
        here.renew()
    else:
        wipe_database(here)
    shutil.rmtree(here.home / "lists")


def test_what_was_backed_up_is_there_again_and_the_record_holds(filled, tmp_path):
    before = filled.tutela("custody", "verify")
    code, said = filled.tutela("backup", tmp_path / "copy")
    assert code == 0, said
    assert "custody/log.key" in said
    wipe(filled)
    code, said = filled.tutela("restore", tmp_path / "copy")
    assert code == 0, said
    assert filled.tutela("custody", "verify") == before
    assert (filled.home / "lists/known/CURRENT").read_text() == "one"
    code, said = filled.tutela("restore", tmp_path / "copy")
    assert code == 3, "a database that is there was written over"


def test_a_backup_holds_no_key_and_names_each(filled, tmp_path):
    assert filled.tutela("backup", tmp_path / "copy")[0] == 0
    manifest = json.loads((tmp_path / "copy/manifest.json").read_text())
    assert manifest["keys"] == ["secret.key", "custody/master.keys", "custody/pseudonym.key", "custody/log.key"]
    copied = b"".join(path.read_bytes() for path in (tmp_path / "copy").rglob("*") if path.is_file())
    for name in manifest["keys"]:
        for word in (filled.home / name).read_bytes().split():
            assert len(word) < 40 or word not in copied
    assert all(path.stat().st_mode & 0o077 == 0 for path in [tmp_path / "copy", *(tmp_path / "copy").glob("tutela*")])


def test_restoring_without_the_keys_is_refused_before_anything_is_written(embedded, tmp_path):
    embedded.act("fill-and-place")
    assert embedded.tutela("backup", tmp_path / "copy")[0] == 0
    wipe_database(embedded)
    (embedded.home / "custody/log.key").unlink()
    code, said = embedded.tutela("restore", tmp_path / "copy")
    assert (code, "custody/log.key" in said) == (3, True)
    assert not (embedded.home / "tutela.sqlite3").exists()


def test_a_backup_that_lost_rows_is_told(embedded, tmp_path):
    embedded.act("fill-and-place")
    assert embedded.tutela("backup", tmp_path / "copy")[0] == 0
    manifest = tmp_path / "copy/manifest.json"
    manifest.write_text(manifest.read_text().replace('"access_team": 4', '"access_team": 5'))
    wipe_database(embedded)
    code, said = embedded.tutela("restore", tmp_path / "copy")
    assert (code, "access_team had 5 rows and has 4" in said) == (3, True)


def test_an_unfinished_backup_is_not_restored_and_a_full_folder_not_written_to(embedded, tmp_path):
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy/tutela.sqlite3").write_text("half")
    assert embedded.tutela("restore", tmp_path / "copy")[0] == 3
    embedded.act("fill")
    assert embedded.tutela("backup", tmp_path / "copy")[0] == 3
    assert (tmp_path / "copy/tutela.sqlite3").read_text() == "half"


def test_a_worker_on_a_database_older_than_what_was_published_refuses_to_work(embedded, tmp_path):
    embedded.act("fill-and-place")
    shutil.copy(embedded.home / "tutela.sqlite3", tmp_path / "older")
    embedded.act("go-on")
    shutil.copy(tmp_path / "older", embedded.home / "tutela.sqlite3")
    code, said = embedded.tutela("worker")
    assert (code, "Restore a newer backup" in said) == (3, True)


def test_without_pg_dump_it_says_what_to_install(apart, tmp_path):
    apart.environment["PATH"] = str(tmp_path)
    code, said = apart.tutela("backup", tmp_path / "copy")
    assert (code, "pg_dump is not on this machine" in said) == (3, True)


def test_before_there_are_tables_it_says_so(embedded, tmp_path):
    wipe_database(embedded)
    embedded.home.mkdir(mode=0o700, exist_ok=True)
    (embedded.home / "tutela.sqlite3").touch()
    code, said = embedded.tutela("backup", tmp_path / "copy")
    assert (code, "no tables yet" in said, "Traceback" in said) == (3, True, False)
    assert list((tmp_path / "copy").iterdir()) == []


def wipe_database(here):
    for path in here.home.glob("tutela.sqlite3*"):
        path.unlink()
