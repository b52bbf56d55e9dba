"""Actions and statements are said in the engine's words, as answers and themes are since 0002."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations, models

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import StateApps


def say(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Say what is there in the engine's words."""
    action, statement = (
        apps.get_model("assessment", name).objects.using(schema_editor.connection.alias)
        for name in ("TrackedAction", "WatchedStatement")
    )
    action.filter(progress="under-way").update(progress="under way")
    action.filter(progress="dropped").update(progress="given up")
    statement.filter(certainty="very-low").update(certainty="very low")


class Migration(migrations.Migration):
    """The choices change no table, so the words can be changed beside them."""

    dependencies = (("assessment", "0003_editions"),)
    operations = (
        migrations.AlterField(
            model_name="trackedaction",
            name="progress",
            field=models.CharField(
                choices=[
                    ("planned", "planned"),
                    ("under way", "under way"),
                    ("done", "done"),
                    ("given up", "given up"),
                ],
                default="planned",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="watchedstatement",
            name="certainty",
            field=models.CharField(
                choices=[("very low", "very low"), ("low", "low"), ("moderate", "moderate"), ("high", "high")],
                max_length=16,
            ),
        ),
        migrations.RunPython(say, migrations.RunPython.noop),
    )
