"""Many rows with one statement a table: what else would be found, sealed, written and changed one by one.

    read_together(Item, organisation_id=..., fold=[...])  # equal to a value, one of several, or null
    read_together(Case, id=ids, lock=True)                # as `select_for_update`, in the order of their ids
    insert_together(cases, locations, mentions)           # as `bulk_create` of each, in one journey
    insert_together(clues, unless_there=True)             # but for those that somebody else wrote first; says how many
    update_together(cases, ["state", "facts"])            # as `bulk_update`

Rows go to PostgreSQL as one JSON document that it reads by the types of the table. That takes a third of the CPU of
Django's thousands of parameters, and what COPY would save beyond that it takes back: it is refused under row-level
security, and cannot leave out what is there. No signals are sent; a row brings its own id, or nobody learns it.

What is read is asked for in as few words: for a row or two, making a statement costs Django five times what running it
costs.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction
from django.db.models import AutoField, Model

from tutela.apps.custody import store
from tutela.apps.custody.fields import EncryptedText

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.models import Field

_Row = TypeVar("_Row", bound=Model)


def read_together(model: type[_Row], *, lock: bool = False, **where: Any) -> list[_Row]:
    """Return the rows of one table whose columns are so; `lock` holds them until the transaction ends."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    asked = {
        fields[name]: list(value) if isinstance(value, Collection) and not isinstance(value, str) else value
        for name, value in where.items()
    }
    if [] in asked.values():
        return []
    alias, names = transaction.get_connection().alias, list(fields)
    return [model.from_db(alias, names, row) for row in store.select_rows(model, asked, lock=lock)]


def insert_together(*tables: Iterable[Model], unless_there: bool = False) -> int:
    """Insert rows, each argument those of one table, in their order; return how many are there that were not before."""
    given = [rows for table in tables if (rows := list(table))]
    if not given:
        return 0
    columns = [_columns(rows, _own_fields(type(rows[0]))) for rows in given]
    count = store.insert_rows(columns, unless_there=unless_there)
    alias = transaction.get_connection().alias
    for row in chain.from_iterable(given):
        state: Any = row._state  # noqa: SLF001  - as Django does once a row is written
        state.adding, state.db = False, alias
    return count


def update_together(rows: Iterable[Model], names: Iterable[str]) -> int:
    """Write these fields of rows of one table, which has its key in `id`; return how many there were."""
    rows = list(rows)
    if not rows:
        return 0
    fields = {field.name: field for field in type(rows[0])._meta.concrete_fields}
    return store.update_rows(_columns(rows, [fields[name] for name in (*names, "id")]))


def _own_fields(model: type[Model]) -> list[Field[Any, Any]]:
    """Return the columns of a table but for an id that the database counts itself."""
    return [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]


def _columns(rows: Sequence[Model], fields: Iterable[Field[Any, Any]]) -> Mapping[Field[Any, Any], Sequence[Any]]:
    return {field: _values(rows, field) for field in fields}


def _values(rows: Sequence[Model], field: Field[Any, Any]) -> Sequence[Any]:
    if isinstance(field, EncryptedText):
        return field.sealed(rows)
    found = map(attrgetter(field.attname), rows)
    return [value.value if isinstance(value, Enum) else value for value in found]
