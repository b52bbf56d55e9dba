from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from tutela.apps.custody import guards


class Migration(migrations.Migration):
    """From here on the database itself refuses to change or remove what was recorded."""

    dependencies: ClassVar = [("custody", "0001_initial")]
    operations: ClassVar = [
        migrations.RunPython(
            lambda _apps, editor: guards.install(editor.connection),
            lambda _apps, editor: guards.remove(editor.connection),
        )
    ]
