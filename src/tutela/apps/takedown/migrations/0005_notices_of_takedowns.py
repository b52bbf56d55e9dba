from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def _key(to: str, related: str, **more: Any) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=related, to=to, **more)


class Migration(migrations.Migration):
    dependencies = [("takedown", "0004_takedowns_of_notices")]

    operations = [
        *(
            migrations.RemoveField("notice", name)
            for name in ("item", "location", "gone_at", "watched_from", "stopped_at")
        ),
        migrations.RemoveField("probe", "verdict"),
        migrations.RemoveField("probe", "notice"),
        migrations.AlterField("notice", "takedown", _key("takedown.takedown", "notices")),
        migrations.AlterField("notice", "organisation", _key("access.organisation", "+", db_index=False)),
        migrations.AlterField("notice", "recipient_mark", models.CharField(blank=True, max_length=64)),
        migrations.AlterField("probe", "takedown", _key("takedown.takedown", "probes")),
        migrations.AlterField("probe", "case", _key("triage.case", "+", db_index=False)),
        migrations.AlterField(
            "probe",
            "finding",
            models.CharField(
                choices=[
                    (word, word)
                    for word in (
                        "unseen",
                        "there",
                        "geo-blocked",
                        "cloaked",
                        "moved",
                        "restricted",
                        "gone",
                        "unreachable",
                        "unclear",
                    )
                ],
                max_length=16,
            ),
        ),
        migrations.AddIndex(
            "notice",
            models.Index(condition=models.Q(("try_at__isnull", False)), fields=["try_at", "id"], name="notice_to_send"),
        ),
        migrations.AddIndex("notice", models.Index(fields=["recipient_mark", "sent_at"], name="notice_pace")),
    ]
