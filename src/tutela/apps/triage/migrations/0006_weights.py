"""Weights have versions, and a case has a score by each of the two at work."""

import django.db.models.deletion
import tutela.apps.custody.public
import tutela.engine.clock
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_sealed_people"),
        ("triage", "0005_items_of_no_case"),
    ]

    operations = [
        migrations.CreateModel(
            name="Weighting",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tutela.engine.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("points", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[("ranking", "Ranking"), ("in-force", "In Force"), ("replaced", "Replaced")],
                        default="ranking",
                        max_length=8,
                    ),
                ),
                ("adopted_at", models.DateTimeField(default=tutela.engine.clock.now, editable=False)),
                ("adopted_by", models.CharField(max_length=64)),
                ("reason", tutela.apps.custody.public.EncryptedText(subject="id")),
                ("in_force_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("-number",),
            },
        ),
        migrations.RemoveIndex(
            model_name="case",
            name="case_queue",
        ),
        migrations.RemoveField(
            model_name="case",
            name="score",
        ),
        migrations.AddField(
            model_name="case",
            name="score_even",
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name="case",
            name="score_odd",
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name="case",
            name="signals",
            field=models.TextField(blank=True),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["organisation", "-score_even", "opened_at", "id"],
                name="case_queue_even",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["organisation", "-score_odd", "opened_at", "id"],
                name="case_queue_odd",
            ),
        ),
        migrations.AddField(
            model_name="weighting",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.organisation"
            ),
        ),
        migrations.AddConstraint(
            model_name="weighting",
            constraint=models.UniqueConstraint(fields=("organisation", "number"), name="weighting_once"),
        ),
        migrations.AddConstraint(
            model_name="weighting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "replaced"), _negated=True),
                fields=("organisation", "state"),
                name="weighting_of_one_state",
            ),
        ),
    ]
