from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.ids import RANDOM_BYTES, unix_ms_of, uuid7

moments = st.integers(0, (1 << 48) - 1)
noise = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES)


def test_the_example_of_rfc_9562():
    expected = UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
    assert uuid7(0x017F22E279B0, expected.bytes[6:]) == expected


@given(moments, noise)
def test_version_variant_and_moment_are_in_their_places(unix_ms, random):
    made = uuid7(unix_ms, random)
    assert (made.version, made.variant, unix_ms_of(made)) == (7, "specified in RFC 4122", unix_ms)


@given(moments, moments, noise, noise)
def test_a_later_moment_sorts_later(left, right, left_noise, right_noise):
    if left < right:
        assert uuid7(left, left_noise) < uuid7(right, right_noise)


@pytest.mark.parametrize(("unix_ms", "random"), [(-1, bytes(10)), (1 << 48, bytes(10)), (0, bytes(9)), (0, bytes(11))])
def test_what_does_not_fit_is_refused(unix_ms, random):
    with pytest.raises(ValueError, match="must"):
        uuid7(unix_ms, random)
