"""Archives (zip, tar, gzip), walked member by member within the limits, nested ones too.

    member_begin(path) -> read, digest, sniff -> picture | video | archive | other -> member_end(size, digests, outcome)

A member is held in memory only if it is to be decoded (a picture, a video, a zip, which needs its end first); tar and
gzip are walked as they stream by. Members of nested archives are named b"outer.zip!/inner.jpg" and are said inside
their archive. Numbers below `skip_members` were reported by an earlier worker: passed over, archives walked through.

A limit of the whole (bytes, members, hashes, time) ends every open archive with that reason; a member that cannot be
read ends itself only, and makes the archives around it `partial`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tutela.domain.media import MediaKind, MediaType, Reason, Verdict
from tutela.engine.sandbox import gzip_archive, tar_archive, zip_archive
from tutela.engine.sandbox.contract import Outcome
from tutela.engine.sandbox.member import ArchiveError, Budget, Feed, Member, MemberReader
from tutela.engine.sandbox.sniff import HEAD_BYTES, sniff
from tutela.engine.sandbox.source import Source
from tutela.engine.sandbox.work import DONE, Ending, StopError, Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    ExamineMedia = Callable[[Source, MediaType, Work], Outcome]

_PATH_BYTES_MAX: Final = 4096
_INSIDE: Final = b"!/"

_STREAMED: Final[dict[MediaType, Callable[[Feed], Iterator[Member]]]] = {
    MediaType.TAR: tar_archive.members,
    MediaType.GZIP: gzip_archive.members,
}


def examine_archive(source: Source, media_type: MediaType, work: Work, examine_media: ExamineMedia) -> Outcome:
    """Walk one archive; `examine_media` is given each picture and video in it."""
    walk = _Walk(work, source.size_bytes, examine_media)
    try:
        ending = walk.through(_members(source, media_type), b"", 1)
    except StopError as stop:
        ending = stop.ending
    except MemoryError:
        ending = Ending(Reason.OUT_OF_MEMORY)
    return _ended(work, media_type, ending, something=walk.begun > 0)


def _members(source: Source, media_type: MediaType) -> Iterator[Member]:
    if media_type is MediaType.ZIP:
        return zip_archive.members(source)
    return _STREAMED[media_type](source.open())


def _ended(work: Work, media_type: MediaType, ending: Ending, *, something: bool) -> Outcome:
    """Return the outcome of an archive: `partial` where some member was reported before it stopped."""
    outcome = work.outcome(media_type, ending)
    partial = something and ending.reason is not Reason.NONE
    return replace(outcome, verdict=Verdict.PARTIAL) if partial else outcome


class _Walk:
    """One walk through an archive and all that it contains."""

    def __init__(self, work: Work, stored_bytes: int, examine_media: ExamineMedia) -> None:
        self._work = work
        self._limits = work.limits
        self._budget = Budget(work.limits, stored_bytes, work.allowance)
        self._examine_media = examine_media
        self.begun = 0  # members, in the order they begin

    def through(self, members: Iterator[Member], prefix: bytes, depth: int, held_bytes: int = 0) -> Ending:
        """Examine all members of one archive, `held_bytes` of which are in memory. `StopError` passes through."""
        flaw = Reason.NONE
        try:
            for member in members:
                flaw = self._member(member, prefix, depth, held_bytes) or flaw
        except ArchiveError as error:
            return Ending(error.reason)
        return Ending(flaw) if flaw else DONE

    def _member(self, member: Member, prefix: bytes, depth: int, held_bytes: int) -> Reason:
        """Examine and report one member; return why the archives around it are not whole, if so."""
        number, limit = self.begun, self._limits.archive_members_max
        if number >= limit:
            raise StopError(Ending(Reason.TOO_MANY_MEMBERS, number + 1, limit))
        self._budget.spend(0)
        self.begun += 1
        told = number < self._work.task.skip_members
        path = (prefix + member.path)[:_PATH_BYTES_MAX]
        reader = MemberReader(member, self._budget, digest=not told)
        work = Work(self._work.task, self._work.sink, self._limits, self._work.allowance, held_bytes)
        if not told:
            work.sink.member_begin(path)
        stop: StopError | None = None
        media_type = MediaType.OTHER
        try:
            media_type = sniff(reader.peek(HEAD_BYTES))
            if member.refused:
                outcome = Outcome(media_type, Verdict.UNDECODABLE, member.refused)
            elif media_type.kind is MediaKind.ARCHIVE:
                outcome = self._nested(reader, media_type, path, depth, work)
            else:
                outcome = self._content(reader, media_type, work, told=told)
        except StopError as error:
            stop = error
            outcome = _ended(work, media_type, error.ending, something=self.begun > number + 1)
        except MemoryError:
            outcome = work.outcome(media_type, Ending(Reason.OUT_OF_MEMORY, reader.size_bytes))
        if not told:
            work.sink.member_end(reader.size_bytes, reader.digests(), outcome)
        if stop:
            raise stop
        return outcome.reason if media_type.kind is MediaKind.ARCHIVE else reader.flaw

    def _content(self, reader: MemberReader, media_type: MediaType, work: Work, *, told: bool) -> Outcome:
        """Examine a member that is no archive."""
        if told:
            return Outcome(media_type, Verdict.DIGESTED)
        if media_type is MediaType.OTHER:
            reader.drain()
            outcome = Outcome(media_type, Verdict.DIGESTED)
        else:
            data = reader.read_all(self._limits.member_bytes_max)
            if data is None:
                return _too_large(reader, media_type, work)
            work.held_bytes += len(data)
            outcome = self._examine_media(Source.of_bytes(data), media_type, work)
        if reader.flaw and outcome.verdict in {Verdict.HASHED, Verdict.DIGESTED}:
            verdict = Verdict.PARTIAL if reader.size_bytes else Verdict.UNDECODABLE
            return replace(outcome, verdict=verdict, reason=reader.flaw)
        return outcome

    def _nested(self, reader: MemberReader, media_type: MediaType, path: bytes, depth: int, work: Work) -> Outcome:
        """Walk an archive within an archive."""
        if depth >= self._limits.archive_depth_max:
            reader.drain()
            return work.outcome(media_type, Ending(Reason.NESTED_TOO_DEEP, depth + 1, self._limits.archive_depth_max))
        begun = self.begun
        if media_type is MediaType.ZIP:
            data = reader.read_all(self._limits.member_bytes_max)
            if data is None:
                return _too_large(reader, media_type, work)
            held_bytes = work.held_bytes + len(data)
            ending = self.through(zip_archive.members(Source.of_bytes(data)), path + _INSIDE, depth + 1, held_bytes)
        else:
            ending = self.through(_STREAMED[media_type](reader), path + _INSIDE, depth + 1, work.held_bytes)
            reader.drain()
        if reader.flaw and not ending.reason:
            ending = Ending(reader.flaw)
        return _ended(work, media_type, ending, something=self.begun > begun)


def _too_large(reader: MemberReader, media_type: MediaType, work: Work) -> Outcome:
    return work.outcome(media_type, Ending(Reason.TOO_LARGE, reader.size_bytes, work.limits.member_bytes_max))
