from __future__ import annotations

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models, transaction

from tests.apps.custody.world import SYSTEM, ObjectKind, ReasonCode
from tutela.apps.custody.fields import EncryptedText, Sealed, open_together
from tutela.apps.custody.public import ErasedError, erase
from tutela.apps.custody.vault import SealError
from tutela.engine import clock


class Sample(models.Model):  # noqa: DJ008  - never shown
    """A row with an encrypted column, as another app would have."""

    id = models.UUIDField(primary_key=True, default=clock.new_id)
    case_id = models.UUIDField(default=clock.new_id)
    account = EncryptedText(subject="case_id")

    class Meta:
        app_label = "custody_samples"


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _table(home, db):
    statements = {
        "sqlite": "CREATE TABLE custody_samples_sample (id char(32) PRIMARY KEY, case_id char(32), account BLOB)",
        "postgresql": "CREATE TABLE custody_samples_sample (id uuid PRIMARY KEY, case_id uuid, account bytea)",
    }
    with connection.cursor() as cursor:
        cursor.execute(statements[connection.vendor])


def stored(row):
    return bytes(Sample.objects.filter(pk=row.pk).values_list("account", flat=True).get())


def test_a_text_is_sealed_in_the_table_and_open_in_the_row():
    row = Sample.objects.create(account="an account of what was seen")
    assert Sample.objects.get(pk=row.pk).account == "an account of what was seen"
    assert b"account" not in stored(row)
    assert row.account == "an account of what was seen"


def test_many_rows_at_once_are_sealed_too():
    Sample.objects.bulk_create([Sample(account=f"text {number}") for number in range(3)])
    assert {row.account for row in Sample.objects.all()} == {"text 0", "text 1", "text 2"}
    rows = list(Sample.objects.all())
    for row in rows:
        row.account += "!"
    for row in rows:
        row.save(update_fields=["account"])
    assert {row.account for row in Sample.objects.all()} == {"text 0!", "text 1!", "text 2!"}


def test_rows_opened_together_ask_for_their_keys_once(django_assert_num_queries):
    kept, erased = Sample.objects.create(account="kept"), Sample.objects.create(account="erased")
    more = [Sample.objects.create(account=f"text {number}") for number in range(5)]
    erase(SYSTEM, erased.case_id, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
    rows = {row.pk: row for row in [*Sample.objects.all(), Sample.objects.create()]}
    with django_assert_num_queries(1):
        open_together(rows.values())
    with django_assert_num_queries(0):
        open_together([*rows.values(), Sample()])
        assert rows[kept.pk].account == "kept"
        assert rows[erased.pk].account is None
        assert [rows[each.pk].account for each in more] == [f"text {number}" for number in range(5)]


def test_a_row_whose_text_was_moved_does_not_open_together_with_others():
    rows = [Sample.objects.create(account=f"text {number}") for number in range(2)]
    with connection.cursor() as cursor:
        statement = "UPDATE custody_samples_sample SET account = %s WHERE id = %s"
        native = connection.features.has_native_uuid_field
        cursor.execute(statement, [stored(rows[0]), rows[1].pk if native else rows[1].pk.hex])
    with pytest.raises(SealError):
        open_together(Sample.objects.all())


def test_saving_a_row_that_was_only_read_keeps_its_text():
    row = Sample.objects.create(account="sample")
    Sample.objects.get(pk=row.pk).save()
    assert Sample.objects.get(pk=row.pk).account == "sample"


def test_an_empty_text_stays_empty():
    assert Sample.objects.get(pk=Sample.objects.create().pk).account == ""


def test_a_query_cannot_write_clear_text_nor_search_for_it():
    row = Sample.objects.create(account="sample")
    with pytest.raises(FieldError):
        Sample.objects.filter(pk=row.pk).update(account="in the clear")
    with pytest.raises(FieldError):
        Sample.objects.filter(account="sample").exists()
    with pytest.raises(FieldError):
        Sample.objects.filter(account__contains="sam").exists()


def test_values_show_nothing():
    row = Sample.objects.create(account="sample")
    value = Sample.objects.filter(pk=row.pk).values("account").get()["account"]
    assert isinstance(value, Sealed)
    assert (repr(value), str(value), f"{value}") == ("<sealed>",) * 3


def test_a_value_copied_to_another_row_does_not_open():
    first, second = Sample.objects.create(account="first"), Sample.objects.create(account="second")
    Sample.objects.filter(pk=second.pk).update(account=Sealed(stored(first)))
    with pytest.raises(SealError):
        _ = Sample.objects.get(pk=second.pk).account


def test_an_erased_case_reads_as_none_and_is_not_written_again():
    row = Sample.objects.create(account="sample")
    erase(SYSTEM, row.case_id, kind=ObjectKind.CASE, reason=ReasonCode.SUBJECT_REQUEST)
    erased = Sample.objects.get(pk=row.pk)
    assert erased.account is None
    with pytest.raises(ErasedError), transaction.atomic():
        erased.save()
    erased.account = "again"
    with pytest.raises(ErasedError), transaction.atomic():
        erased.save()


def test_a_migration_says_whose_key_it_is():
    _, path, arguments, more = Sample._meta.get_field("account").deconstruct()
    assert (path, arguments, more) == ("tutela.apps.custody.public.EncryptedText", [], {"subject": "case_id"})
