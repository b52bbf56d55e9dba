"""B7: whatever is wrong with a request, the gateway says what, in one shape; fuzzed, it never fails.

The tests decide; this counts them, a kind a line. A kind without a test is not met. Schemathesis asks here what it asks
in its test, with many more examples.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from bench import tested
from bench.record import Measurement
from tests.entry.gateway.test_fuzz import EXAMPLES
from tests.entry.gateway.test_schemathesis import OPTIONS, found_in
from tests.entry.gateway.world import World

_KINDS: Final = {
    "wrong length": ("a_wrong_field", "one_bad_value"),
    "bad hex": ("a_wrong_field", "one_bad_value"),
    "oversized batch": ("oversized_batch",),
    "unknown key": ("unknown_key", "forged_secret"),
    "expired key": ("expired_key", "revoked_key"),
    "too fast": ("too_fast",),
    "wrong content type": ("wrong_content_type",),
    "malformed JSON": ("no_json_object",),
    "duplicate fields": ("given_twice",),
    "wrong method": ("wrong_method",),
    "unknown path": ("unknown_path",),
    "ground not enabled": ("not_enabled",),
    "past its limits": ("past_its_limits", "too_many_batches", "above_the_limit", "does_not_come"),
    "probing": ("near_variants", "variants_in_batches", "no_longer_match"),
}
_EXAMPLES: Final = 500  # of each address, by schemathesis
_FUZZ: Final = ("schema_allows", "wrong_in_one_place", "noise_is_refused", "any_query", "any_headers")


def measure() -> Measurement:
    """Run them."""
    found = Measurement()
    outcomes = tested.run("tests/entry/gateway", "tests/service/test_gateway.py", "tests/service/test_gateway_up.py")
    rows = []
    for kind, words in _KINDS.items():
        tests = tested.matching(outcomes, *words)
        found.put(f"tests of {kind} that pass", sum(each.result == "passed" for each in tests))
        rows.append((kind, len(tests), tested.not_passed(tests)))
    fuzzed = tested.matching(outcomes, *_FUZZ)
    found.put("requests made from the schema, and noise", EXAMPLES * len(fuzzed))
    found.put("fuzzing tests with a server error or another shape", tested.not_passed(fuzzed))
    found.put("tests of the gateway that do not pass", tested.not_passed(outcomes))
    found.table("Refusals", ("kind", "tests", "not passed"), rows)
    _ask_everything(found)
    return found


def _ask_everything(found: Measurement) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder) / "home", **OPTIONS)
        try:
            asked = found_in(world, _EXAMPLES)
        finally:
            world.close()
    found.put("requests that schemathesis made", asked.requests)
    found.put("server errors that it found", asked.server_errors)
    found.put("answers that the OpenAPI document does not promise", len(asked.faults))
    found.table("Asked by schemathesis", ("status", "answers"), sorted(asked.statuses.items()))
