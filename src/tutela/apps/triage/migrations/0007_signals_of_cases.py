"""Cases that were weighed before signals had weights: what is known of them is kept, and weighed by ours."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from tutela.apps.triage.rules import read
from tutela.apps.triage.weights import DEFAULT

_POINTS = {  # what one unit of each signal counted until now
    "child-in-danger": 1000,
    "known": 40,
    "several-lists": 5,
    "looks-alike": 10,
    "has-address": 10,
    "several-reports": 3,
}
_ROWS_AT_ONCE = 2000


def keep_signals(apps: Any, editor: Any) -> None:
    """Turn points into units: other signals are found when the case is weighed next."""
    cases = apps.get_model("triage", "Case").objects.using(editor.connection.alias)
    changed = []
    for case in cases.exclude(reasons=[]).iterator(_ROWS_AT_ONCE):
        case.reasons = [[code, points // _POINTS[code], count] for code, points, count in case.reasons]
        case.signals = " ".join(f"{code}:{units}" for code, units, _ in case.reasons)
        case.score_even = DEFAULT.score(read(case.signals))
        changed.append(case)
        if len(changed) == _ROWS_AT_ONCE:
            cases.bulk_update(changed, ["reasons", "signals", "score_even"])
            changed = []
    cases.bulk_update(changed, ["reasons", "signals", "score_even"])


class Migration(migrations.Migration):
    dependencies = (("triage", "0006_weights"),)
    operations = (migrations.RunPython(keep_signals, migrations.RunPython.noop),)
