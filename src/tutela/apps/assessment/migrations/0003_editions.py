"""Editions: a release made into a report."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import tutela.engine.clock

_STAGES = [("waiting", "waiting"), ("done", "done"), ("refused", "refused")]


class Migration(migrations.Migration):
    """One table."""

    dependencies = (
        ("access", "0004_skills_and_opt_outs"),
        ("assessment", "0002_words_of_the_engine"),
    )
    operations = (
        migrations.CreateModel(
            name="Edition",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tutela.engine.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("asked", models.JSONField()),
                ("state", models.CharField(choices=_STAGES, default="waiting", max_length=8)),
                ("files_made", models.PositiveIntegerField(default=0)),
                ("file_count", models.PositiveIntegerField(default=0)),
                ("files", models.JSONField(default=list)),
                ("refused_because", models.CharField(blank=True, max_length=500)),
                ("asked_at", models.DateTimeField(default=tutela.engine.clock.now, editable=False)),
                ("asked_by", models.CharField(max_length=64)),
                ("built_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.organisation"
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assessment.release"
                    ),
                ),
            ],
            options={"ordering": ("-asked_at", "-id")},
        ),
    )
