"""B7: whatever is wrong with a request, the gateway says what, in one shape; fuzzed, it never fails.

The tests decide; this counts them, a kind a line. A kind without a test is not met.
"""

from __future__ import annotations

from typing import Final

from bench import tested
from bench.record import Measurement
from tests.entry.gateway.test_fuzz import EXAMPLES

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
_FUZZ: Final = ("schema_allows", "wrong_in_one_place", "noise_is_refused", "any_query", "any_headers")


def measure() -> Measurement:
    """Run them."""
    found = Measurement()
    outcomes = tested.run("tests/entry/gateway", "tests/service/test_gateway.py")
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
    return found
