"""Every notice of before becomes a takedown, which is looked at anew: what one place saw gone is not certain yet.

Who was told stays with the notice, sealed; whom to tell from now on is found when it is still there.
"""

from typing import Any

from django.db import migrations


def _make(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    notices, takedowns, probes = (
        apps.get_model("takedown", name).objects.using(alias) for name in ("Notice", "Takedown", "Probe")
    )
    for notice in notices.all().iterator():
        matter = {"opened_at": notice.ordered_at.isoformat(), "begun_at": notice.ordered_at.isoformat()}
        takedown = takedowns.create(
            id=notice.id,  # the reference that recipients know
            organisation_id=notice.organisation_id,
            case_id=notice.case_id,
            item_id=notice.item_id,
            location_id=notice.location_id,
            opened_at=notice.ordered_at,
            state="due",
            matter=matter,
            due_at=notice.ordered_at,
            first_sent_at=notice.sent_at,
        )
        notices.filter(id=notice.id).update(takedown_id=takedown.id)
        probes.filter(notice_id=notice.id).update(takedown_id=takedown.id, case_id=notice.case_id)
    for verdict in ("there", "gone", "unclear"):
        probes.filter(verdict=verdict).update(finding=verdict)


class Migration(migrations.Migration):
    dependencies = [("takedown", "0003_takedowns")]

    operations = [migrations.RunPython(_make, migrations.RunPython.noop)]
