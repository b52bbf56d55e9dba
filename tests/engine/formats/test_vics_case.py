"""A dossier as a VICS case: what is written is read back by our own reader, and a category never changes its meaning."""

from __future__ import annotations

import io
import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.reports import Media
from tutela.engine.formats import vics, vics_case
from tutela.engine.formats.fields import Notes
from tutela.engine.formats.vics_case import Dossier


def some(size):
    return st.binary(min_size=size, max_size=size).filter(any)


MEDIA = st.builds(
    Media,
    digests=st.fixed_dictionaries({"md5": some(16)}, optional={"sha1": some(20), "sha256": some(32)}),
    pdq=st.just(b"") | some(32),
    category=st.sampled_from(["", "project-vic-2.0/us:1", "project-vic-2.0/ca:2", "industry:A1"]),
)


def dossier(*media, **more):
    return Dossier(case_id=UUID(int=1), case_number="C-1", version="0.1.0", media=media, **more)


def case(*media, profile="US", **more):
    return json.loads(b"".join(vics_case.write(dossier(*media, **more), profile=profile)))["value"][0]


@given(st.lists(MEDIA, min_size=1, max_size=4, unique_by=lambda one: one.digests["md5"]))
def test_what_is_written_is_read_back_by_our_own_reader(media):
    notes = Notes()
    stream = io.BytesIO(b"".join(vics_case.write(dossier(*media), profile="US")))
    entries = list(vics.read(stream, notes=notes))
    assert notes.scheme_hint == "project-vic-2.0/us"
    for entry, one in zip(entries, media, strict=True):
        assert {name: getattr(entry, name) for name in one.digests} == dict(one.digests)
        assert (entry.pdq or b"") == one.pdq
        assert entry.classification == ("1" if one.category == "project-vic-2.0/us:1" else "")


@pytest.mark.parametrize(
    ("category", "profile", "written"),
    [
        ("project-vic-2.0/us:1", "US", 1),
        ("project-vic-1.3/us:2", "US", 2),
        ("project-vic-2.0/us:1", "CA", None),
        ("project-vic-2.0:1", "US", None),
        ("vics:1", "US", None),
        ("industry:A1", "US", None),
        ("project-vic-2.0/us:x", "US", None),
        ("", "US", None),
    ],
)
def test_a_category_of_another_scheme_is_told_and_never_written_as_one(category, profile, written):
    (media,) = case(Media({"md5": bytes(range(16))}, category=category), profile=profile)["Media"]
    assert media.get("Category") == written
    assert ("Comments" in media) == bool(category and written is None)


def test_nothing_that_we_cannot_know_is_said():
    (media,) = case(Media({"md5": bytes(range(16)), "sha256": bytes(range(32))}))["Media"]
    assert set(media) == {"MediaID", "MD5", "AlternativeHashes"}


def test_media_that_readers_may_pass_over_are_counted():
    told = case(Media({"sha256": bytes(range(32))}), Media(pdq=bytes(range(32))), Media({"md5": bytes(range(16))}))
    assert {"PropertyName": "MediaWithoutMD5", "PropertyValue": "2"} in told["CaseMetadata"]
    assert told["TotalMediaFiles"] == len(told["Media"]) == 3


@pytest.mark.parametrize("profile", ["", "a b", "../x", "x" * 33])
def test_a_profile_without_a_proper_name_is_refused(profile):
    with pytest.raises(ValueError, match="no name of a national profile"):
        vics_case.write(dossier(), profile=profile)
