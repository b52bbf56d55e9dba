"""The parent's reader of workers' answers: what a worker says comes through; what it may not say is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.errors import SandboxProtocolError
from tutela.domain.limits import DecodeLimits
from tutela.domain.media import MediaKind, MediaType, Reason, Verdict
from tutela.domain.signals import Digests, PictureHash, View
from tutela.engine.sandbox import protocol
from tutela.engine.sandbox.contract import Outcome
from tutela.engine.sandbox.protocol import MessageKind, Order, OrderKind
from tutela.engine.sandbox.transcript import Transcript

LIMITS = DecodeLimits(archive_members_max=20, archive_depth_max=2, frames_max=5, video_frames_max=5)
HASHED_JPEG = Outcome(MediaType.JPEG, Verdict.HASHED)

numbers = st.integers(0, 2**32 - 1)
hashes = st.builds(
    PictureHash,
    pdq=st.binary(min_size=32, max_size=32),
    quality=st.integers(0, 100),
    view=st.sampled_from(View),
    frame=numbers,
    time_ms=st.none() | numbers,
)
outcomes = st.builds(
    Outcome,
    media_type=st.sampled_from([MediaType.JPEG, MediaType.MP4, MediaType.ZIP, MediaType.OTHER]),
    verdict=st.sampled_from([Verdict.PARTIAL, Verdict.UNDECODABLE, Verdict.REFUSED]),
    reason=st.sampled_from(protocol.REASONS),
    width_px=numbers,
    height_px=numbers,
    duration_ms=st.none() | st.integers(0, 2**53),
    found=st.integers(0, 2**53),
    limit=st.integers(0, 2**53),
)
digests = st.none() | st.builds(
    Digests,
    md5=st.binary(min_size=16, max_size=16),
    sha1=st.binary(min_size=20, max_size=20),
    sha256=st.binary(min_size=32, max_size=32),
)


def transcript(media_type=MediaType.ZIP, *, side_px_max=0):
    return Transcript(media_type, media_type.kind, LIMITS, side_px_max=side_px_max)


def message(*records, number=7):
    return protocol.header(MessageKind.RECORDS, len(records), number) + b"".join(records)


def member(path=b"a", outcome=HASHED_JPEG):
    return [
        *protocol.member_path_records(path),
        protocol.hash_record(PictureHash(bytes(32), 90)),
        protocol.member_end_record(5, None, outcome),
    ]


#### What is said comes through ####


@given(st.lists(hashes, max_size=20), outcomes)
def test_picture_comes_through(said, outcome):
    heard = transcript(MediaType.JPEG)
    heard.read(message(*map(protocol.hash_record, said), protocol.outcome_record(outcome)), 7)
    assert heard.outcome == outcome
    examination = heard.examination()
    assert examination.hashes == tuple(said)
    assert (examination.verdict, examination.reason) == (outcome.verdict, outcome.reason)


@given(st.binary(max_size=5000), st.lists(hashes, max_size=5), digests, outcomes, st.integers(0, 2**53))
def test_member_comes_through(path, said, given_digests, outcome, size_bytes):
    heard = transcript()
    records = [
        *protocol.member_path_records(path),
        *map(protocol.hash_record, said),
        protocol.member_end_record(size_bytes, given_digests, outcome),
        protocol.outcome_record(Outcome(MediaType.ZIP, Verdict.HASHED)),
    ]
    for record in records:  # one by one is as good as all at once
        heard.read(message(record), 7)
    (found,) = heard.examination().members
    assert found.path == path[: protocol.PATH_BYTES_MAX]
    assert found.size_bytes == size_bytes
    assert found.digests == given_digests
    assert found.examination.hashes == tuple(said)
    assert found.examination.verdict == outcome.verdict


@given(
    st.builds(
        Order,
        kind=st.sampled_from(OrderKind),
        number=numbers,
        size_bytes=st.integers(0, 2**63),
        media_type=st.sampled_from(MediaType),
        dihedral=st.booleans(),
        scaled=st.booleans(),
        video_interval_ms=numbers,
        skip_members=numbers,
        soft_ms=numbers,
        side_px_max=numbers,
    )
)
def test_order_comes_through(order):
    assert Order.unpack(order.pack()) == order
    assert len(order.pack()) == protocol.ORDER_BYTES


def test_every_word_of_the_contract_has_a_number():
    said_by_the_parent = {Reason.DECODER_DIED, Reason.DECODER_MISBEHAVED}
    of_the_file_system = set(list(Reason)[list(Reason).index(Reason.PERMISSION) :])
    assert set(protocol.REASONS) == set(Reason) - said_by_the_parent - of_the_file_system
    assert set(protocol.VERDICTS) == set(Verdict) - {Verdict.UNREAD}


#### Whatever the bytes, only a protocol error ####

kinds = st.sampled_from([MediaType.JPEG, MediaType.ZIP, MediaType.MP4])


@given(kinds, st.integers(0, 32), st.lists(st.binary(max_size=600), max_size=5))
def test_any_bytes_are_refused_or_read(media_type, side_px_max, messages):
    heard = transcript(media_type, side_px_max=side_px_max)
    _read_all(heard, messages)


@given(kinds, st.integers(0, 32), st.data())
def test_any_records_are_refused_or_read(media_type, side_px_max, data):
    """Well-formed headers and kinds, so that the bytes reach every reader."""
    record = st.builds(
        lambda kind, body, fill: bytes([kind]) + (body + bytes([fill]) * 127)[:127],
        st.integers(0, 8),
        st.binary(max_size=127),
        st.sampled_from([0, 0, 0, 1, 255]),
    )
    valid = st.sampled_from([*member(), protocol.picture_record(3, 2, 2), protocol.reserve_record(9)])
    bodies = data.draw(st.lists(st.lists(record | valid, min_size=1, max_size=6), max_size=6))
    heard = transcript(media_type, side_px_max=side_px_max)
    _read_all(heard, [message(*body) for body in bodies])


@given(st.integers(0, 2000), st.integers(0, 255))
def test_one_altered_byte_is_refused_or_read(at, value):
    good = bytearray(message(*member(b"x" * 300), protocol.outcome_record(Outcome(MediaType.ZIP, Verdict.HASHED))))
    good[at % len(good)] = value
    _read_all(transcript(), [bytes(good)])


def _read_all(heard, messages):
    try:
        for one in messages:
            heard.read(one, 7)
            heard.reserve_bytes = 0
    except SandboxProtocolError:
        pass
    assert heard.given_up(Reason.DECODER_MISBEHAVED).verdict in Verdict  # still fit for an answer


#### Refusals ####


def refuses(heard, *records):
    with pytest.raises(SandboxProtocolError):
        heard.read(message(*records), 7)


def test_more_hashes_than_allowed_are_refused():
    heard = transcript(MediaType.JPEG)
    one = protocol.hash_record(PictureHash(bytes(32), 1))
    for _ in range(5 * len(View)):
        heard.read(message(one), 7)
    refuses(heard, one)


def test_more_members_than_allowed_are_refused():
    heard = transcript()
    for _ in range(LIMITS.archive_members_max):
        heard.read(message(*member()), 7)
    refuses(heard, *protocol.member_path_records(b"one more"))


def test_members_nested_too_deep_are_refused():
    heard = transcript()
    for _ in range(LIMITS.archive_depth_max + 1):
        heard.read(message(*protocol.member_path_records(b"a")), 7)
    refuses(heard, *protocol.member_path_records(b"a"))


def test_hash_of_an_archive_itself_is_refused():
    refuses(transcript(), protocol.hash_record(PictureHash(bytes(32), 1)))


def test_outcome_inside_a_member_is_refused():
    refuses(transcript(), *protocol.member_path_records(b"a"), protocol.outcome_record(HASHED_JPEG))


def test_anything_after_the_outcome_is_refused():
    heard = transcript()
    heard.read(message(protocol.outcome_record(Outcome(MediaType.ZIP, Verdict.HASHED))), 7)
    refuses(heard, *member())


def test_path_with_a_gap_is_refused():
    first, second = protocol.member_path_records(b"a" * 200)
    refuses(transcript(), first, protocol.hash_record(PictureHash(bytes(32), 1)), second)


def test_endless_path_is_refused():
    part = protocol.member_path_records(b"a" * 200)[0]
    refuses(transcript(), *[part] * 40)


#### Going on with another worker ####


def test_blamed_member_is_kept_with_its_hashes():
    heard = transcript()
    heard.read(message(*member(b"a"), *protocol.member_path_records(b"b")), 7)
    heard.read(message(protocol.hash_record(PictureHash(bytes(32), 1))), 7)
    heard.blame(Reason.DECODER_DIED)
    assert heard.members_begun == 2
    heard.read(message(*member(b"c"), protocol.outcome_record(Outcome(MediaType.ZIP, Verdict.HASHED))), 7)
    examination = heard.examination()
    assert (examination.verdict, examination.reason) == (Verdict.PARTIAL, Reason.DECODER_DIED)
    assert [found.path for found in examination.members] == [b"a", b"b", b"c"]
    assert examination.members[1].examination.verdict is Verdict.PARTIAL
    assert len(examination.members[1].examination.hashes) == 1


def test_blame_in_a_nested_archive_closes_both():
    heard = transcript()
    heard.read(message(*protocol.member_path_records(b"in.zip"), *protocol.member_path_records(b"in.zip!/a")), 7)
    heard.blame(Reason.DECODER_DIED)
    outer, inner = heard.given_up(Reason.DECODER_DIED).members
    assert (outer.path, outer.examination.verdict) == (b"in.zip", Verdict.PARTIAL)
    assert (inner.path, inner.examination.verdict) == (b"in.zip!/a", Verdict.UNDECODABLE)


def test_rewound_members_are_said_again_once():
    heard = transcript()
    heard.read(message(*member(b"a"), *protocol.member_path_records(b"in.zip")), 7)
    heard.read(message(*member(b"in.zip!/b"), *protocol.member_path_records(b"in.zip!/c")), 7)
    heard.rewind()
    assert heard.members_begun == 1
    heard.read(message(*protocol.member_path_records(b"in.zip"), *member(b"in.zip!/b"), *member(b"in.zip!/c")), 7)
    end = protocol.member_end_record(9, None, Outcome(MediaType.ZIP, Verdict.HASHED))
    heard.read(message(end, protocol.outcome_record(Outcome(MediaType.ZIP, Verdict.HASHED))), 7)
    examination = heard.examination()
    assert [found.path for found in examination.members] == [b"a", b"in.zip", b"in.zip!/b", b"in.zip!/c"]
    assert examination.verdict is Verdict.HASHED


def test_reduced_picture_comes_through():
    heard = transcript(MediaType.JPEG, side_px_max=8)
    heard.read(message(protocol.picture_record(3, 2, 1)), 7)
    heard.read(protocol.header(MessageKind.PIXELS, 0, 7) + b"abc", 7)
    heard.read(protocol.header(MessageKind.PIXELS, 0, 7) + b"def", 7)
    heard.read(message(protocol.outcome_record(HASHED_JPEG)), 7)
    reduced = heard.reduced()
    assert reduced is not None
    assert (reduced.width_px, reduced.height_px, reduced.channels, reduced.pixels) == (2, 1, 3, b"abcdef")


def test_media_kinds_are_what_the_transcript_expects():
    assert MediaType.ZIP.kind is MediaKind.ARCHIVE
