from __future__ import annotations

from typing import Any

from django.db import migrations, models

from tutela.apps.access.models import sign_in_name
from tutela.apps.custody.public import EncryptedText


def seal(apps: Any, editor: Any) -> None:
    """Seal what stood in clear, each under a key of its person."""
    for person in apps.get_model("access", "Person").objects.using(editor.connection.alias).iterator():
        person.name, person.email = person.clear_name, person.clear_email
        person.sign_in_name = sign_in_name(person.clear_email) if person.is_active else None
        person.save(update_fields=["name", "email", "sign_in_name"])


class Migration(migrations.Migration):
    dependencies = [("access", "0002_front_desk"), ("custody", "0002_guards")]

    operations = [
        migrations.AlterModelOptions(name="person", options={"ordering": ("created_at", "id")}),
        migrations.RenameField(model_name="person", old_name="name", new_name="clear_name"),
        migrations.RenameField(model_name="person", old_name="email", new_name="clear_email"),
        migrations.AddField(model_name="person", name="name", field=EncryptedText(subject="id")),
        migrations.AddField(model_name="person", name="email", field=EncryptedText(subject="id")),
        migrations.AddField(
            model_name="person",
            name="sign_in_name",
            field=models.CharField(editable=False, max_length=64, null=True),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="person",
            name="sign_in_name",
            field=models.CharField(editable=False, max_length=64, null=True, unique=True),
        ),
        migrations.RemoveField(model_name="person", name="clear_name"),
        migrations.RemoveField(model_name="person", name="clear_email"),
    ]
