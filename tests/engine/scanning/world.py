"""An in-memory fingerprinter and matcher: real digests, archives and pictures by a toy notation.

A file that begins with b"ARCHIVE\\n" holds one member a line; one that begins with b"PICTURE " is one whose PDQ is the
SHA-256 of its content. A list is a set of SHA-256 digests (exact) and of PDQ values at distance 7 (near).
"""

# Paths of evidence are bytes, and descriptors have no path:
# ruff: noqa: PTH119
from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass, field

from tutela.domain.lists import Hit, MatchKind
from tutela.domain.media import Examination, Fingerprint, MediaType, Member, Verdict
from tutela.domain.scan import ListUse, ScanHeader
from tutela.domain.signals import Digests, PictureHash, SignalKind
from tutela.engine.scanning import resolve_roots, scan

LIST = ListUse("known", "ab" * 32, owner="Example hotline", scheme="example", entries=3, pdq_distance_max=31)


def digests_of(data):
    return Digests(hashlib.md5(data).digest(), hashlib.sha1(data).digest(), hashlib.sha256(data).digest())


def examination_of(data):
    if data.startswith(b"PICTURE "):
        made = PictureHash(hashlib.sha256(data).digest(), 100)
        return Examination(MediaType.PNG, Verdict.HASHED, width_px=8, height_px=8, hashes=(made,))
    if data.startswith(b"ARCHIVE\n"):
        members = tuple(
            Member(b"member-%d" % number, len(line), digests_of(line), examination_of(line))
            for number, line in enumerate(data.splitlines()[1:])
        )
        return Examination(MediaType.ZIP, Verdict.HASHED, members=members)
    return Examination(MediaType.OTHER, Verdict.DIGESTED)


@dataclass
class PlainFingerprinter:
    """`before_read` is called with the descriptor: the place for a test to meddle."""

    pause_s: float = 0.0
    before_read: object = None

    def fingerprint(self, fd, size_bytes):
        if self.before_read:
            self.before_read(fd)
        if self.pause_s:
            time.sleep(self.pause_s)
        data = os.pread(fd, size_bytes, 0)
        return Fingerprint(len(data), digests_of(data), examination_of(data))


@dataclass
class Matched:
    hits: tuple
    left_out: int = 0


@dataclass
class SetMatcher:
    exact: set = field(default_factory=set)
    near: set = field(default_factory=set)

    def look_up(self, digests, hashes, kind):
        hits = []
        if digests and digests.sha256 in self.exact:
            hits.append(hit(MatchKind.EXACT, SignalKind.SHA256))
        hits += [hit(MatchKind.NEAR, SignalKind.PDQ, 7) for made in hashes if made.pdq in self.near]
        return Matched(tuple(hits))


def hit(kind, signal, distance=None, **other):
    return Hit(
        **{
            "list_name": "known",
            "list_version": LIST.version,
            "entry_id": "entry-1",
            "classification": "1",
            "scheme": "example",
            "source": "row 1",
            "owner": "Example hotline",
            "kind": kind,
            "signal": signal,
            "distance": distance,
            "threshold": 31 if distance is not None else None,
            **other,
        }
    )


def header_for(*roots, **changes):
    return ScanHeader(
        **{
            "version": "0.1.0",
            "started_at": "2026-11-22T12:00:00Z",
            "roots": resolve_roots(os.fsencode(root) for root in roots),
            "lists": (LIST,),
            **changes,
        }
    )


def run_scan(root, report, **changes):
    from tutela.engine.formats import scan_jsonl

    return scan(
        changes.pop("header", None) or header_for(root),
        report,
        **{
            "fingerprinter": PlainFingerprinter(),
            "matcher": SetMatcher(),
            "codec": scan_jsonl,
            "now": lambda: "2026-11-22T12:00:01Z",
            "workers": 2,
            **changes,
        },
    )


def read_rows(report):
    from tutela.engine.formats.scan_jsonl import open_report

    with open_report(report) as opened:
        rows = list(opened.rows())
        return rows, opened.summary


def by_name(rows):
    return {os.path.basename(row.path) + (b"!" + row.member if row.member else b""): row for row in rows}
