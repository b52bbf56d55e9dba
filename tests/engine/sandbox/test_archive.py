from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import random
import struct
import tarfile
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import pictures, zoo
from tests.engine.sandbox.recorder import examined
from tutela.domain.limits import DecodeLimits
from tutela.domain.media import MediaType, Reason, Verdict
from tutela.domain.signals import Digests

PNG = pictures.encode(pictures.image(1, (96, 64)), "PNG")
JPEG = pictures.encode(pictures.image(2, (96, 64)), "JPEG")
TEXT = b"nothing to see" * 100
FILES = {"a.png": PNG, "folder/b.jpg": JPEG, "c.txt": TEXT, "empty": b""}


def _digests(data: bytes) -> Digests:
    return Digests(hashlib.md5(data).digest(), hashlib.sha1(data).digest(), hashlib.sha256(data).digest())


def _zip(files=FILES, method: int = zipfile.ZIP_DEFLATED, **options) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method, **options) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def _tar(files=FILES, layout: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=layout) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


class _Unseekable(io.BytesIO):
    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise OSError

    def seek(self, *_) -> int:
        raise OSError


def _streamed_zip() -> bytes:
    """A zip whose sizes stand behind the content."""
    buffer = _Unseekable()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in FILES.items():
            archive.writestr(name, data)
    return buffer.getvalue()


ARCHIVES = {
    "zip": _zip,
    "zip-stored": lambda: _zip(method=zipfile.ZIP_STORED),
    "zip-bzip2": lambda: _zip(method=zipfile.ZIP_BZIP2),
    "zip-lzma": lambda: _zip(method=zipfile.ZIP_LZMA),
    "zip-streamed": _streamed_zip,
    "tar-pax": _tar,
    "tar-gnu": lambda: _tar(layout=tarfile.GNU_FORMAT),
    "tar-ustar": lambda: _tar(layout=tarfile.USTAR_FORMAT),
}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_every_member_is_digested_sniffed_and_hashed(kind):
    recorder = examined(ARCHIVES[kind]())
    assert recorder.outcome.verdict is Verdict.HASHED
    assert [row.path.decode() for row in recorder.rows] == list(FILES)
    for row, data in zip(recorder.rows, FILES.values(), strict=True):
        assert (row.size_bytes, row.digests) == (len(data), _digests(data))
    verdicts = [row.outcome.verdict for row in recorder.rows]
    assert verdicts == [Verdict.HASHED, Verdict.HASHED, Verdict.DIGESTED, Verdict.DIGESTED]
    assert recorder.rows[0].hashes == examined(PNG).hashes
    assert recorder.rows[1].hashes == examined(JPEG).hashes
    assert not recorder.hashes


def test_a_zip_behind_a_program_is_found_by_its_directory():
    data = b"\x7fELF" + bytes(1000) + _zip()
    recorder = examined(data, media_type=MediaType.ZIP)
    assert [row.path.decode() for row in recorder.rows] == list(FILES)


def test_gzip_holds_one_file_named_in_its_header():
    buffer = io.BytesIO()
    with gzip.GzipFile("picture.png", "wb", fileobj=buffer) as packed:
        packed.write(PNG)
    recorder = examined(buffer.getvalue())
    (row,) = recorder.rows
    assert (row.path, row.digests, row.outcome.verdict) == (b"picture.png", _digests(PNG), Verdict.HASHED)


def test_gzip_parts_behind_each_other_are_one_file():
    data = gzip.compress(PNG[:100]) + gzip.compress(PNG[100:]) + b"\0" * 512
    (row,) = examined(data).rows
    assert (row.path, row.digests) == (b"content", _digests(PNG))


def test_a_packed_tar_is_walked_as_it_streams_by():
    recorder = examined(gzip.compress(_tar()))
    outer, *inner = recorder.rows
    assert (outer.path, outer.digests) == (b"content", _digests(_tar()))
    assert [row.path for row in inner] == [b"content!/" + name.encode() for name in FILES]
    assert inner[0].hashes == examined(PNG).hashes


def test_archives_in_archives_are_named_by_their_way():
    recorder = examined(_zip({"in.zip": _zip({"deep.tar": _tar({"a.png": PNG})}), "z": TEXT}))
    assert [row.path for row in recorder.rows] == [
        b"in.zip",
        b"in.zip!/deep.tar",
        b"in.zip!/deep.tar!/a.png",
        b"z",
    ]
    assert recorder.rows[2].hashes == examined(PNG).hashes
    assert recorder.outcome.verdict is Verdict.HASHED


def test_nesting_ends_at_the_limit_and_is_a_row():
    recorder = examined(zoo.specimen("zip-in-zip-six-deep"))
    deepest = max(recorder.rows, key=lambda row: row.path.count(b"!/"))
    assert (deepest.outcome.verdict, deepest.outcome.reason) == (Verdict.REFUSED, Reason.NESTED_TOO_DEEP)
    assert (deepest.outcome.found, deepest.outcome.limit) == (4, 3)
    assert deepest.digests is not None
    assert (recorder.outcome.verdict, recorder.outcome.reason) == (Verdict.PARTIAL, Reason.NESTED_TOO_DEEP)


def test_long_names_of_every_layout_are_kept():
    name = "folder/" * 40 + "picture.png"
    for layout in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        assert examined(_tar({name: PNG}, layout)).rows[0].path == name.encode()
    assert examined(_zip({name: PNG})).rows[0].path == name.encode()


def test_names_are_bytes_and_never_paths():
    recorder = examined(zoo.specimen("zip-names-that-climb"))
    assert [row.path for row in recorder.rows] == [b"../../etc/passwd", b"/absolute.png", b"..\\up.png"]
    assert all(row.outcome.verdict is Verdict.HASHED for row in recorder.rows)


#### Refusals ####


def test_encrypted_members_are_rows():
    recorder = examined(zoo.specimen("zip-encrypted"))
    (row,) = recorder.rows
    assert (row.outcome.verdict, row.outcome.reason, row.digests) == (
        Verdict.UNDECODABLE,
        Reason.ENCRYPTED,
        None,
    )
    assert (recorder.outcome.verdict, recorder.outcome.reason) == (Verdict.PARTIAL, Reason.ENCRYPTED)


def test_links_and_devices_are_rows_that_are_not_opened():
    recorder = examined(zoo.specimen("tar-links-and-devices"))
    *special, picture = recorder.rows
    assert {row.outcome.reason for row in special} == {Reason.UNSUPPORTED}
    assert {row.size_bytes for row in special} == {0}
    assert picture.outcome.verdict is Verdict.HASHED


def test_a_symbolic_link_in_a_zip_is_not_opened():
    entry = zipfile.ZipInfo("link")
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    assert examined(buffer.getvalue()).rows[0].outcome.reason is Reason.UNSUPPORTED


@pytest.mark.parametrize("name", ["gzip-of-1-gib-of-zeros", "zip-overlapping-entries", "zip-of-sixteen-bombs"])
def test_bombs_end_where_the_budget_does(name):
    data = zoo.specimen(name)
    outcome = examined(data, limits=DecodeLimits(archive_ratio_max=20)).outcome
    assert (outcome.verdict, outcome.reason) == (Verdict.PARTIAL, Reason.EXPANDS_TOO_MUCH)
    assert outcome.found > outcome.limit
    assert outcome.found < outcome.limit + (1 << 20)


def test_members_over_the_limit_end_the_walk():
    recorder = examined(_zip(), limits=DecodeLimits(archive_members_max=2))
    assert [row.path for row in recorder.rows] == [b"a.png", b"folder/b.jpg"]
    outcome = recorder.outcome
    assert (outcome.verdict, outcome.reason, outcome.found, outcome.limit) == (
        Verdict.PARTIAL,
        Reason.TOO_MANY_MEMBERS,
        3,
        2,
    )


def test_a_member_too_large_to_decode_is_digested():
    recorder = examined(_zip({"a.png": PNG}), limits=DecodeLimits(member_bytes_max=100))
    (row,) = recorder.rows
    assert (row.outcome.verdict, row.outcome.reason) == (Verdict.REFUSED, Reason.TOO_LARGE)
    assert (row.digests, row.outcome.limit) == (_digests(PNG), 100)


def test_no_time_left_ends_every_open_archive():
    recorder = examined(_zip({"in.zip": _zip()}), soft_s=0.0)
    assert (recorder.outcome.verdict, recorder.outcome.reason) == (Verdict.REFUSED, Reason.OUT_OF_TIME)


def test_wrong_checksums_are_told_and_the_content_still_examined():
    data = bytearray(_zip({"a.png": PNG}, zipfile.ZIP_STORED))
    data[30 + 5 + 40] ^= 1
    (row,) = examined(bytes(data)).rows
    assert row.digests is None
    assert row.outcome.reason is Reason.CORRUPT
    assert row.outcome.media_type is MediaType.PNG


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("kind", ["zip", "zip-stored", "zip-streamed", "tar-pax", "tar.gz"])
def test_cut_archives_keep_what_was_read(kind, cut):
    noise = {f"{number}.png": pictures.encode(pictures.image(number, (64, 48)), "PNG") for number in range(6)}
    whole = {
        "zip": lambda: _zip(noise),
        "zip-stored": lambda: _zip(noise, zipfile.ZIP_STORED),
        "zip-streamed": lambda: _zip(noise),
        "tar-pax": lambda: _tar(noise),
        "tar.gz": lambda: gzip.compress(_tar(noise)),
    }[kind]()
    recorder = examined(whole[: int(len(whole) * cut)])
    assert recorder.outcome.verdict is Verdict.PARTIAL
    assert recorder.outcome.reason is Reason.TRUNCATED
    kept = [row for row in recorder.rows if row.digests and row.outcome.media_type is MediaType.PNG]
    assert len(kept) >= int(cut * 6) - 1
    assert all(row.digests == _digests(noise[row.path.rsplit(b"/")[-1].decode()]) for row in kept)


def test_an_empty_zip_is_whole():
    recorder = examined(_zip({}))
    assert (recorder.outcome.verdict, recorder.rows) == (Verdict.HASHED, [])


def test_zip64_numbers_are_followed():
    data = _zip({"a.png": PNG}, zipfile.ZIP_STORED)
    at, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    extra = struct.pack("<HHQQQ", 1, 24, len(PNG), len(PNG), 0)
    entry = bytearray(data[at:end])
    struct.pack_into("<II", entry, 20, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<H", entry, 30, len(extra))
    struct.pack_into("<I", entry, 42, 0xFFFFFFFF)
    directory = bytes(entry) + extra
    end64 = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(directory), at)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, at + len(directory), 1)
    last = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    (row,) = examined(data[:at] + directory + end64 + locator + last).rows
    assert row.digests == _digests(PNG)


#### Going on behind a lost worker ####


@pytest.mark.parametrize("skip", range(8))
def test_members_that_were_reported_are_passed_over(skip):
    data = _zip({"a.png": PNG, "in.zip": _zip({"b.png": PNG, "c.jpg": JPEG}), "t.tar": _tar({"d.png": PNG}), "e": TEXT})
    whole = examined(data).rows
    assert len(whole) == 7
    rest = examined(data, skip_members=skip).rows
    assert [(row.path, row.digests) for row in rest] == [(row.path, row.digests) for row in whole[skip:]]


#### Any bytes ####


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_mutated_archives_end_in_a_verdict(data):
    kind = data.draw(st.sampled_from(sorted(ARCHIVES)))
    raw = bytearray(_SMALL[kind])
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    media_type = MediaType.TAR if kind.startswith("tar") else MediaType.ZIP
    outcome = examined(bytes(raw[: data.draw(st.integers(1, len(raw)))]), media_type=media_type).outcome
    assert outcome.verdict in {Verdict.HASHED, Verdict.PARTIAL, Verdict.UNDECODABLE, Verdict.REFUSED}


_TINY = {"a.png": pictures.encode(pictures.image(1, (8, 8)), "PNG"), "b": b"text" * 9}
_SMALL = {
    "zip": _zip(_TINY),
    "zip-stored": _zip(_TINY, zipfile.ZIP_STORED),
    "zip-bzip2": _zip(_TINY, zipfile.ZIP_BZIP2),
    "zip-lzma": _zip(_TINY, zipfile.ZIP_LZMA),
    "zip-streamed": _zip(_TINY),
    "zip-behind-a-program": b"\x7fELF" + _zip(_TINY),
    "tar-pax": _tar(_TINY),
    "tar-gnu": _tar(_TINY, tarfile.GNU_FORMAT),
    "tar-ustar": _tar(_TINY, tarfile.USTAR_FORMAT),
}


@given(st.binary(max_size=300), st.sampled_from([bz2.compress, lzma.compress, gzip.compress]))
def test_what_follows_a_gzip_header_may_be_anything(body, pack):
    outcome = examined(b"\x1f\x8b\x08" + pack(body), media_type=MediaType.GZIP).outcome
    assert outcome.verdict in {Verdict.PARTIAL, Verdict.UNDECODABLE, Verdict.HASHED}


def test_random_bytes_called_an_archive_do_no_harm():
    random_bytes = random.Random(3).randbytes(5000)
    for media_type in (MediaType.ZIP, MediaType.TAR, MediaType.GZIP):
        assert examined(random_bytes, media_type=media_type).outcome.verdict is not Verdict.HASHED
