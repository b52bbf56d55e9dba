"""A list that we write is read back as it was, whatever stands in its labels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.lists import Entry
from tutela.engine.formats import hash_csv, hash_jsonl, open_list

DIGESTS = st.none() | st.binary(min_size=32, max_size=32).filter(any)
LABELS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 :,;\"'|]{0,20}[A-Za-z0-9]", fullmatch=True)
ENTRIES = st.builds(
    Entry,
    entry_id=st.uuids().map(str),
    classification=LABELS.filter(lambda text: text.casefold() not in {"nonmalicious", "negativeclass"}),
    sha256=st.binary(min_size=32, max_size=32).filter(any),
    pdq=DIGESTS,
)


@pytest.mark.parametrize("form", [hash_csv, hash_jsonl])
@given(entries=st.lists(ENTRIES, min_size=1, max_size=5))
def test_what_is_written_is_read_back(tmp_path_factory, form, entries):
    path = tmp_path_factory.mktemp("list") / "list"
    path.write_bytes(b"".join(form.write(entries)))
    with open_list(path) as rows:
        assert list(rows) == entries
