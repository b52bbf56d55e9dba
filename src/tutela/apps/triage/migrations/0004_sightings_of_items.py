"""Items leave their cases: each is sighted there once, by the first report of the case where that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations

if TYPE_CHECKING:
    from django.db.migrations.state import StateApps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def sight(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Write a sighting of each item, whom each location belongs to, and what is claimed of each case."""
    case, item, location, lookup, sighting = (
        apps.get_model("triage", name).objects.using(schema_editor.connection.alias)
        for name in ("Case", "Item", "Location", "Lookup", "Sighting")
    )
    for row in item.select_related("case").iterator():
        sighting.create(
            organisation_id=row.organisation_id,
            case_id=row.case_id,
            item_id=row.id,
            report_id=row.case_id,  # which report it was is not known any more
            seen_at=row.case.opened_at,
        )
        lookup.filter(item_id=row.id).update(organisation_id=row.organisation_id)
    for row in location.select_related("case").iterator():
        row.organisation_id = row.case.organisation_id
        row.mark = row.id.hex  # the page itself is sealed: what comes later does not meet it
        row.save(update_fields=["organisation_id", "mark"])
    for row in case.iterator():
        facts = {"reports": row.report_count, "pages": location.filter(case_id=row.id).count()}
        facts |= {"facts": ["danger-now"]} if row.child_in_danger else {}
        row.facts = {name: value for name, value in facts.items() if value}
        row.save(update_fields=["facts"])


class Migration(migrations.Migration):
    """Data only: PostgreSQL changes no table whose rows were changed in the same transaction."""

    dependencies = (("triage", "0003_clues_and_sightings"),)
    operations = (migrations.RunPython(sight, migrations.RunPython.noop),)
