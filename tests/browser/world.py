"""Cases of every state, made by the real verbs over twelve weeks: synthetic bytes, invented hosts, plain sentences.

    fill(cast, facts)      # puts the ids that addresses need into facts.ids
    give_places(facts)     # what a worker beside it would have done by now

Values are sometimes very long and sometimes missing, as they are in life: a page must bear both.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.browser import filed, imported, joined, listed
from tutela.domain.actors import SYSTEM
from tutela.domain.lists import Entry, Hit, MatchKind, MatchPolicy
from tutela.domain.lookups import Channel
from tutela.domain.reports import Account, Fact, Incident, Media, Reported
from tutela.domain.signals import SignalKind
from tutela.engine import clock
from tutela.engine.probing import Failure
from tutela.engine.removal import LADDER, Finding
from tutela.engine.responsible import Confidence, Party, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from tests.browser.server import Facts
    from tutela.apps.access.models import Organisation, Person, Team

WEEKS = 12
PLAIN_CASES = 57  # more than a page of the queue
_FORM = Party("host", "Example CDN", "https://cdn.example/report", Source.TABLE, Confidence.HIGH, fronts=True)
_REGISTRAR = Party("registrar", "Example registrar", "abuse@registrar.example", Source.RDAP, Confidence.MEDIUM)
_LONG_PATH = "/gallery/" + "a-very-long-part-of-an-address-that-nothing-breaks" * 5
_LISTS = {
    "national-hotline": ("Example Hotline", "A1", "Example scheme 2"),
    "exchange-of-hotlines-in-the-region-second-edition-verified": (
        "Exchange of the Associated Hotlines of the Region, Verification Board",
        "Known, verified by three people of two organisations",
        "",
    ),
    "police": ("", "", ""),
}


class Calendar:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.moment = clock.now() - timedelta(weeks=WEEKS, days=9)

    def __call__(self) -> datetime:
        self.moment += timedelta(milliseconds=40)  # nothing takes no time
        return self.moment

    def forward(self, **span: float) -> None:
        self.moment += timedelta(**span)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts in it."""

    organisation: Organisation
    team: Team
    supervisor: Person
    calendar: Calendar


@contextmanager
def long_ago() -> Iterator[Calendar]:
    """Let it be twelve weeks ago inside the block."""
    calendar = Calendar()
    with clock.use(calendar):
        yield calendar
    assert calendar.moment < clock.now(), "the world reaches into the future: let it begin earlier"


def fill(cast: Cast, facts: Facts) -> None:
    """Live through the weeks."""
    from tutela.apps.access.public import acting_as

    with acting_as(SYSTEM):
        weeks = _Weeks(cast)
        made = weeks.live()
        facts.secrets["receipt"] = weeks.receipt
        facts.ids |= {name: str(case_id) for name, case_id in made.items()}
        facts.ids["concern"] = str(_referred(cast, made["case_danger"]))
        facts.ids |= joined.live(cast, made["case_linked"], made["case_offered"])
        facts.ids |= listed.live(cast, *(made[f"case_{name}"] for name in ("listed", "wrong", "proposed")))
        facts.ids["import"] = str(imported.bring(cast.organisation))
        facts.ids |= filed.bring(cast, made)
        facts.ids |= _work_given_up()
        facts.ids |= _assessed(cast)
        _retention(made)


class _Weeks:
    """What happened, in order."""

    def __init__(self, cast: Cast) -> None:
        from tests.world import actor
        from tutela.apps.access.public import desk_of
        from tutela.apps.access.services import set_desk
        from tutela.domain.ids import OrganisationId

        self._me = actor(cast.supervisor)
        set_desk(SYSTEM, cast.organisation.id, cast.team.id)
        self._desk = desk_of(OrganisationId(cast.organisation.id))
        self._calendar = cast.calendar
        self._number = 0
        self.receipt = ""

    def live(self) -> dict[str, UUID]:
        """Return the id of one case of each state."""
        self._lists()
        made = {"case_gone": self._removed(), "case_sent": self._noticed(), "case_erased": self._known("old")}
        for _week in range(WEEKS):
            self._calendar.forward(days=6, hours=20)
            for _each in range(PLAIN_CASES // WEEKS + 1):
                self._calendar.forward(minutes=11)
                self._report(address=f"https://files-{self._number}.example/a")
        made |= {
            "case_plain": self._report(address=f"https://forum.example{_LONG_PATH}", text="Seen in a public thread."),
            "case_near": self._alike(),
            "case_keys": self._known("keys"),
            "case_known": self._known("known", times=4),
            "case_confirmed": self._confirmed("confirmed"),
            "case_reopened": self._reopened(),
            "case_closed": self._closed(),
            "case_stopped": self._stopped(),
            "case_not_asked": self._not_asked(),
            "takedown": self._answered_notice(),
            "case_told": self._told(),
            "case_called": self._called(),
            "case_answered": self._danger("A neighbour telephoned; the family is known.", answer="with-service"),
            "case_taken": self._danger("A message in a chat names a school.", answer="not-known"),
            "case_danger": self._danger("A child wrote to us and gave a town."),
            "case_linked": self._known("linked", times=3),
            "case_listed": self._known("listed", addresses=2),
            "case_wrong": self._confirmed("wrong"),
            "case_proposed": self._known("proposed"),
            "case_offered": self._known("offered"),
        }
        return made

    def _lists(self) -> None:
        from django.conf import settings

        from tutela.engine.matching import ListStore

        digests = {name: hashlib.new(name, b"benign").digest() for name in ("md5", "sha1", "sha256")}
        store = ListStore(settings.TUTELA.home / "lists")
        entry = Entry("e-1", "A1", "Example Hotline", **digests)
        store.add("national-hotline", "Example Hotline", "v1", "x", MatchPolicy(), [entry], imported_at="2026-01-02")

    def _report(self, *, address: str = "", text: str = "", data: bytes = b"", danger: bool = False) -> UUID:
        from tutela.apps.intake import receipts
        from tutela.apps.intake.models import Door
        from tutela.apps.intake.services import Submission, ground_of, receive

        self._number += 1
        digests = {name: hashlib.new(name, data).digest() for name in ("md5", "sha1", "sha256")} if data else {}
        door = Door.API if data else Door.FORM
        key = f"report-{self._number:05}"
        digest = "" if data else receipts.digest_of(receipts.code_of(key))
        reported = Reported(
            facts=frozenset({Fact.DANGER_NOW} if danger else ()),
            text=text,
            addresses=(address,) if address else (),
            media=(Media(digests),) if digests else (),
        )
        submission = Submission(door, key, reported, ground_of(), receipt_digest=digest)
        return receive(self._me, self._desk, submission).case_id

    def _known(self, name: str, *, times: int = 1, addresses: int = 1) -> UUID:
        data = f"benign bytes {name}".encode()
        places = [f"https://cdn-{name}.example/{number}{_LONG_PATH * (number % 2)}" for number in range(addresses)]
        for number in range(times):
            self._calendar.forward(minutes=3)
            case_id = self._report(address=places[number % addresses], data=data)
        for address in places[1:]:
            self._report(address=address, data=data)
        self._matched(case_id, MatchKind.EXACT)
        return case_id

    def _alike(self) -> UUID:
        case_id = self._report(address="https://pictures.example/b", data=b"benign bytes alike")
        self._matched(case_id, MatchKind.NEAR)
        return case_id

    def _matched(self, case_id: UUID, kind: MatchKind) -> None:
        from django.db import transaction

        from tutela.apps.triage.models import Lookup
        from tutela.apps.triage.services import keep_answers

        signal = SignalKind.SHA256 if kind is MatchKind.EXACT else SignalKind.PDQ
        version = hashlib.sha256(b"a version").hexdigest()
        hits = [
            Hit(name, version, f"entry-{case_id}", classification, scheme, owner, owner, kind, signal)
            for name, (owner, classification, scheme) in _LISTS.items()
        ]
        with transaction.atomic():
            keep_answers(
                [(Lookup.objects.filter(item__sightings__case_id=case_id, done_at=None).distinct().get(), hits)]
            )

    def _confirmed(self, name: str) -> UUID:
        from tutela.apps.review.services import confirm_unseen

        case_id = self._known(name, addresses=2)
        self._calendar.forward(minutes=5)
        confirm_unseen(self._me, case_id, "The list has exactly these bytes.")
        return case_id

    def _noticed(self, name: str = "sent") -> UUID:
        from django.db import transaction

        from tutela.apps.review.services import send_notice
        from tutela.apps.takedown.finding import Found
        from tutela.apps.takedown.models import Takedown
        from tutela.apps.takedown.services import keep_found
        from tutela.apps.takedown.telling import keep_sent
        from tutela.apps.triage.models import Location

        case_id = self._confirmed(name)
        place = Location.objects.filter(case_id=case_id).earliest("reported_at")
        send_notice(self._me, case_id, place.id, "abuse@cdn.example")
        takedown = Takedown.objects.get(location_id=place.id)
        with transaction.atomic():
            keep_found(takedown.id, Found((_FORM, _REGISTRAR), "Example CDN", "EXAMPLE-NET", "nl"))
        self._seen(case_id, Finding.THERE, seconds=2)
        for notice in takedown.notices.exclude(try_at=None):
            with transaction.atomic():
                keep_sent(notice, "")
        self._seen(case_id, Finding.UNREACHABLE, hours=2)
        self._seen(case_id, Finding.THERE, hours=2)
        return case_id

    def _seen(self, case_id: UUID, finding: Finding, **later: float) -> None:
        from django.db import transaction

        from tutela.apps.takedown.looking import Round
        from tutela.apps.takedown.models import Takedown
        from tutela.apps.takedown.services import keep_round

        self._calendar.forward(**later)
        failure = Failure.NO_ANSWER.value if finding is Finding.UNREACHABLE else ""
        status = {Finding.THERE: 200, Finding.GONE: 410}.get(finding)
        with transaction.atomic():
            keep_round(Takedown.objects.get(case_id=case_id).id, Round(finding, 2, status, failure))

    def _answered_notice(self) -> UUID:
        """A notice that a person answered, and one that came back."""
        from tutela.apps.takedown.models import Notice, Reply, Takedown

        case_id = self._noticed("answer")
        notice = Notice.objects.filter(takedown__case_id=case_id).exclude(sent_at=None).first()
        assert notice is not None
        words = "From: abuse@cdn.example\n\nWe cannot find this address. Is it written correctly?"
        Reply.objects.create(notice=notice, case_id=case_id, sort="person", text=words)
        return Takedown.objects.get(case_id=case_id).id

    def _removed(self) -> UUID:
        case_id = self._noticed("gone")
        for _day in range(3):
            self._seen(case_id, Finding.GONE, hours=25)
        return case_id

    def _closed(self) -> UUID:
        from tutela.apps.triage.rules import Closing
        from tutela.apps.triage.services import close

        case_id = self._report(address="https://forum.example/d", text="Seen in a public thread.")
        self._calendar.forward(minutes=20)
        close(self._me, case_id, Closing.NOT_ILLEGAL, "Two colleagues agree.")
        return case_id

    def _stopped(self) -> UUID:
        case_id = self._noticed("stopped")
        for _each in range(LADDER.unclear_rounds):
            self._seen(case_id, Finding.UNREACHABLE, hours=2)
        return case_id

    def _not_asked(self) -> UUID:
        from django.db import transaction

        from tutela.apps.triage.models import Lookup
        from tutela.apps.triage.services import keep_answers

        case_id = self._report(address="https://pictures.example/e", data=b"benign bytes not asked")
        with transaction.atomic():
            asked = Lookup.objects.filter(item__sightings__case_id=case_id, done_at=None).distinct().get()
            asked.channel, asked.jurisdiction = Channel.ENCRYPTED, "zz"
            asked.save()
            keep_answers([(asked, None)])
        return case_id

    def _told(self) -> UUID:
        """A report that was answered, a long text, and a receipt that `receipt` asks with."""
        from tutela.apps.intake import receipts
        from tutela.apps.intake.models import Report
        from tutela.apps.intake.services import answer

        case_id = self._report(address="https://forum.example/f", text="Seen in a public thread. " * 30)
        self.receipt = receipts.code_of(f"report-{self._number:05}")
        self._calendar.forward(hours=5)
        answer(self._me, case_id, Report.objects.get(case_id=case_id).id, "Thank you. We have passed it on.")
        return case_id

    def _called(self) -> UUID:
        """A call that a colleague wrote down, with much in it."""
        from tutela.apps.intake import receipts
        from tutela.apps.intake.models import Door
        from tutela.apps.intake.services import Submission, ground_of, receive

        reported = Reported(
            incident=Incident.SOLICITATION,
            facts=frozenset({Fact.EXTORTION, Fact.CHILD_FINDABLE}),
            text="Somebody telephoned about messages in a game.",
            addresses=("https://game.example/players/1", f"https://game.example{_LONG_PATH}"),
            accounts=(Account("Example game", "some-one-7"),),
            occurred_at=clock.now() - timedelta(days=2),
            contact="by telephone in the evening",
        )
        digest = receipts.digest_of(receipts.code_of("call-00001"))
        submission = Submission(
            Door.CALL, "call-00001", reported, ground_of(), receipt_digest=digest, written_by=self._me.pseudonym
        )
        return receive(self._me, self._desk, submission).case_id

    def _reopened(self) -> UUID:
        case_id = self._confirmed("reopened")
        self._calendar.forward(minutes=40)
        self._report(address="https://mirror.example/c", data=b"benign bytes reopened")
        return case_id

    def _danger(self, text: str, *, answer: str = "") -> UUID:
        from tutela.apps.safeguarding import services
        from tutela.apps.safeguarding.models import Concern
        from tutela.apps.safeguarding.rules import Answer

        case_id = self._report(text=text, danger=True)
        concern_id = Concern.objects.get(case_id=case_id).id
        if answer:
            self._calendar.forward(minutes=4)
            services.take(self._me, concern_id)
            self._calendar.forward(minutes=30)
            services.answer(self._me, concern_id, Answer(answer), "The child-protection service of the town was told.")
        return case_id


def _referred(cast: Cast, case_id: UUID) -> UUID:
    """Put somebody on call, hand a question over to a service, and return it."""
    from tests.world import actor
    from tutela.apps.safeguarding import alerting, referring
    from tutela.apps.safeguarding.models import Concern

    me, concern = actor(cast.supervisor), Concern.objects.get(case_id=case_id, closed_at=None)
    alerting.set_rota(me, cast.organisation.id, None, [cast.supervisor.id])
    [open_one] = concern.referrals.all()
    referring.hand_over(me, open_one.id, "The youth office of the town, by telephone", "What the report says.")
    referring.refuse(me, open_one.id, "Another town is responsible.")
    return concern.id


def _work_given_up() -> dict[str, str]:
    from tutela.apps.jobs.models import DeadJob, Job
    from tutela.apps.jobs.rules import ErrorCode

    made: dict[str, str] = {}
    Job.objects.all().delete()  # as if a worker had done it all
    names = {ErrorCode.UNKNOWN_NAME: "moon.landing", ErrorCode.REFUSED: "takedown.notify"}
    for code in ErrorCode:
        moment = clock.now()
        given_up = DeadJob.objects.create(
            id=clock.new_id(),
            name=names.get(code, "takedown.probe"),
            payload={"notice_id": str(clock.new_id())},
            enqueued_at=moment - timedelta(hours=3),
            attempts=8,
            error=code,
            place="ValueError at services.py:117" if code is ErrorCode.FAILED else "",
        )
        made[f"job_{code.name.lower()}"] = str(given_up.id)
    return made


def _assessed(cast: Cast) -> dict[str, str]:
    """What a policy analyst left: a refused data set, a release and a correction, a profile, studies, actions."""
    from datetime import date

    from tests.world import actor, make_person
    from tutela.apps.assessment import costing, editing, importing, profiling, releasing, studying, tracking
    from tutela.apps.assessment.rules import CAPABILITIES, Said
    from tutela.domain.actors import Role
    from tutela.engine.assessment import cards, imports
    from tutela.engine.assessment.actions import Theme
    from tutela.engine.assessment.capability import Answer
    from tutela.engine.assessment.cards import Card, Design
    from tutela.engine.assessment.certainty import Certainty
    from tutela.engine.assessment.duties import Duty
    from tutela.engine.assessment.indicators import Lens
    from tutela.engine.assessment.scenarios import Scenario

    me = actor(make_person(cast.organisation, "figures", [Role.POLICY_ANALYST]))
    head = ",".join(imports.COLUMNS)
    bad = "cybertipline-reports,WLD,2017,,9000000,,,,,reports,,,,diaphanous,primary,"
    refused = importing.take_in(me, "Reports, second copy", {"observations.csv": f"{head}\n{bad}\n{bad}\n".encode()})
    alone = ("nothing beside it",)
    told = [
        Card(
            "notices-one",
            "Notices to hosts",
            "an example country",
            Design.TIME_SERIES,
            "arachnid-notices",
            12,
            4,
            20,
            "gta2018",
            alone,
            "hosts differ",
        ),
        Card(
            "lessons-one",
            "Lessons in school",
            "an example region",
            Design.BEFORE_AFTER,
            "what pupils know",
            None,
            None,
            None,
            "gta2018",
        ),
    ]
    importing.take_in(me, "Example cards", {cards.TABLE: cards.write(told)})
    releasing.freeze(me, "Baseline 2025", is_baseline=True)
    key = ("cybertipline-reports", "WLD", "2017", "")
    releasing.correct(me, key, 10_214_754, reason="An example of a correction", source="gta2018")
    release = releasing.freeze(me, "Edition 2026")
    lenses = tuple(each for each in Lens if each is not Lens.CONTEXT)
    editions = [
        editing.ask(me, editing.Order(release.id, f"The figures of {year}", lenses, ("KEN", "PHL")))
        for year in (2024, 2025, 2026)
    ]
    names = ("edition.html", "edition.pdf", "country-ken.pdf", "SHA256SUMS", "data/datapackage.json")
    built = tuple(editing.File(name, 40_000, "ab" * 32) for name in names)
    for edition, became in zip(
        editions, (editing.Built((), "Nothing was observed in Kenya"), editing.Built(built)), strict=False
    ):
        editing.keep(edition.id, became)
    editing._say(editions[2], 4, 19)
    partly = (Answer.YES, Answer.PARTLY)
    for edition in ("2025", "2026"):
        cast.calendar.forward(days=1)
        profile = profiling.begin(me, "NLD", edition)
        for number in CAPABILITIES[: 21 if edition == "2025" else 14]:
            said = Said(number, *partly) if number % 3 else Said(number, Answer.NO, Answer.NO)
            profiling.answer(me, profile.id, said, evidence="A unit with a mandate.", next_step="Train its staff.")
    day = date(2026, 1, 5)
    profiling.add_document(me, profile.id, 12, title="Protocol", place="Ministry", dated=day, sha256="ab" * 32)
    profiling.check_platform(me, "Example Video", dict.fromkeys(Duty, partly))
    costing.keep(me, Scenario("A year of reports", 1000, 4000, "An example count", "KHM", 30))
    asked = studying.Question("iwf-reports-assessed", "WLD", date(2020, 1, 1), "An example event")
    short = studying.ask(me, asked)
    long = studying.ask(me, studying.Question("cybertipline-reports", "WLD", date(2018, 1, 1), "An example event"))
    for each in (short, long):
        studying.keep(each.id, studying.answer(each.id))
    plan = tracking.Plan(
        Theme.POLICY, "Half of it is missing", "Write the protocol", "Ministry", "cybertipline-reports"
    )
    tracking.track(me, plan)
    words = "Reports of made pictures grow in several countries."
    tracking.keep(me, tracking.Statement(Lens.TECHNOLOGY, words, day, "Annual reports", Certainty.LOW))
    return {
        "data_set": str(refused.id),
        "release": str(release.id),
        "edition_refused": str(editions[0].id),
        "edition": str(editions[1].id),
        "edition_waiting": str(editions[2].id),
        "profile": str(profile.id),
        "study": str(long.id),
        "study_refused": str(short.id),
    }


def _retention(made: dict[str, UUID]) -> None:
    from tutela.apps.custody import erasure
    from tutela.apps.custody.models import Disposal
    from tutela.apps.custody.public import ObjectKind, Outcome, ReasonCode

    rule = "case 180 days from 2026-01-01"
    erasure.place_hold(SYSTEM, made["case_gone"], reason=ReasonCode.LEGAL_ORDER, note="Asked for by a court.")
    for name in ("case_erased", "case_gone"):
        outcome = erasure.erase(SYSTEM, made[name], kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
        Disposal.objects.create(subject_id=made[name], kind=ObjectKind.CASE, outcome=outcome, rule=rule)
    for name, outcome in (("case_plain", Outcome.UNREVIEWED), ("case_near", Outcome.NOT_CONFIGURED)):
        Disposal.objects.create(
            subject_id=made[name], kind=ObjectKind.CASE, outcome=outcome, rule=rule if name == "case_plain" else ""
        )


def give_places(facts: Facts) -> None:
    """Give every entry its place, in several checkpoints, and name one that has a long proof."""
    from tutela.apps.custody.models import Leaf
    from tutela.apps.custody.public import sequence

    while sequence(batch_max=200):
        pass
    chain: Any = Leaf.objects.filter(chain_id=facts.ids["case_sent"])
    facts.ids["entry"] = chain.latest("position").event
