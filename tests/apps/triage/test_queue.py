"""What somebody chooses to see of the queue: in the address, taken away by one link, and never beyond their reach."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.urls import reverse

from tests.world import actor, make_desk, make_person, sign_in
from tutela.apps.triage import queue as queues
from tutela.apps.triage.arriving import weigh
from tutela.apps.triage.models import Case
from tutela.apps.triage.queue import NO_TEAM, Choice, page, queue
from tutela.apps.triage.rules import Code
from tutela.domain.actors import SYSTEM, Role
from tutela.domain.reports import Fact
from tutela.engine import clock


@pytest.fixture
def desk(db):
    return make_desk()


@pytest.fixture
def supervisor(desk):
    return make_person(desk.organisation, "senior", [Role.SUPERVISOR], [desk.team])


@pytest.fixture
def small_steps(monkeypatch):
    monkeypatch.setattr(queues, "LOOKED_THROUGH_MAX", 4)


def case(desk, *facts, team="own", days=0, places=(), route=None):
    claims = {"reports": 1, "facts": [fact.value for fact in facts], "jurisdictions": list(places)}
    made = Case.objects.create(
        organisation=desk.organisation,
        team={"own": desk.team, "other": desk.other_team, "none": None}[team],
        facts=claims,
        route=route or {},
        opened_at=clock.now() - timedelta(days=days),
    )
    with transaction.atomic():
        weigh(SYSTEM, [Case.objects.select_for_update().get(id=made.id)])
    return made


def shown(who, count=50, after=None, **chosen):
    return [each.id for each in page(actor(who), Choice(**chosen), after, count).cases]


def walked(who, choice, count):
    """Return every case of a choice, page by page, and how many pages were cut."""
    found, cuts, after = [], 0, None
    while True:
        read = page(actor(who), choice, after, count)
        found += [each.id for each in read.cases]
        cuts += read.is_cut
        after = read.next
        if after is None:
            return found, cuts


def ids(cases):
    return {each.id for each in cases}


#### Choosing ####


def test_each_choice_shows_what_fits_and_nothing_else(desk, supervisor):
    live = case(desk, Fact.LIVE)
    old = case(desk, days=31)
    dutch = case(desk, places=("nl",))
    sent = case(desk, route={"decided": ["nl", "captured"]})
    other, nobodys = case(desk, team="other"), case(desk, team="none")
    assert shown(supervisor, signal=Code.LIVE) == [live.id]
    assert shown(supervisor, days=30) == [old.id]
    assert set(shown(supervisor, jurisdiction="nl")) == ids([dutch, sent])
    assert shown(supervisor, team_id=desk.other_team.id) == [other.id]
    assert shown(supervisor, team_id=NO_TEAM) == [nobodys.id]
    assert shown(supervisor, signal=Code.LIVE, days=30) == []
    assert set(shown(supervisor)) == ids([live, old, dutch, sent, other, nobodys])


def test_a_country_is_not_found_inside_another_word(desk, supervisor):
    case(desk, places=("nl",), route={"decided": ["de", "named"]})
    assert shown(supervisor, jurisdiction="n") == shown(supervisor, jurisdiction="d") == []


def test_no_choice_opens_what_is_out_of_reach(desk):
    case(desk, team="other")
    case(desk, team="none")
    theirs = make_desk("Other hotline")
    case(theirs)
    for team_id in (desk.other_team.id, theirs.team.id, NO_TEAM, UUID(int=7)):
        assert page(actor(desk.colleague), Choice(team_id=team_id), None, 50) == queues.Page([])
    assert shown(desk.colleague) == []


def test_where_a_page_ends_says_nothing_of_another_team(desk, small_steps):
    for _ in range(9):
        case(desk, Fact.LIVE, team="other")
    mine = case(desk)
    assert page(actor(desk.colleague), Choice(), None, 50) == queues.Page([mine])


#### Walking ####


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("count", [1, 3, 50])
@pytest.mark.parametrize(
    "choice",
    [Choice(), Choice(signal=Code.LIVE), Choice(days=3), Choice(jurisdiction="nl"), Choice(signal=Code.LIVE, days=3)],
    ids=["everything", "signal", "age", "place", "both"],
)
def test_walking_misses_nothing_and_repeats_nothing(desk, supervisor, standing_clock, choice, count):
    for number in range(23):
        standing_clock.forward(seconds=number % 2)
        facts = [Fact.LIVE] if number % 5 == 0 else []
        case(desk, *facts, days=number % 4 * 2, places=["nl"] if number % 7 == 0 else [])
    fits = queue(actor(supervisor)).filter(choice.asked_of_the_index, choice.asked_of_each)
    assert walked(supervisor, choice, count)[0] == [each.id for each in fits]


def test_who_works_in_two_teams_sees_both_merged_in_one_order(desk, supervisor, small_steps):
    both = make_person(desk.organisation, "peer", [Role.ANALYST], [desk.team, desk.other_team])
    for number in range(17):
        case(desk, *([Fact.LIVE] if number % 3 else []), team="own" if number % 4 else "other")
    case(desk, Fact.LIVE, team="none")
    expected = [each.id for each in queue(actor(both))]
    assert walked(both, Choice(), 3)[0] == expected
    assert len(expected) == 17


def test_looking_through_ends_and_says_so_instead_of_reading_everything(desk, supervisor, small_steps):
    for _ in range(9):
        case(desk, Fact.LIVE)
    rare = case(desk, Fact.EXTORTION)
    Case.objects.filter(id=rare.id).update(score_even=0)  # the last
    first = page(actor(supervisor), Choice(signal=Code.EXTORTION), None, 50)
    assert (first.cases, first.is_cut) == ([], True)
    assert walked(supervisor, Choice(signal=Code.EXTORTION), 50) == ([rare.id], 2)


def test_the_queue_of_a_team_has_an_index(desk):
    with connection.cursor() as cursor:
        made = connection.introspection.get_constraints(cursor, Case._meta.db_table)
    columns = [each["columns"][:2] for each in made.values() if each["index"]]
    assert columns.count(["organisation_id", "team_id"]) == 2


#### The page ####


@pytest.fixture
def read(client, supervisor):
    def read(**given):
        sign_in(client, supervisor)
        answer = client.get(reverse("queue"), given)
        assert answer.status_code == 200
        return answer.content.decode()

    return read


def test_what_is_chosen_stands_in_the_address_and_each_is_taken_away_by_a_link(desk, read):
    case(desk, Fact.LIVE, places=("nl",), days=4)
    said = read(only="live", waiting="3", place="NL", team=str(desk.team.id))
    assert 'aria-label="Take away: Waiting: at least 3 days"' in said
    assert f'href="?only=live&amp;team={desk.team.id}&amp;place=NL"' in said
    assert 'href="?"' in said
    assert said.count("it happens live") > 1


def test_turning_the_page_keeps_what_is_chosen(desk, read, monkeypatch):
    monkeypatch.setattr("tutela.apps.triage.pages.ROWS_A_PAGE", 1)
    for _ in range(2):
        case(desk, Fact.LIVE)
    said = read(only="live")
    assert 'rel="next" href="?only=live&amp;after=' in said


@pytest.mark.parametrize(
    "given",
    [{"only": "x"}, {"team": "x"}, {"team": str(UUID(int=7))}, {"waiting": "2"}, {"place": "N1"}, {"place": "nld"}],
)
def test_what_cannot_be_read_says_so_and_chooses_nothing(desk, read, given):
    case(desk, Fact.LIVE)
    said = read(**given)
    assert "errorlist" in said
    assert "Take away" not in said
    assert "<tbody>" in said


def test_who_has_one_team_is_not_asked_which(desk, client):
    case(desk, Fact.LIVE)
    sign_in(client, desk.colleague)
    assert 'name="team"' not in client.get(reverse("queue")).content.decode()


def test_a_page_that_is_cut_says_how_much_it_looked_through(desk, read, small_steps):
    for _ in range(9):
        case(desk, Fact.LIVE)
    said = read(only="extortion")
    assert "There may be more after them" in said
    assert "Look further" in said
    assert "No waiting case fits" in read(only="extortion", waiting="90")
