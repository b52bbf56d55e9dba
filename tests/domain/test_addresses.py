"""Addresses: read as people type them, shown so that nothing opens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.addresses import ADDRESS_CHARACTERS_MAX, defang, read_address

hosts = st.from_regex(r"[a-z]{1,10}(\.[a-z]{1,10}){1,3}(:[1-9][0-9]{0,3})?", fullmatch=True)
paths = st.from_regex(r"(/[a-z0-9.~-]{0,10}){0,3}", fullmatch=True)


@given(st.sampled_from(["http", "https"]), hosts, paths)
def test_what_is_shown_opens_nothing_and_reads_back_as_what_it_was(scheme, host, path):
    address = f"{scheme}://{host}{path}"
    shown = defang(address)
    assert not shown.startswith("http")
    assert "." not in shown.split("/")[2].replace("[.]", "")
    assert read_address(shown) == address


@pytest.mark.parametrize(
    "typed",
    ["", "words only", "javascript:alert(1)", "data:text/html,a", "https://", "https://host", "ftp://files.example/",
     "https://files.example/" + "a" * ADDRESS_CHARACTERS_MAX, "https://a.example/<b>", "http://[::1", "a.example:99999"],
)  # fmt: skip
def test_what_is_no_address_of_a_page_is_refused(typed):
    assert read_address(typed) is None
