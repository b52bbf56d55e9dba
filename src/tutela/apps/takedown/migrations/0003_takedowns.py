from typing import Any

import django.db.models.deletion
import tutela.apps.custody.public
import tutela.engine.clock
from django.db import migrations, models


def _key(to: str, related: str, **more: Any) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=related, to=to, **more)


def _id() -> models.UUIDField:
    return models.UUIDField(default=tutela.engine.clock.new_id, editable=False, primary_key=True, serialize=False)


def _sealed() -> tutela.apps.custody.public.EncryptedText:
    return tutela.apps.custody.public.EncryptedText(subject="case_id")


def _words(*words: str) -> list[tuple[str, str]]:
    return [(word, word) for word in words]


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("takedown", "0002_stopped_probes"),
        ("triage", "0012_links_likeness_series"),
    ]

    operations = [
        migrations.CreateModel(
            name="Takedown",
            fields=[
                ("id", _id()),
                ("opened_at", models.DateTimeField(default=tutela.engine.clock.now, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=_words(
                            "held",
                            "due",
                            "notified",
                            "acknowledged",
                            "refused",
                            "geo-blocked",
                            "cloaked",
                            "moved",
                            "restricted",
                            "unreachable",
                            "unresolved",
                            "objected",
                            "gone",
                            "removed",
                            "closed",
                            "withdrawn",
                        ),
                        default="due",
                        max_length=16,
                    ),
                ),
                ("matter", models.JSONField(default=dict)),
                ("due_at", models.DateTimeField(null=True)),
                ("site_mark", models.CharField(blank=True, max_length=64)),
                ("host", models.CharField(blank=True, max_length=100)),
                ("network", models.CharField(blank=True, max_length=100)),
                ("jurisdiction", models.CharField(blank=True, max_length=2)),
                ("kind", models.CharField(blank=True, max_length=100)),
                ("first_sent_at", models.DateTimeField(null=True)),
                ("gone_at", models.DateTimeField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                ("returned", models.PositiveSmallIntegerField(default=0)),
                ("circuit", models.CharField(blank=True, max_length=16)),
                ("circuit_cleared_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("case", _key("triage.case", "+")),
                ("item", _key("triage.item", "+")),
                ("location", _key("triage.location", "+")),
                ("organisation", _key("access.organisation", "+", db_index=False)),
            ],
            options={"ordering": ("opened_at", "id")},
        ),
        migrations.CreateModel(
            name="Party",
            fields=[
                ("id", _id()),
                ("rung", models.CharField(choices=_words("host", "upstream", "registrar", "authority"), max_length=16)),
                ("name", models.CharField(blank=True, max_length=100)),
                ("reach", _sealed()),
                ("is_form", models.BooleanField(default=False)),
                ("fronts", models.BooleanField(default=False)),
                (
                    "source",
                    models.CharField(choices=_words("person", "table", "rdap", "security-txt"), max_length=16),
                ),
                ("confidence", models.CharField(choices=_words("high", "medium", "low"), max_length=8)),
                ("place", models.PositiveSmallIntegerField(default=0)),
                ("found_at", models.DateTimeField(default=tutela.engine.clock.now, editable=False)),
                (
                    "standing",
                    models.CharField(
                        choices=[("usable", "Usable"), ("bounced", "Bounced"), ("refused", "Refused")],
                        default="usable",
                        max_length=8,
                    ),
                ),
                ("case", _key("triage.case", "+", db_index=False)),
                ("takedown", _key("takedown.takedown", "parties")),
            ],
            options={"ordering": ("place", "found_at", "id")},
        ),
        migrations.CreateModel(
            name="Reply",
            fields=[
                ("id", _id()),
                ("received_at", models.DateTimeField(default=tutela.engine.clock.now, editable=False)),
                (
                    "sort",
                    models.CharField(choices=_words("bounce", "delay", "automatic", "loop", "person"), max_length=12),
                ),
                ("text", _sealed()),
                ("answer", models.CharField(blank=True, max_length=16)),
                ("read_at", models.DateTimeField(null=True)),
                ("case", _key("triage.case", "+", db_index=False)),
                ("notice", _key("takedown.notice", "replies")),
            ],
            options={"ordering": ("received_at", "id")},
        ),
        migrations.AddConstraint(
            model_name="takedown",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("location",), name="takedown_open_once"
            ),
        ),
        migrations.AddIndex(
            model_name="takedown",
            index=models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="takedown_due"),
        ),
        migrations.AddIndex(
            model_name="takedown",
            index=models.Index(
                condition=models.Q(("ended_at", None)),
                fields=["organisation", "opened_at", "id"],
                name="takedown_board",
            ),
        ),
        migrations.AddIndex(
            model_name="takedown", index=models.Index(fields=["site_mark", "opened_at"], name="takedown_site")
        ),
        migrations.RemoveConstraint(model_name="notice", name="notice_open_once"),
        migrations.AddField("notice", "takedown", _key("takedown.takedown", "notices", null=True)),
        migrations.AddField("notice", "party", _key("takedown.party", "notices", null=True)),
        migrations.AddField(
            "notice",
            "kind",
            models.CharField(
                choices=[("notice", "Notice"), ("again", "Again"), ("correction", "Correction")],
                default="notice",
                max_length=12,
            ),
        ),
        migrations.AddField("notice", "recipient_mark", models.CharField(blank=True, default="", max_length=64)),
        migrations.AddField("notice", "message", _sealed()),
        migrations.AddField("notice", "is_form", models.BooleanField(default=False)),
        migrations.AddField("notice", "try_at", models.DateTimeField(null=True)),
        migrations.AddField("notice", "tries", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("notice", "bounced_at", models.DateTimeField(null=True)),
        migrations.AddField("probe", "takedown", _key("takedown.takedown", "probes", null=True)),
        migrations.AddField("probe", "case", _key("triage.case", "+", null=True, db_index=False)),
        migrations.AddField(
            "probe",
            "finding",
            models.CharField(
                choices=_words(
                    "unseen", "there", "geo-blocked", "cloaked", "moved", "restricted", "gone", "unreachable", "unclear"
                ),
                default="unclear",
                max_length=16,
            ),
        ),
        migrations.AddField("probe", "vantages", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField("probe", "seen", _sealed()),
    ]
