from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.apps.jobs import rules
from tutela.apps.jobs.rules import PayloadError, backoff_s, check_key, check_name, check_payload, next_tick

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "somebody@example.org",
        "A Name",
        "two words",
        "https://example.org/picture",
        "example.org/picture",
        "+49 30 123456",
        "192.0.2.1",
        "d41d8cd98f00b204e9800998ecf8427e0123456789abcdef0123456789abcdef",
        "Zürich",
        "code\n",
        2**31,
        1.5,
        True,
        None,
        ["id"],
        b"id",
    ],
)
def test_what_could_be_personal_or_a_digest_is_refused(value):
    with pytest.raises(PayloadError) as refusal:
        check_payload({"argument": value})
    assert str(value) not in str(refusal.value)


@pytest.mark.parametrize(
    "value", ["019a4f3c-6e20-7000-8000-000000000000", "no-answer", "smtp.sent", "", 0, -1, 2**31 - 1]
)
def test_ids_codes_and_small_numbers_pass(value):
    check_payload({"argument": value})


@pytest.mark.parametrize("name", ["", "Argument", "1st", "a-b", "a" * 33, "a b"])
def test_an_argument_of_another_name_is_refused(name):
    with pytest.raises(PayloadError):
        check_payload({name: 1})


def test_too_many_arguments_are_refused():
    with pytest.raises(PayloadError):
        check_payload({f"a{number}": 1 for number in range(13)})


@pytest.mark.parametrize("name", ["", "Takedown", "takedown..probe", "takedown probe", "a" * 65])
def test_a_job_of_another_name_is_refused(name):
    with pytest.raises(PayloadError):
        check_name(name)


@pytest.mark.parametrize("key", ["", ":", "a:", "A:1", "a b", "a@b", "a" * 201])
def test_a_key_of_another_form_is_refused(key):
    with pytest.raises(PayloadError):
        check_key(key)


def test_a_key_may_be_codes_ids_and_numbers():
    check_key("probe:019a4f3c-6e20-7000-8000-000000000000:3")


@given(st.integers(1, 10**6), st.floats(0, 1, exclude_max=True))
def test_the_wait_after_a_failure_grows_and_is_bounded(attempt, fraction):
    assert rules.BACKOFF_S_MIN / 2 <= backoff_s(attempt, fraction) <= rules.BACKOFF_S_MAX
    assert backoff_s(attempt, fraction) <= backoff_s(attempt + 1, fraction)


@given(st.integers(1, 10**5), st.integers(-(10**6), 10**6))
def test_a_tick_is_run_once_and_the_next_lies_ahead(every_s, away_s):
    wait_s = next_tick(NOON + timedelta(seconds=away_s), NOON, every_s)
    assert (wait_s is None) == (0 < away_s <= every_s + rules.SKEW_S_MAX)
    assert wait_s is None or 0 < wait_s <= every_s
