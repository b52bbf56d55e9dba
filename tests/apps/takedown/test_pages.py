"""The board, the page of one takedown and the scorecard: what a person sees and decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from tests.world import make_place, sign_in
from tutela.apps.takedown import receiving, scorecard, services
from tutela.apps.takedown.models import Notice, Takedown
from tutela.domain.actors import SYSTEM
from tutela.engine.removal import Finding, State

pytestmark = pytest.mark.django_db(transaction=True)


def shown(client, name: str, *arguments: object, **query: str) -> str:
    response = client.get(reverse(name, args=arguments), query)
    assert response.status_code == 200
    return response.content.decode()


def press(client, name: str, *arguments: object, **data: object) -> str:
    return client.post(reverse(name, args=arguments), data, follow=True).content.decode()


@pytest.fixture
def person(client, play):
    sign_in(client, play.desk.colleague)
    return client


def test_the_board_says_for_each_what_is_next_and_why_and_never_an_address_in_clear(person, play):
    takedown = play.order("https://files.example/a-path")
    play.see(takedown, Finding.THERE)
    page = shown(person, "takedowns")
    assert str(takedown.id)[-12:] in page
    assert "It is there, and nobody was told yet." in page
    assert "A second place to look from: not configured" in page
    page = shown(person, "takedown", takedown.id)
    assert "hxxps://files[.]example/a-path" in page
    assert "https://files.example" not in page


def test_a_person_ends_a_hold_names_a_recipient_and_looks_anew(person, play):
    takedown = play.order()
    press(person, "takedown-hold", takedown.id, hours=48)
    takedown.refresh_from_db()
    assert takedown.state == State.HELD
    assert "held for the police" in shown(person, "takedown", takedown.id)
    press(person, "takedown-act", takedown.id, "release")
    assert "no mailbox" in press(person, "takedown-party", takedown.id, reach="nobody", rung="host")
    press(person, "takedown-party", takedown.id, reach="Second@host.example", rung="upstream")
    assert {party.reach for party in takedown.parties.all()} == {"abuse@host.example", "second@host.example"}
    press(person, "takedown-act", takedown.id, "again")
    assert person.post(reverse("takedown-act", args=[takedown.id, "burn"])).status_code == 404
    takedown.refresh_from_db()
    assert takedown.state == State.DUE


def test_an_answer_waits_until_it_is_read_and_then_counts(person, play):
    takedown = play.order()
    play.see(takedown, Finding.THERE)
    play.post()
    from django.conf import settings

    notice = Notice.objects.get()
    reply = receiving.take(f"In-Reply-To: <{notice.id}@{settings.TUTELA.host}>\n\nWe took it away.".encode())
    assert "Answers to notices to read" in shown(person, "home")
    assert str(takedown.id)[-12:] in shown(person, "takedowns", only="answers")
    assert "We took it away." in shown(person, "takedown", takedown.id)
    press(person, "takedown-answer", takedown.id, reply.id, answer="removed")
    takedown.refresh_from_db()
    assert takedown.due_at == play.clock()  # it is looked at, not believed
    assert "Answers to notices to read" not in shown(person, "home")


def test_withdrawing_tells_and_ends(person, play):
    takedown = play.order()
    play.see(takedown, Finding.THERE)
    play.post()
    press(person, "takedown-act", takedown.id, "withdraw")
    assert "withdrawn" in shown(person, "takedown", takedown.id)
    assert "ended already" in press(person, "takedown-act", takedown.id, "again")
    assert "Nothing here" in shown(person, "takedowns")


def test_another_team_sees_none_of_it(client, play):
    takedown = play.order()
    sign_in(client, play.desk.stranger)
    assert client.get(reverse("takedown", args=[takedown.id])).status_code == 404
    assert str(takedown.id)[-12:] not in shown(client, "takedowns")
    assert client.post(reverse("takedown-act", args=[takedown.id, "withdraw"])).status_code == 404


def host(play, name: str, hours: list[float | None], **more: object) -> None:
    """Addresses at one host, told at one moment and gone so many hours later."""
    for gone in hours:
        place = make_place(play.case, f"https://files.example/{name}/{gone}/{Takedown.objects.count()}")
        told_at = play.clock() - timedelta(days=30)
        Takedown.objects.create(
            organisation=play.desk.organisation,
            case=play.case,
            item=place.item,
            location=place,
            host=name,
            first_sent_at=told_at,
            gone_at=told_at + timedelta(hours=gone) if gone is not None else None,
            **more,
        )


def test_the_scorecard_counts_what_still_stands_so_nobody_looks_quick_by_never_acting(person, play):
    host(play, "quick", [1, 2, 3, 30])
    host(play, "never", [1, None, None, None])
    quick, never = scorecard.scores(services.takedowns(SYSTEM), scorecard.By.HOST)
    names = {each.name: each for each in (quick, never)}
    assert (names["quick"].median_h, names["quick"].in_a_day, names["quick"].still) == (2.0, 75, 0)
    assert (names["never"].median_h, names["never"].p90_h, names["never"].still) == (None, None, 3)
    page = shown(person, "takedown-scores")
    assert "not reached" in page
    assert "never" in page
    assert "Countries" in shown(person, "takedown-scores", by="jurisdiction")


def test_what_was_gone_before_anybody_was_told_is_nobodys_merit(play):
    host(play, "x", [5])
    Takedown.objects.update(first_sent_at=None)
    [line] = scorecard.scores(services.takedowns(SYSTEM), scorecard.By.HOST)
    assert (line.told, line.gone, line.gone_before, line.median_h) == (0, 0, 1, None)
