"""`EncryptedText`: a text column that only the key of its subject opens.

    class Report(models.Model):
        id = models.UUIDField(primary_key=True, default=clock.new_id)
        case_id = models.UUIDField()
        account = EncryptedText(subject="case_id")

    report.account = "what was reported"       # sealed when the row is saved, bound to table, column and row
    Report.objects.get(id=...).account         # opened when it is read; None once the case was erased

`subject` names the attribute that holds the id of what is erased as one (`"id"` where that is the row itself). What is
sealed cannot be searched, sorted or updated in bulk by text, and the ORM says so instead of writing clear text.
`values()` gives the sealed value, which shows nothing.

    open_together(people)                      # before a list shows many rows: one query for all their keys
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from tutela.apps.custody import vault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.expressions import Expression


_PUBLIC_PATH: Final = "tutela.apps.custody.public.EncryptedText"  # where migrations of other apps may find it


class Sealed(bytes):
    """A value as it is stored."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<sealed>"

    __str__ = __repr__


def open_together(rows: Iterable[models.Model]) -> None:
    """Open every sealed field that these rows have loaded, with one query for their keys."""
    sealed = [
        (row, field, value)
        for row in rows
        for field in row._meta.concrete_fields
        if isinstance(field, EncryptedText) and isinstance(value := _values(row).get(field.attname), Sealed) and value
    ]
    texts = vault.open_together(
        [(getattr(row, field.subject), value, field.place(row)) for row, field, value in sealed]
    )
    for (row, field, _value), text in zip(sealed, texts, strict=True):
        _values(row)[field.attname] = None if text is None else text.decode()


class _Opened(DeferredAttribute):
    """Opens the value on first sight."""

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        if instance is None:
            return self
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = cast("EncryptedText", self.field).opened(instance, value)
            _values(instance)[self.field.attname] = value
        return value

    def __set__(self, instance: models.Model, value: object) -> None:
        _values(instance)[self.field.attname] = value


def _values(instance: models.Model) -> dict[str, Any]:
    return vars(instance)


class EncryptedText(models.BinaryField):
    """See the module."""

    descriptor_class = _Opened
    empty_values = (None, "", b"")  # pyright: ignore[reportAssignmentType, reportIncompatibleVariableOverride]

    def __init__(self, *, subject: str, **more: Any) -> None:
        self.subject = subject
        more.setdefault("default", "")
        super().__init__(**more)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """For migrations."""
        name, _, arguments, more = super().deconstruct()
        more["subject"] = self.subject
        if more.get("default") == "":
            del more["default"]
        return name, _PUBLIC_PATH, arguments, more

    def _check_str_default_value(self) -> list[Any]:
        """A text is what this field takes, whatever its column is."""
        return []

    def get_default(self) -> Any:
        """An empty text."""
        return "" if self.default in ("", b"") else super().get_default()

    def opened(self, instance: models.Model, value: Sealed) -> str | None:
        """Decrypt what a row holds; None where its subject was erased."""
        if not value:
            return ""
        try:
            return vault.open_sealed(getattr(instance, self.subject), value, self.place(instance)).decode()
        except vault.ErasedError:
            return None

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed:  # noqa: ARG002, FBT001 - Django's signature
        """Encrypt what the attribute holds."""
        return self.sealed([model_instance])[0]

    def sealed(self, instances: Sequence[models.Model]) -> list[Sealed]:
        """Return what is stored of each instance: its text, encrypted, with a handful of statements for all keys."""
        kept = [self._kept(instance) for instance in instances]
        to_seal = [
            (getattr(instance, self.subject), text.encode(), self.place(instance))
            for instance, text in zip(instances, kept, strict=True)
            if isinstance(text, str)
        ]
        made = iter(vault.seal_together(to_seal) if to_seal else ())
        return [Sealed(next(made)) if isinstance(text, str) else text for text in kept]

    def _kept(self, instance: models.Model) -> str | Sealed:
        """Return the text that an instance holds; `Sealed` where that needs no key."""
        value = _values(instance).get(self.attname, "")
        if isinstance(value, Sealed):
            return value
        if value is None:
            raise vault.ErasedError("The subject was erased: its fields cannot be written again")
        if not isinstance(value, str):
            raise TypeError(f"{self.name} is a text")
        return value or Sealed()

    def from_db_value(
        self, value: bytes | None, _expression: Expression, _connection: BaseDatabaseWrapper
    ) -> Sealed | None:
        """Wrap what the database gives."""
        return None if value is None else Sealed(value)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """Let only sealed values through, and the empty text that a new column begins with."""
        if value == "":
            value = Sealed()
        if value is not None and not isinstance(value, Sealed):
            raise FieldError(f"{self.name} is encrypted: save the row itself, not a query")
        return super().get_db_prep_value(bytes(value) if value is not None else None, connection, prepared)

    def get_lookup(self, lookup_name: str) -> Any:
        """Refuse every comparison."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be searched")
        return super().get_lookup(lookup_name)

    def place(self, instance: models.Model) -> vault.Place:
        """Return where the value of a row stands."""
        if instance.pk is None:
            raise FieldError(f"{self.name} is bound to its row: the row needs its id before it is saved")
        return vault.Place(instance._meta.db_table, self.column or "", str(instance.pk))
