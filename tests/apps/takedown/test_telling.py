"""Telling: who is told, in what order and pace, and everything that must keep a notice back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction

from tests.world import actor, fill, make_place
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action
from tutela.apps.jobs.models import DeadJob, Job
from tutela.apps.lists import services as own_lists
from tutela.apps.takedown import public, receiving, services
from tutela.apps.takedown.contacts import CONTACTS
from tutela.apps.takedown.models import Notice, Party, Takedown
from tutela.domain.ids import CaseId, ItemId, OrganisationId
from tutela.engine.removal import PACE, Answer, Finding, Rung, State

pytestmark = pytest.mark.django_db(transaction=True)


def leaves(action: Action) -> int:
    return Leaf.objects.filter(action=action).count()


def sent_to(takedown: Takedown) -> list[str]:
    return [notice.recipient for notice in takedown.notices.exclude(sent_at=None)]


def test_first_the_host_then_every_day_again_and_higher_until_it_is_gone(play):
    takedown = play.order()
    play.find(takedown, ("upstream", "abuse@above.example"), ("registrar", "abuse@registrar.example"))
    play.see(takedown, Finding.THERE)
    assert play.post() == ["abuse@host.example"]
    play.see(takedown, Finding.THERE, hours=12)
    assert play.post() == []
    play.see(takedown, Finding.THERE, hours=12)
    assert play.post() == ["abuse@host.example"]
    play.see(takedown, Finding.THERE, hours=24)
    assert sorted(play.post()) == ["abuse@above.example", "abuse@host.example"]
    play.see(takedown, Finding.THERE, hours=25)
    assert len(play.post()) == 3
    play.see(takedown, Finding.GONE, hours=25)
    assert play.post() == []
    again = [message for recipient, message in play.mail.taken if recipient == "abuse@host.example"]
    assert again[0]["In-Reply-To"] is None
    assert {message["In-Reply-To"] for message in again[1:]} == {again[0]["Message-ID"]}
    assert takedown.first_sent_at is None or Takedown.objects.get().first_sent_at is not None


def test_what_is_gone_before_anybody_was_told_is_told_to_nobody(play):
    takedown = play.order()
    for _day in range(3):
        play.see(takedown, Finding.GONE, hours=25)
    assert play.post() == []
    assert (takedown.state, leaves(Action.ITEM_GONE)) == (State.REMOVED, 1)
    assert public.indicators(_ever(play)) == {"notices-sent": 0, "addresses-gone": 1}


def _ever(play):
    from datetime import timedelta

    from tutela.domain.period import Period

    return Period(play.clock() - timedelta(days=30), play.clock() + timedelta(days=1))


def test_a_bounce_tells_the_next_of_its_rung_at_once_and_the_first_no_more(play):
    takedown = play.order()
    play.find(takedown, ("host", "second@host.example"))
    play.see(takedown, Finding.THERE)
    play.post()
    bounce(Notice.objects.get())
    assert play.post() == ["second@host.example"]
    play.see(takedown, Finding.THERE, hours=25)
    assert play.post() == ["second@host.example"]
    assert Party.objects.get(standing="bounced").reach == "abuse@host.example"
    assert leaves(Action.NOTICE_BOUNCED) == 1


def test_the_last_bounce_opens_the_next_rung_and_then_asks_a_person(play, client):
    takedown = play.order()
    play.find(takedown, ("upstream", "abuse@above.example"))
    play.see(takedown, Finding.THERE)
    play.post()
    bounce(Notice.objects.get())
    assert play.post() == ["abuse@above.example"]
    bounce(Notice.objects.exclude(sent_at=None).latest("sent_at"))
    assert play.post() == []
    person = actor(play.desk.colleague)
    assert [line.title for line in public.waiting(person)] == ["Takedowns that wait for a person"]
    services.add_party(person, takedown.id, "new@host.example", Rung.HOST)
    play.see(takedown, Finding.THERE, hours=25)
    assert play.post() == ["new@host.example"]


def bounce(notice: Notice) -> None:
    from django.conf import settings

    host = settings.TUTELA.host
    message = (
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nStatus: 5.1.1\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: <{notice.id}@{host}>\n\nbody\n--b--\n"
    )
    assert receiving.take(message.encode()) is not None


def test_a_server_that_refuses_a_recipient_for_good_is_a_bounce_and_one_that_puts_off_is_asked_later(play):
    takedown = play.order()
    play.find(takedown, ("host", "second@host.example"))
    play.see(takedown, Finding.THERE)
    play.mail.refuses = True  # for now
    assert play.post() == []
    waiting = Notice.objects.get()
    assert (waiting.tries, waiting.sent_at, waiting.bounced_at) == (1, None, None)
    play.mail.refuses = False
    assert play.post() == ["abuse@host.example"]
    assert not DeadJob.objects.exists()


def test_after_a_week_without_mail_each_notice_goes_once_no_faster_than_the_pace_and_no_rung_is_blamed(play, settings):
    takedowns = [play.order(f"https://site-{number}.example/a") for number in range(70)]
    for takedown in takedowns:
        play.find(takedown, ("upstream", "abuse@above.example"))
    there = settings.TUTELA
    settings.TUTELA = replace(there, mail_url="smtp://127.0.0.1:1")
    for _day in range(7):
        play.clock.forward(hours=24)
        for takedown in takedowns:
            play.see(takedown, Finding.THERE, seconds=1)
        assert play.post() == []
    assert Notice.objects.filter(try_at__isnull=False).count() == Notice.objects.count() == 70
    settings.TUTELA = there
    assert play.post() == ["abuse@host.example"] * PACE.recipient_an_hour_max
    play.clock.forward(hours=1)
    assert play.post() == ["abuse@host.example"] * 10
    assert not DeadJob.objects.exists()


def test_what_is_gone_when_its_turn_comes_is_not_sent_any_more(play):
    takedown = play.order()
    play.see(takedown, Finding.THERE)
    play.see(takedown, Finding.GONE, minutes=1)
    assert play.post() == []
    assert Notice.objects.get().try_at is None


def test_a_hold_keeps_it_back_until_its_end_and_ends_by_itself(play):
    place = make_place(play.case, "https://files.example/held")
    with transaction.atomic():
        services.order(actor(play.desk.colleague), ordered(play, place, "https://files.example/held", held=True))
    Job.objects.all().delete()  # who can act is known
    takedown = Takedown.objects.get()
    play.see(takedown, Finding.THERE)
    assert (play.post(), takedown.state) == ([], State.HELD)
    play.see(takedown, Finding.THERE, hours=24)
    assert leaves(Action.HOLD_ENDED) == 1
    assert play.post() == ["abuse@host.example"]


def ordered(play, place, address: str, *, held: bool = False) -> services.Order:
    return services.Order(
        CaseId(play.case.id),
        ItemId(place.item_id),
        place.id,
        OrganisationId(play.case.organisation_id),
        address,
        "abuse@host.example",
        held=held,
    )


def test_a_page_that_shows_what_others_hold_is_refused(play):
    fetcher = "https://search.example/?url=https%3A%2F%2Ffiles.example%2Fa"
    place = make_place(play.case, fetcher)
    with pytest.raises(services.TakedownError, match="holds nothing itself"), transaction.atomic():
        services.order(actor(play.desk.colleague), ordered(play, place, fetcher))
    assert not Takedown.objects.exists()


def test_a_flood_about_one_site_waits_for_a_person_and_goes_on_after_it(play):
    for number in range(PACE.site_a_day_max + 1):
        last = play.order(f"https://files.example/{number}")
    play.see(last, Finding.THERE)
    assert (play.post(), last.circuit) == ([], "many")
    assert "only show what others hold" in public.of_case(play.case.id)[last.location_id].why
    services.again(actor(play.desk.colleague), last.id)
    play.see(last, Finding.THERE, minutes=1)
    assert play.post() == ["abuse@host.example"]


def answer(takedown: Takedown, words: bytes = b"We look into it.", head: bytes = b"") -> None:
    from django.conf import settings

    notice = takedown.notices.exclude(sent_at=None).first()
    reference = f"In-Reply-To: <{notice.id}@{settings.TUTELA.host}>\n".encode()
    receiving.take(reference + head + b"\n" + words)


def test_an_objection_stops_everything_until_a_person_has_decided(play):
    takedown, person = play.order(), actor(play.desk.colleague)
    play.see(takedown, Finding.THERE)
    play.post()
    answer(takedown, b"This is a museum.")
    [reply] = takedown.notices.get().replies.all()
    receiving.read(person, takedown.id, reply.id, Answer.OBJECTED)
    play.see(takedown, Finding.THERE, hours=49)
    assert (play.post(), takedown.state) == ([], State.OBJECTED)
    answer(takedown, b"", b"Auto-Submitted: auto-replied\n")  # a machine takes no objection back
    takedown.refresh_from_db()
    assert takedown.state == State.OBJECTED
    services.dismiss_objection(person, takedown.id)
    play.see(takedown, Finding.THERE, hours=25)
    assert play.post() == ["abuse@host.example"]


def test_an_error_is_withdrawn_and_everybody_who_was_told_hears_so(play):
    takedown, person = play.order(), actor(play.desk.colleague)
    play.find(takedown, ("upstream", "abuse@above.example"))
    play.see(takedown, Finding.THERE)
    play.post()
    services.withdraw(person, takedown.id)
    assert play.post() == ["abuse@host.example"]
    assert "Correction" in play.mail.taken[-1][1]["Subject"]
    with pytest.raises(services.TakedownError):
        services.again(person, takedown.id)
    assert leaves(Action.TAKEDOWN_WITHDRAWN) == 1


def test_mail_that_goes_round_ends(play):
    takedown = play.order()
    play.see(takedown, Finding.THERE)
    play.post()
    for _ in range(receiving.REPLIES_MAX + 20):
        answer(takedown, b"", b"Auto-Submitted: auto-replied\n")
    assert takedown.notices.get().replies.count() == receiving.REPLIES_MAX
    own = play.mail.taken[0][1]
    assert receiving.take(bytes(own)) is None
    assert receiving.take(b"Subject: hello\n\nnot about anything") is None
    assert play.post() == []


def test_a_form_waits_for_the_person_who_fills_it_in(play):
    fill(CONTACTS, "network,192.0.2.0/24,host,A host,https://host.example/report,,nl,,an agreement")
    takedown = play.order(recipient="https://host.example/report")
    play.see(takedown, Finding.THERE)
    assert play.post() == []
    notice = Notice.objects.get()
    assert (notice.is_form, notice.sent_at) == (True, None)
    services.form_sent(actor(play.desk.colleague), takedown.id, notice.id)
    with pytest.raises(services.TakedownError):
        services.form_sent(actor(play.desk.colleague), takedown.id, notice.id)
    assert Takedown.objects.get().first_sent_at is not None


def test_our_own_list_of_addresses_follows_what_is_certain(play):
    takedown = play.order()
    entry = own_lists.propose_address(actor(play.desk.colleague), play.case.id, takedown.location_id)

    def stands():
        entry.refresh_from_db()
        return entry.state, entry.why

    play.see(takedown, Finding.THERE)
    for _day in range(2):
        play.see(takedown, Finding.GONE, hours=25)
        assert stands() == ("proposed", "")  # twice is not certain
    play.see(takedown, Finding.GONE, hours=25)
    assert stands() == ("withdrawn", "gone")
    play.see(takedown, Finding.THERE, hours=200)
    assert stands() == ("proposed", "")


def test_what_comes_back_is_counted_and_told_again(play):
    takedown = play.order()
    play.see(takedown, Finding.THERE)
    play.post()
    for _day in range(3):
        play.see(takedown, Finding.GONE, hours=25)
    play.see(takedown, Finding.THERE, hours=200)
    assert (takedown.returned, leaves(Action.ITEM_RETURNED)) == (1, 1)
    assert play.post() == ["abuse@host.example"]


def test_a_notice_holds_the_address_one_digest_and_nothing_else_that_could_find_more(play):
    takedown = play.order()
    takedown.item.pdq, takedown.item.md5 = "ab" * 32, "cd" * 16
    takedown.item.save()
    play.see(takedown, Finding.THERE)
    play.post()
    message = play.mail.taken[0][1]
    [beside] = message.iter_attachments()
    assert beside.get_content().splitlines() == ["https://files.example/a", f"SHA-256 {takedown.item.sha256}"]
    assert "https://files.example" not in message.get_body().get_content()
    assert "ab" * 32 not in message.as_string()
    assert "cd" * 16 not in message.as_string()
    assert "files.example" not in message["Subject"]
    assert Notice.objects.get().message.startswith("Content-Type")


def test_takedowns_of_another_team_wait_for_nobody_here(play):
    takedown = play.order()
    for _ in range(10):
        play.see(takedown, Finding.UNREACHABLE, hours=2)
    assert leaves(Action.PROBE_GIVEN_UP) == 1
    assert public.waiting(actor(play.desk.colleague))
    assert not public.waiting(actor(play.desk.stranger))


def test_moved_to_another_case_everything_stays_readable(play):
    takedown = play.order()
    play.see(takedown, Finding.THERE)
    play.post()
    answer(takedown)
    other = type(play.case).objects.create(organisation=play.desk.organisation, team=play.desk.team)
    with transaction.atomic():
        services.move([takedown.location_id], other.id)
    notice = Notice.objects.get()
    assert (notice.case_id, notice.recipient, notice.replies.get().text.strip()[-3:]) == (
        other.id,
        "abuse@host.example",
        "it.",
    )
    assert Party.objects.get().reach == "abuse@host.example"
