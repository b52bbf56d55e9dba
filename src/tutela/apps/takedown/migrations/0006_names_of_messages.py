"""A message has a name of its own, for it may be one that a wire format gives; so far it was that of the notice."""

from typing import Any

from django.db import migrations, models


def _name(apps: Any, schema_editor: Any) -> None:
    notices = apps.get_model("takedown", "Notice").objects.using(schema_editor.connection.alias)
    for notice_id in notices.exclude(sent_at=None).values_list("id", flat=True).iterator():
        notices.filter(id=notice_id).update(name=str(notice_id))


class Migration(migrations.Migration):
    dependencies = [("takedown", "0005_notices_of_takedowns")]

    operations = [
        migrations.AddField("notice", "name", models.CharField(blank=True, default="", max_length=64), False),
        migrations.AddField("party", "language", models.CharField(blank=True, default="", max_length=2), False),
        migrations.AddField(
            "takedown", "classification", models.CharField(blank=True, default="", max_length=1024), False
        ),
        migrations.AddField("takedown", "scheme", models.CharField(blank=True, default="", max_length=200), False),
        migrations.AddIndex(
            "notice",
            models.Index(condition=~models.Q(name=""), fields=["name"], name="notice_name"),
        ),
        migrations.RunPython(_name, migrations.RunPython.noop),
    ]
