from __future__ import annotations

import pytest
from django.db import connection, transaction

from tutela.apps.custody import keyring, recording, vault
from tutela.apps.custody.models import DataKey, Leaf
from tutela.apps.custody.vault import ErasedError, Place, SealError
from tutela.engine import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

HERE = Place("intake_report", "account", "1")


def test_what_is_sealed_opens_in_its_place():
    case = clock.new_id()
    assert vault.open_sealed(case, vault.seal(case, b"a sample text", HERE), HERE) == b"a sample text"


@pytest.mark.parametrize(
    "elsewhere",
    [Place("intake_report", "account", "2"), Place("intake_report", "name", "1"), Place("x", "account", "1")],
)
def test_a_value_moved_elsewhere_does_not_open(elsewhere):
    case = clock.new_id()
    with pytest.raises(SealError):
        vault.open_sealed(case, vault.seal(case, b"a sample text", HERE), elsewhere)


def test_a_value_moved_to_another_case_does_not_open():
    case, other = clock.new_id(), clock.new_id()
    vault.seal(other, b"something", HERE)
    with pytest.raises(SealError):
        vault.open_sealed(other, vault.seal(case, b"a sample text", HERE), HERE)


@pytest.mark.parametrize("at", [0, 5, 20, -1])
def test_an_altered_value_does_not_open(at):
    case = clock.new_id()
    sealed = bytearray(vault.seal(case, b"a sample text", HERE))
    sealed[at] ^= 1
    with pytest.raises(SealError):
        vault.open_sealed(case, bytes(sealed), HERE)


def test_a_key_moved_to_another_case_does_not_unwrap():
    case, other = clock.new_id(), clock.new_id()
    sealed = vault.seal(case, b"a sample text", HERE)
    vault.seal(other, b"", HERE)
    DataKey.objects.filter(subject_id=other).update(wrapped=DataKey.objects.get(subject_id=case).wrapped)
    connection.run_on_commit.clear()  # as in a new transaction: what this one knew is forgotten
    with pytest.raises(SealError, match="key of a subject"):
        vault.open_sealed(other, sealed, HERE)


def test_a_destroyed_key_opens_nothing_and_seals_nothing():
    case = clock.new_id()
    sealed = vault.seal(case, b"a sample text", HERE)
    with transaction.atomic():
        assert vault.destroy(case)
        assert not vault.destroy(case)
    row = DataKey.objects.get(subject_id=case)
    assert (bytes(row.wrapped), row.master) == (b"", "")
    with pytest.raises(ErasedError):
        vault.open_sealed(case, sealed, HERE)
    with pytest.raises(ErasedError):
        vault.seal(case, b"more", HERE)
    assert vault.existing_salt(case) is None


def test_a_key_that_was_undone_is_not_believed():
    case = clock.new_id()
    with transaction.atomic():
        sealed = vault.seal(case, b"a sample text", HERE)
        transaction.set_rollback(True)
    vault.seal(case, b"", HERE)
    assert DataKey.objects.filter(subject_id=case).exists()
    with pytest.raises(SealError):
        vault.open_sealed(case, sealed, HERE)


def test_a_destruction_that_was_undone_is_not_believed():
    case = clock.new_id()
    sealed = vault.seal(case, b"a sample text", HERE)
    with transaction.atomic():
        assert vault.destroy(case)
        transaction.set_rollback(True)
    assert vault.open_sealed(case, sealed, HERE) == b"a sample text"


def test_a_transaction_asks_for_a_key_once(django_assert_num_queries):
    case = clock.new_id()
    sealed = vault.seal(case, b"a sample text", HERE)
    with django_assert_num_queries(0):
        assert vault.open_sealed(case, sealed, HERE) == b"a sample text"


def test_rotation_changes_every_wrapping_and_no_value(record):
    cases = record.filled(3)
    before = dict(DataKey.objects.values_list("subject_id", "master"))
    assert vault.rotate() == len(before)
    assert not set(before.values()) & set(DataKey.objects.values_list("master", flat=True))
    assert len(keyring.masters()) == 1
    assert [recording.note_of(leaf) for leaf in Leaf.objects.filter(chain_id=cases[1])] == ["note 1"] * 4
    assert record.holds()


def test_a_rotation_that_was_interrupted_goes_on_when_run_again(record):
    record.filled(2)
    keyring.add_master()  # and then the power went
    assert len(keyring.masters()) == 2
    assert vault.rotate() == 2
    assert len(keyring.masters()) == 1


#### The keys' own files ####


def use_all(record):
    record.case(1)
    record.sequence()


def test_secrets_are_for_their_owner_alone(record, home):
    record.filled(1)
    assert {path.stat().st_mode & 0o777 for path in (home / "custody").iterdir()} == {0o600}


@pytest.mark.parametrize("name", ["master.keys", "pseudonym.key", "log.key"])
def test_a_secret_that_others_can_read_is_refused(record, home, name):
    record.filled(1)
    path = home / "custody" / name
    path.chmod(0o644)
    path.write_text(path.read_text() + "\n")
    recording._pseudonym.cache_clear()  # as in a new process
    with pytest.raises(keyring.KeyringError, match="Others"):
        use_all(record)


@pytest.mark.parametrize("name", ["master.keys", "pseudonym.key", "log.key"])
def test_a_lost_secret_is_not_silently_made_anew(record, home, name):
    record.filled(1)
    (home / "custody" / name).unlink()
    recording._pseudonym.cache_clear()  # as in a new process
    with pytest.raises(keyring.KeyringError, match="missing"):
        use_all(record)
    assert not (home / "custody" / name).exists()


def test_a_malformed_secret_is_refused(record, home):
    record.filled(1)
    (home / "custody/master.keys").write_text("0123456789abcdef not-a-key\n")
    with pytest.raises(keyring.KeyringError, match="form"):
        record.case(1)
