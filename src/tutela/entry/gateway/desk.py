"""What one process knows while it answers: the index, the keys, the rates, and what it may take on.

desk = Desk(settings, index, sources, process=0, processes=2)
key = desk.let_in(authorization, Scope.LOOKUP)
desk.look_up(key, ask) -> bytes
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
from msgspec import UNSET

from tutela.client.words import Answer, BytesAnswer, Kind, Status, Verdict, Verdicts
from tutela.domain.limits import GatewayLimits
from tutela.domain.lists import PDQ_QUALITY_MIN_DEFAULT, MatchKind
from tutela.domain.lookups import JURISDICTION, Channel, Ground
from tutela.domain.signals import PDQ_BYTES, SignalKind
from tutela.engine.throttling import Rate, key_buckets
from tutela.entry.gateway.counters import Counters
from tutela.entry.gateway.errors import not_valid, refusal
from tutela.entry.gateway.hits import hit_parts
from tutela.entry.gateway.keys import Keyring, Scope
from tutela.entry.gateway.probing import ProbingWatch
from tutela.entry.gateway.retro import answer, remembering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msgspec import UnsetType
    from numpy.typing import NDArray

    from tutela.client.words import Ask, AskMany
    from tutela.domain.lists import Hit
    from tutela.engine.matching.live import Snapshot
    from tutela.entry.config import Settings
    from tutela.entry.gateway.examining import Examining
    from tutela.entry.gateway.keys import Key, KeySource
    from tutela.entry.gateway.looking import Index

_NS: Final = 1_000_000_000
_LIMITS: Final = GatewayLimits()
_encode: Final = msgspec.json.Encoder().encode
_NONE_KNOWN: Final = np.zeros(1, bool)
_ONE_KNOWN: Final = np.ones(1, bool)


class Desk:
    """Answers questions; knows nothing of HTTP."""

    def __init__(
        self,
        settings: Settings,
        index: Index,
        sources: Sequence[KeySource],
        examining: Examining,
        routes: Sequence[str],
        *,
        process: int = 0,
        processes: int = 1,
        limits: GatewayLimits = _LIMITS,
    ) -> None:
        run = settings.home / "run"
        self.limits = limits
        self.index = index
        self.keyring = Keyring(*sources)
        self.counters = Counters(run / COUNTERS, routes, process, processes)
        self.watch = ProbingWatch(run / PROBING, limits)
        self.retro = remembering(settings, self.counters)
        self.metrics_key = settings.metrics_key
        self._grounds = settings.grounds
        self._buckets = key_buckets(settings.home)
        self._pause = Rate(1, limits.probing_pause_s)
        self._examining = examining

    def let_in(self, authorization: bytes, scope: Scope | None) -> Key:
        """Return the key behind a request and take one request of it; a refusal otherwise."""
        key = self.keyring.key_of(authorization)
        if scope is Scope.LOOKUP and not key.can_look_up:
            raise refusal("refused")
        if wait_ns := self._buckets.take(key.bucket, key.rate, time.time_ns()):
            raise refusal("too-many-requests", retry_after_s=-(-wait_ns // _NS))
        return key

    def snapshot(self) -> Snapshot:
        """Return the lists in force; a refusal where there is none."""
        snapshot = self.index.snapshot()
        if snapshot is None:
            raise refusal("no-index", retry_after_s=5)
        return snapshot

    def check_ground(self, channel: Channel, jurisdiction: str) -> Ground:
        """Return the ground of a look-up; refuse what the operator has not enabled."""
        ground = Ground(channel, jurisdiction.lower())
        if ground not in self._grounds:
            raise refusal("not-enabled")
        return ground

    def look_up(self, key: Key, ask: Ask) -> bytes:
        """Answer one value."""
        ground = self.check_ground(ask.channel, ask.jurisdiction)
        snapshot = self.snapshot()
        raw = _raw(ask.kind, ask.value, "value")
        _check_reference(ask.reference, "reference")
        qualities = None if ask.quality is UNSET else _qualities(ask.kind, (ask.quality,), "quality")
        if ask.kind is Kind.PDQ:
            hashes = np.frombuffer(raw, np.uint8).reshape(1, PDQ_BYTES)
            hits = snapshot.match_many(hashes, qualities=qualities)[0]
            if not key.sees_details and (hits or not self.watch.is_quiet(key.bucket)):
                self._watch(key, hashes, _ONE_KNOWN if hits else _NONE_KNOWN)
        else:
            hits = snapshot.match_digests((raw,))[0]
        verdict = _verdict(hits)
        self.counters.count_verdict(verdict)
        if self.retro is not None and verdict is Verdict.NONE and (qualities is None or not _is_poor(qualities[0])):
            self.retro.note(key, ground, snapshot.version, kind=ask.kind, value=raw, reference=ask.reference)
        return _encode(Answer(snapshot.version, verdict, hit_parts(hits) if key.sees_details else None))

    def look_up_many(self, key: Key, ask: AskMany) -> bytes:
        """Answer many values."""
        ground = self.check_ground(ask.channel, ask.jurisdiction)
        if ask.references and len(ask.references) != len(ask.values):
            raise not_valid("references", "wrong-length")
        references = ask.references or ("",) * len(ask.values)
        for reference in references:
            _check_reference(reference, "references")
        snapshot = self.snapshot()
        self._charge(key, len(ask.values))
        raw = [_raw(ask.kind, value, "values") for value in ask.values]
        qualities = _qualities(ask.kind, ask.qualities, "qualities")
        if qualities is not None and len(qualities) != len(raw):
            raise not_valid("qualities", "wrong-length")
        if ask.kind is Kind.PDQ:
            hashes = np.frombuffer(b"".join(raw), np.uint8).reshape(-1, PDQ_BYTES)
            found = snapshot.match_many(hashes, qualities=qualities)
            known = np.fromiter(map(bool, found), bool, len(found))
            if not key.sees_details and (known.any() or not self.watch.is_quiet(key.bucket)):
                self._watch(key, hashes, known)
        else:
            found = snapshot.match_digests(raw)
        verdicts = tuple(map(_verdict, found))
        for verdict in Verdict:
            self.counters.count_verdict(verdict, verdicts.count(verdict))
        if self.retro is not None:
            poor = [False] * len(raw) if qualities is None else map(_is_poor, qualities)
            for value, verdict, reference, is_poor in zip(raw, verdicts, references, poor, strict=True):
                if verdict is Verdict.NONE and not is_poor:
                    self.retro.note(key, ground, snapshot.version, kind=ask.kind, value=value, reference=reference)
        details = tuple(map(hit_parts, found)) if key.sees_details else None
        return _encode(Verdicts(snapshot.version, verdicts, details))

    def look_up_bytes(self, key: Key, data: bytes, ground: Ground, reference: str) -> bytes:
        """Answer a file, which is examined in the sandbox and forgotten. Its ground was checked before it was read."""
        snapshot = self.snapshot()
        made = self._examining.fingerprint(data)
        examination = made.examination
        hits = snapshot.match(made.digests, examination.hashes, examination.media_type.kind)
        if not key.sees_details and examination.hashes:
            hashes = np.frombuffer(b"".join(each.pdq for each in examination.hashes[:1]), np.uint8).reshape(1, -1)
            self._watch(key, hashes, _ONE_KNOWN if hits else _NONE_KNOWN)
        verdict = _verdict(hits)
        self.counters.count_verdict(verdict)
        if self.retro is not None and verdict is Verdict.NONE:
            self.retro.note_file(key, ground, snapshot.version, made, reference)
        told = BytesAnswer(
            index=snapshot.version,
            verdict=verdict,
            media_type=examination.media_type.value,
            examination=examination.verdict.value,
            reason=examination.reason.value if examination.reason else "",
            hits=hit_parts(hits) if key.sees_details else None,
        )
        return _encode(told)

    def status(self, key: Key) -> bytes:
        """Tell which index is in force."""
        snapshot = self.snapshot()
        info = snapshot.info
        return _encode(Status(snapshot.version, info.entries, len(info.lists), self.watch.slowed(key.bucket)))

    def finds(self, key: Key, after: int, limit: int) -> bytes:
        """Tell what became known of what a key asked before; many variants of one picture are probing here, too."""
        if self.retro is None:
            raise refusal("no-retro")
        page = self.retro.page(key, after, limit)
        looks = b"".join(bytes.fromhex(find.value) for find in page.finds if find.kind == Kind.PDQ)
        if looks and not key.sees_details:
            hashes = np.frombuffer(looks, np.uint8).reshape(-1, PDQ_BYTES)
            self._watch(key, hashes, np.ones(len(hashes), bool))
        return answer(page, details=key.sees_details)

    def metrics(self) -> bytes:
        """Return the numbers of all processes."""
        snapshot = self.index.snapshot()
        tally = self.retro.tally() if self.retro else None
        return self.counters.render(self.watch, snapshot.set_apart if snapshot else 0, tally)

    def close(self) -> None:
        """End the sandbox, if there is one, and write what is to be remembered."""
        self._examining.close()
        if self.retro is not None:
            self.retro.close()

    def _charge(self, key: Key, values: int) -> None:
        """Take what a batch costs beyond the token of its request; a refusal that says when there will be enough.

        A batch that costs more than a full bucket takes a full one: it may be asked, if seldom.
        """
        rate = key.rate
        rest = min(-(-values // self.limits.batch_values_a_token), rate.tokens_max) - 1
        if rest and (wait_ns := self._buckets.take(key.bucket, rate, time.time_ns(), rest)):
            wait_ns += rate.token_ns  # whoever comes again needs the token of that request, too
            raise refusal("too-many-requests", retry_after_s=-(-wait_ns // _NS))

    def _watch(self, key: Key, hashes: np.ndarray, known: np.ndarray) -> None:
        """Withhold the answer from a key that probes, but for one in a while."""
        now_ns = time.time_ns()
        if not self.watch.exceeds(key.bucket, hashes, known, now_ns // _NS):
            return
        if wait_ns := self._buckets.take(key.probing_bucket, self._pause, now_ns):
            self.watch.count_slowed(key.bucket, key.prefix)
            raise refusal("probing", retry_after_s=-(-wait_ns // _NS))


COUNTERS: Final = "gateway.counters"
PROBING: Final = "gateway.probing"
_SIGNALS: Final = {kind: SignalKind(kind.value) for kind in Kind}
_HEX_CHARACTERS: Final = {kind: 2 * _SIGNALS[kind].digest_bytes for kind in Kind}


def ground_of(channel: str, jurisdiction: str) -> tuple[Channel, str]:
    """Read a ground that stands in an address; a refusal where it is not one."""
    if channel not in set(Channel):
        raise not_valid("channel", "not-one-of" if channel else "missing")
    if not JURISDICTION.fullmatch(jurisdiction):
        raise not_valid("jurisdiction", "wrong-form" if jurisdiction else "missing")
    return Channel(channel), jurisdiction


def _check_reference(reference: str, field: str) -> None:
    if reference.endswith("\n"):  # which the `$` of its pattern lets pass
        raise not_valid(field, "wrong-form")


def _is_poor(quality: float) -> bool:
    """Whether a PDQ is of a quality that no list takes by default: later lists are not asked for it."""
    return bool(quality < PDQ_QUALITY_MIN_DEFAULT)


def _raw(kind: Kind, value: str, field: str) -> bytes:
    if len(value) != _HEX_CHARACTERS[kind]:
        raise not_valid(field, "wrong-length")
    try:
        raw = bytes.fromhex(value)
    except ValueError:
        raise not_valid(field, "not-hexadecimal") from None
    if 2 * len(raw) != len(value):  # there were spaces
        raise not_valid(field, "not-hexadecimal")
    return raw


def _qualities(kind: Kind, given: tuple[float, ...] | UnsetType, field: str) -> NDArray[np.float64] | None:
    """Read what was said of pictures; None where nothing was."""
    if given is UNSET:
        return None
    if kind is not Kind.PDQ:
        raise not_valid(field, "not-for-this-kind")
    return np.array(given, np.float64)


def _verdict(hits: Sequence[Hit]) -> Verdict:
    """The best hit comes first."""
    if not hits:
        return Verdict.NONE
    return Verdict.EXACT if hits[0].kind is MatchKind.EXACT else Verdict.NEAR
