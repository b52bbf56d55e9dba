"""Other weights take over without a gap: the old order serves, nothing that comes meanwhile is lost, and only who may."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.urls import reverse

from tests.world import actor, make_desk, make_person, sign_in
from tutela.apps.access.public import Desk, acting_as
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action
from tutela.apps.intake.models import Door
from tutela.apps.intake.services import Submission, ground_of, receive
from tutela.apps.jobs.public import run_worker
from tutela.apps.triage import queue, ranking, weights_pages
from tutela.apps.triage.arriving import weigh
from tutela.apps.triage.clocks import CLOCKS, ClockRule, ticking
from tutela.apps.triage.effect import compare
from tutela.apps.triage.models import Case, Weighting
from tutela.apps.triage.rules import Code
from tutela.apps.triage.weights import DEFAULT, Weights
from tutela.domain.actors import SYSTEM, Role
from tutela.domain.ids import OrganisationId
from tutela.domain.reports import Account, Fact, Reported
from tutela.entry.cli import run

LIVE_LAST = Weights(0, {**DEFAULT.points, Code.LIVE: 0})


@pytest.fixture
def desk(db):
    return make_desk()


@pytest.fixture
def supervisor(desk):
    return actor(make_person(desk.organisation, "senior", [Role.SUPERVISOR], [desk.team]))


def case(desk, *facts, **more):
    claims = {"reports": 1, "facts": [fact.value for fact in facts]}
    made = Case.objects.create(organisation=desk.organisation, team=desk.team, facts=claims, **more)
    with transaction.atomic():
        weigh(SYSTEM, [Case.objects.select_for_update().get(id=made.id)])
    return made


def adopt(desk, who, weights=LIVE_LAST, reason="a reason"):
    return ranking.adopt(who, OrganisationId(desk.organisation.id), weights, reason)


def finish(version):
    to_do = ranking.to_rank(version.id)
    assert to_do
    count = ranking.rank(*to_do)
    with transaction.atomic():
        ranking.take_over(version.id)
    return count


def order(who):
    return [each.id for each in queue.queue(who)]


def test_the_old_order_serves_until_one_commit_lets_the_new_one_take_over(desk, supervisor):
    live, asks = case(desk, Fact.LIVE), case(desk, Fact.REPORTER_IS_CHILD)
    assert order(supervisor) == [live.id, asks.id]
    version = adopt(desk, supervisor)
    assert ranking.rank(*ranking.to_rank(version.id)) == 2
    assert order(supervisor) == [live.id, asks.id]
    with transaction.atomic():
        ranking.take_over(version.id)
    assert order(supervisor) == [asks.id, live.id]
    assert ranking.to_rank(version.id) is None


def test_what_comes_while_cases_are_ranked_is_weighed_by_both(desk, supervisor):
    first = case(desk, Fact.EXTORTION)
    version = adopt(desk, supervisor)
    ranking.rank(*ranking.to_rank(version.id))
    late_live, late_asks = case(desk, Fact.LIVE), case(desk, Fact.REPORTER_IS_CHILD)
    assert order(supervisor) == [late_live.id, first.id, late_asks.id]
    with transaction.atomic():
        ranking.take_over(version.id)
    assert order(supervisor) == [first.id, late_asks.id, late_live.id]


def test_versions_follow_each_other_through_both_columns(desk, supervisor):
    live, asks = case(desk, Fact.LIVE), case(desk, Fact.REPORTER_IS_CHILD)
    for weights, expected in ((LIVE_LAST, [asks, live]), (DEFAULT, [live, asks]), (LIVE_LAST, [asks, live])):
        finish(adopt(desk, supervisor, weights))
        assert order(supervisor) == [each.id for each in expected]
    assert list(ranking.history(desk.organisation.id).values_list("number", "state")) == [
        (3, "in-force"), (2, "replaced"), (1, "replaced"),
    ]  # fmt: skip


def test_ranking_that_was_killed_between_two_batches_is_begun_again(desk, supervisor, monkeypatch):
    monkeypatch.setattr(ranking, "CASES_AT_ONCE", 2)
    for _ in range(5):
        case(desk, Fact.LIVE)
    version = adopt(desk, supervisor)
    ranking.rank(*ranking.to_rank(version.id))
    assert finish(version) == 5
    assert set(Case.objects.values_list("score_odd", flat=True)) == {0}


def test_a_closed_case_that_is_opened_again_has_the_score_of_the_weights_in_force(desk, supervisor):
    old = case(desk, Fact.LIVE, state="closed")
    finish(adopt(desk, supervisor))
    finish(adopt(desk, supervisor, Weights(0, {**DEFAULT.points, Code.LIVE: 7})))
    with transaction.atomic():
        weigh(SYSTEM, [Case.objects.select_for_update().get(id=old.id)])
    assert Case.objects.get().score_even == 7


def test_another_organisation_keeps_its_own_weights(desk, supervisor):
    theirs = make_desk("Other hotline")
    other = case(theirs, Fact.LIVE)
    finish(adopt(desk, supervisor))
    assert ranking.in_force(theirs.organisation.id) == DEFAULT
    assert Case.objects.get(id=other.id).score_even == DEFAULT.points[Code.LIVE]
    with pytest.raises(Http404):
        ranking.adopt(supervisor, OrganisationId(theirs.organisation.id), LIVE_LAST, "a reason")


def test_an_analyst_adopts_nothing(desk):
    with pytest.raises(PermissionDenied):
        adopt(desk, actor(desk.colleague))


@pytest.mark.parametrize(("weights", "reason", "why"), [(LIVE_LAST, " ", "why"), (DEFAULT, "a reason", "in force")])
def test_weights_without_a_reason_or_a_change_are_refused(desk, supervisor, weights, reason, why):
    with pytest.raises(ranking.RankingError, match=why):
        adopt(desk, supervisor, weights, reason)
    assert not Weighting.objects.exists()


def test_nobody_adopts_a_third_version_while_the_second_is_ranked(desk, supervisor):
    adopt(desk, supervisor)
    with pytest.raises(ranking.RankingError, match="still"):
        adopt(desk, supervisor, Weights(0, {**DEFAULT.points, Code.NEW: 1}))


@pytest.mark.django_db(transaction=True)
def test_the_record_says_who_adopted_weights_and_the_worker_ranks(desk, supervisor):
    live, asks = case(desk, Fact.LIVE), case(desk, Fact.REPORTER_IS_CHILD)
    version = adopt(desk, supervisor, reason="Known to be gamed")
    leaf = Leaf.objects.get(action=Action.POLICY_ADOPTED)
    assert (leaf.kind, leaf.object_id) == ("policy", version.id)
    assert "gamed" not in str(Weighting.objects.values().get())
    with acting_as(SYSTEM):
        run_worker(until_idle=True)
    assert order(supervisor) == [asks.id, live.id]
    assert Leaf.objects.filter(action=Action.SETTING_CHANGED, object_id=version.id).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_report_is_weighed_when_it_comes_and_by_its_own_weights(desk, supervisor):
    finish(adopt(desk, supervisor))
    given = Reported(facts=frozenset({Fact.LIVE, Fact.EXTORTION}), accounts=(Account("chat", "a"),))
    with acting_as(SYSTEM):
        receive(SYSTEM, Desk(desk.organisation.id, desk.team.id), Submission(Door.API, "key-0001", given, ground_of()))
    kept = Case.objects.get()
    assert (kept.signals, kept.score_odd) == ("live:1 extortion:1 has-account:1", 95)


#### The queue, page by page ####


def test_pages_of_the_queue_miss_nothing_and_repeat_nothing(desk, supervisor, standing_clock):
    for number in range(23):
        standing_clock.forward(seconds=number % 2)
        case(desk, *([Fact.LIVE] if number % 5 == 0 else []))
    walked, after = [], None
    while (found := queue.page(supervisor, queue.Choice(), after, 4)).cases:
        walked += [each.id for each in found.cases]
        after = found.next
        if after is None:
            break
    assert walked == order(supervisor)
    assert len(walked) == 23


@pytest.mark.parametrize("after", ["", "x", "1~2~3", "1~2026-01-01T00:00:00~00000000-0000-0000-0000-000000000000"])
def test_a_page_that_begins_nowhere_is_the_first(desk, client, after):
    case(desk, Fact.LIVE)
    sign_in(client, desk.colleague)
    page = client.get(reverse("queue"), {"after": after, "only": "live"}).content.decode()
    assert "it happens live" in page
    assert (
        "it happens live"
        not in client.get(reverse("queue"), {"only": "extortion"})
        .content.decode()
        .split("<main")[1]
        .split("<tbody")[-1]
        .split("</select>")[-1]
    )


#### Before anybody adopts ####


def test_the_effect_is_seen_before_weights_are_adopted_and_changes_nothing(desk, client):
    senior = make_person(desk.organisation, "senior", [Role.SUPERVISOR], [desk.team])
    live, asks = case(desk, Fact.LIVE), case(desk, Fact.REPORTER_IS_CHILD)
    sign_in(client, senior)
    chosen = LIVE_LAST.plain()
    page = client.post(reverse("weights-effect"), chosen)
    assert page.context["effect"].moved == 2
    assert [each.case_id for each in page.context["effect"].top_after] == [asks.id, live.id]
    assert not Weighting.objects.exists()
    client.post(reverse("weights-adopt"), {**chosen, "reason": "a reason", "seen": "not seen"})
    assert not Weighting.objects.exists()
    seen = page.context["adoption"]["seen"].value()
    client.post(reverse("weights-adopt"), {**chosen, "live": 1, "reason": "a reason", "seen": seen})
    assert not Weighting.objects.exists()  # other weights than those that were seen
    client.post(reverse("weights-adopt"), {**chosen, "reason": "a reason", "seen": seen})
    assert Weighting.objects.get().reason == "a reason"
    assert "a reason" in client.get(reverse("weights")).content.decode()


@pytest.mark.parametrize("points", ["-1", "101", "", "many"])
def test_points_that_nobody_may_give_show_no_effect(desk, client, points):
    sign_in(client, make_person(desk.organisation, "senior", [Role.SUPERVISOR], [desk.team]))
    page = client.post(reverse("weights-effect"), {**DEFAULT.plain(), "live": points})
    assert "effect" not in page.context


def test_who_enters_the_first_cases_and_who_leaves_them_is_told():
    signals = ["live:1"] + ["child-asks:1"] + ["has-address:1"] * 198
    found = compare(list(range(200)), signals, DEFAULT, LIVE_LAST)
    assert (found.first, [each.case_id for each in found.entering], [each.case_id for each in found.leaving]) == (
        1, [1], [0],
    )  # fmt: skip
    assert (found.top_after[0].before, found.moved) == (2, 200)


def test_no_cases_have_no_effect():
    assert compare([], [], DEFAULT, LIVE_LAST).cases == 0


#### The command line ####


@pytest.mark.django_db(transaction=True)
def test_a_command_says_every_reason_with_its_points_and_whose_weights(desk, supervisor, capsys, monkeypatch):
    monkeypatch.setattr("tutela.entry.start.start", lambda: None)  # Django is set up
    live, asks = case(desk, Fact.LIVE), case(desk, Fact.REPORTER_IS_CHILD)
    assert run(["triage", "explain", str(live.id)]) == 0
    said = capsys.readouterr().out
    assert "harm now 85, actionability 0; weights: those that Tutela comes with" in said
    assert "+85  Reported: it happens live (harm-now)" in said
    adopt(desk, supervisor)
    assert run(["triage", "rank"]) == 0
    assert "2 cases ranked" in capsys.readouterr().out
    assert order(supervisor) == [asks.id, live.id]
    assert run(["triage", "explain", str(live.id)]) == 0
    assert "weights: version 1" in capsys.readouterr().out


#### Clocks ####

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def clock_rule(jurisdiction, hours, *, ends=None, reviewer="a lawyer"):
    told = {"begins": date(2026, 1, 1), "ends": ends, "source": "an agreement", "reviewer": reviewer}
    return ClockRule("waiting", jurisdiction, hours, **told)


RULE = clock_rule("nl", 24)


def test_no_clock_ships():
    assert CLOCKS.rows() == ()


def test_a_rule_that_nobody_reviewed_warns_and_sets_no_deadline():
    unread = clock_rule("nl", 24, reviewer="")
    (found,) = ticking([unread], "waiting", ["nl"], since=NOON, moment=NOON + timedelta(hours=25))
    assert (found.ends_at, found.is_over) == (None, True)
    assert "nobody has reviewed this" in found.sentence


def test_a_clock_of_another_state_time_or_place_does_not_run():
    assert ticking([RULE], "confirmed", ["nl"], since=NOON, moment=NOON) == []
    assert ticking([RULE], "waiting", ["de"], since=NOON, moment=NOON) == []
    assert ticking([RULE], "waiting", ["nl"], since=NOON, moment=datetime(2025, 12, 31, tzinfo=UTC)) == []
    ended = clock_rule("nl", 24, ends=date(2026, 2, 1))
    assert ticking([ended], "waiting", ["nl"], since=NOON, moment=NOON) == []


def test_the_rule_of_a_place_stands_before_the_one_for_everywhere():
    everywhere = clock_rule("*", 72)
    assert [each.rule for each in ticking([RULE, everywhere], "waiting", ["nl"], since=NOON, moment=NOON)] == [RULE]
    assert [each.rule for each in ticking([RULE, everywhere], "waiting", [], since=NOON, moment=NOON)] == [everywhere]


def test_every_form_field_is_a_signal():
    assert set(weights_pages.WeightsForm().fields) == set(DEFAULT.plain())
