"""What 0004 made needless or sure."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Items belong to no case."""

    dependencies = (("triage", "0004_sightings_of_items"),)
    operations = (
        migrations.RemoveField(model_name="item", name="case"),
        migrations.AlterField(
            model_name="location",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.organisation"
            ),
        ),
        migrations.AlterField(
            model_name="lookup",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.organisation"
            ),
        ),
        migrations.AlterField(model_name="lookup", name="done_at", field=models.DateTimeField(null=True)),
        migrations.AlterModelOptions(name="lookup", options={"ordering": ("id",)}),
        migrations.AddIndex(
            model_name="lookup",
            index=models.Index(
                condition=models.Q(("done_at", None)), fields=["organisation", "id"], name="lookup_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="lookup",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_at", None)),
                fields=("item", "channel", "jurisdiction"),
                name="lookup_waiting_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="location",
            constraint=models.UniqueConstraint(fields=("case", "mark"), name="location_once"),
        ),
    )
