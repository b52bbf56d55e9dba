from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from tests.apps.custody.world import SYSTEM, ObjectKind, ReasonCode
from tutela.apps.custody.batches import insert_together, read_together, update_together
from tutela.apps.custody.fields import EncryptedText
from tutela.apps.custody.public import ErasedError, erase
from tutela.engine import clock


class Kind(models.TextChoices):
    """Closed words."""

    FIRST = "first"
    SECOND = "second"


class Batched(models.Model):  # noqa: DJ008  - never shown
    """A row with a column of each kind, as other apps have them."""

    id = models.UUIDField(primary_key=True, default=clock.new_id)
    case_id = models.UUIDField(default=clock.new_id)
    mark = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  - none is not an empty one
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.FIRST)
    number = models.IntegerField(default=0)
    is_true = models.BooleanField(default=False)
    at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    facts = models.JSONField(default=dict)
    digest = models.BinaryField(default=bytes)
    text = EncryptedText(subject="case_id")

    class Meta:
        app_label = "custody_batches"


pytestmark = pytest.mark.django_db

_HARD = "quote ' double \" back \\ line \n tab \t braces {} percent %s nothing-\u200b über 日本"


@pytest.fixture(autouse=True)
def _table(home, db):
    kinds = {
        "sqlite": ("char(32)", "datetime", "text", "BLOB"),
        "postgresql": ("uuid", "timestamptz", "jsonb", "bytea"),
    }
    uuid, moment, json, raw = kinds[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE custody_batches_batched (id {uuid} PRIMARY KEY, case_id {uuid}, mark varchar(64) UNIQUE,"
            f" kind varchar(8), number integer, is_true bool, at {moment}, ended_at {moment}, facts {json},"
            f" digest {raw}, text {raw})"
        )


def rows(count=3):
    return [
        Batched(
            mark=None if number == 0 else f"mark {number}",
            kind=Kind.SECOND,
            number=number - 1,
            is_true=bool(number % 2),
            ended_at=None if number else clock.now(),
            facts={"words": [_HARD, number, None, True], "deep": {"a": 1.5}},
            digest=bytes(range(number)),
            text=_HARD * number,
        )
        for number in range(count)
    ]


def told(row):
    kept = Batched.objects.get(id=row.id)
    return [getattr(kept, field.attname) for field in Batched._meta.concrete_fields]


def test_rows_written_together_are_those_that_the_orm_writes():
    ours = rows()
    assert insert_together(ours) == len(ours)
    read = [told(row) for row in ours]
    Batched.objects.all().delete()
    Batched.objects.bulk_create(ours)
    assert read == [told(row) for row in ours]
    assert read[2][-1] == ours[2].text


def test_what_is_written_together_is_sealed():
    (row,) = made = [Batched(text="what was seen")]
    insert_together(made)
    kept = bytes(Batched.objects.filter(id=row.id).values_list("text", flat=True).get())
    assert b"seen" not in kept
    assert row.text == "what was seen"
    row.number = 5
    row.save()  # it is there: an update
    assert Batched.objects.get().number == 5


def test_all_keys_of_a_batch_are_asked_for_with_one_statement(django_assert_max_num_queries):
    with transaction.atomic(), django_assert_max_num_queries(6):
        insert_together([Batched(text="text") for _ in range(40)])


def test_nothing_takes_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert insert_together([]) == update_together([], ["number"]) == 0
        assert read_together(Batched, id=[]) == []


def test_rows_read_together_are_those_that_the_orm_reads():
    ours = rows()
    insert_together(ours)
    read = {
        row.id: [getattr(row, field.attname) for field in row._meta.concrete_fields] for row in read_together(Batched)
    }
    assert read == {row.id: told(row) for row in ours}


def test_only_rows_that_are_so_are_read():
    ours = rows()
    insert_together(ours)
    assert [row.id for row in read_together(Batched, id=[ours[1].id, clock.new_id()], kind=Kind.SECOND)] == [ours[1].id]
    assert [row.id for row in read_together(Batched, ended_at=None, number=[1, 2])] == [ours[2].id]
    assert [row.id for row in read_together(Batched, mark=None)] == [ours[0].id]
    assert [row.id for row in read_together(Batched, mark={"mark 1", _HARD})] == [ours[1].id]
    assert read_together(Batched, mark="mark 1", number=1) == []


def test_a_row_that_was_read_can_be_changed_and_saved():
    insert_together(rows())
    (row,) = read_together(Batched, mark="mark 2")
    row.text, row.number = "changed", 9
    row.save()
    assert [(each.text, each.number) for each in read_together(Batched, id=row.id)] == [("changed", 9)]


def test_rows_are_locked_in_the_order_of_their_ids():
    ours = rows()
    insert_together(ours)
    with transaction.atomic(), CaptureQueriesContext(connection) as caught:
        found = read_together(Batched, id=[row.id for row in reversed(ours)], lock=True)
    assert {row.id for row in found} == {row.id for row in ours}
    if connection.vendor == "postgresql":
        assert [row.id for row in found] == sorted(row.id for row in ours)
        assert caught[-1]["sql"].endswith("ORDER BY id FOR UPDATE")


def test_a_row_that_is_there_is_refused_unless_it_may_be_there():
    insert_together([Batched(mark="once", number=1)])
    again = [Batched(mark="once", number=2), Batched(mark="another")]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_together(again)
    assert insert_together(again, unless_there=True) == 1
    assert Batched.objects.get(mark="once").number == 1


def test_rows_changed_together_change_where_they_are_meant_and_nowhere_else():
    ours = rows()
    insert_together(ours)
    for row in ours:
        row.number, row.facts, row.text, row.mark = 7, {"changed": _HARD}, "another text", None
    assert update_together(ours[:2], ["number", "facts", "text", "ended_at"]) == 2
    assert [Batched.objects.get(id=row.id).number for row in ours] == [7, 7, 1]
    first = Batched.objects.get(id=ours[1].id)
    assert (first.facts, first.text, first.mark) == ({"changed": _HARD}, "another text", "mark 1")


def test_a_batch_with_text_about_an_erased_subject_writes_nothing():
    gone = rows()[1]
    insert_together([gone])
    with transaction.atomic():
        erase(SYSTEM, gone.case_id, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
    with pytest.raises(ErasedError), transaction.atomic():
        insert_together([Batched(text="fine"), Batched(case_id=gone.case_id, text="too late")])
    assert Batched.objects.count() == 1
