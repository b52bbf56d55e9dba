"""Answers, duties and themes are said in the engine's words. What was "planned" is not there yet.

What was published stays as it was published, under its digest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import migrations, models

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import StateApps

_ANSWERS: Final = {
    "not-assessed": "not assessed",
    "not-applicable": "not applicable",
    "none": "no",
    "planned": "no",
    "whole": "yes",
}
_THEMES: Final = {"criminal-justice": "criminal justice", "victim-support": "victim support"}
_DUTIES: Final = {
    "safe-by-design": "SAFE_BY_DESIGN",
    "stop-sharing": "STOP",
    "identify-and-remove": "FIND_AND_REMOVE",
    "identify-solicitation": "FIND_GROOMING",
    "innovate-and-share": "SHARE_TECHNOLOGY",
    "contribute-to-understanding": "UNDERSTAND",
}


def say(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Say what is there in the engine's words."""
    answer, action, check = (
        apps.get_model("assessment", name).objects.using(schema_editor.connection.alias)
        for name in ("CapabilityAnswer", "TrackedAction", "PlatformCheck")
    )
    for before, after in _ANSWERS.items():
        answer.filter(existence=before).update(existence=after)
        answer.filter(implementation=before).update(implementation=after)
    for before, after in _THEMES.items():
        action.filter(theme=before).update(theme=after)
    for row in check.iterator():
        row.answers = {
            _DUTIES.get(duty, duty): [_ANSWERS.get(word, word) for word in said] for duty, said in row.answers.items()
        }
        row.save(update_fields=["answers"])


class Migration(migrations.Migration):
    """The choices change no table, so the words can be changed beside them."""

    dependencies = (("assessment", "0001_initial"),)
    operations = (
        migrations.AlterField(
            model_name="capabilityanswer",
            name="existence",
            field=models.CharField(
                choices=[
                    ("not assessed", "not assessed"),
                    ("not applicable", "not applicable"),
                    ("no", "no"),
                    ("partly", "partly"),
                    ("yes", "yes"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="capabilityanswer",
            name="implementation",
            field=models.CharField(
                choices=[
                    ("not assessed", "not assessed"),
                    ("not applicable", "not applicable"),
                    ("no", "no"),
                    ("partly", "partly"),
                    ("yes", "yes"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="trackedaction",
            name="theme",
            field=models.CharField(
                choices=[
                    ("policy", "policy"),
                    ("criminal justice", "criminal justice"),
                    ("victim support", "victim support"),
                    ("technology", "technology"),
                    ("society", "society"),
                    ("research", "research"),
                ],
                max_length=16,
            ),
        ),
        migrations.RunPython(say, migrations.RunPython.noop),
    )
