"""G5: what must be refused when somebody lies, loops or leads astray. The tests decide; this counts them.

So that the tests can fail, each guard is also taken out of a copy of the source: some test must notice.
"""

from __future__ import annotations

from typing import Final

from bench import guards_out, tested
from bench.record import Measurement

_RESPONSIBLE: Final = "tests/engine/responsible"
_FINDING: Final = "tests/apps/takedown/test_finding.py"
_GROUPS: Final = {
    "contacts that are none, or lead astray": (
        (_RESPONSIBLE,),
        ("mailbox", "is_told", "header", "security_txt", "rows"),
    ),
    "poisoned answers of registries": (
        (_RESPONSIBLE, _FINDING),
        ("untrue", "poisoned", "answer", "exhaust", "registry"),
    ),
    "redirects, rebinding, private addresses, vantage points": (("tests/engine/probing",), ("",)),
    "loops and hostile mail": (
        ("tests/engine/removal/test_looks.py",),
        ("answered", "bounce", "hostile", "recipient"),
    ),
    "circuits, holds, objections, and who is told": (
        ("tests/apps/takedown/test_telling.py", "tests/apps/takedown/test_mail.py"),
        ("",),
    ),
}


def measure() -> Measurement:
    """Run them."""
    found = Measurement()
    failed: list[tuple[str, str]] = []
    for name, (paths, words) in _GROUPS.items():
        outcomes = tested.matching(tested.run(*paths), *words)
        found.put(name, sum(each.result == "passed" for each in outcomes))
        failed += [(each.name, each.result) for each in outcomes if each.result != "passed"]
    found.put("tests that do not pass", len(failed))
    unnoticed = guards_out.unnoticed()
    found.put("guards that were taken out, one at a time", len(guards_out.GUARDS))
    found.put("that no test missed", len(unnoticed))
    found.table("Guards that no test missed", ("guard",), [(name,) for name in unnoticed])
    found.table("Tests that do not pass", ("test", "result"), failed)
    return found
