"""New cases come to their teams by adopted rules, say why, and are never dropped; what somebody opts out of is theirs."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.world import actor, fill, make_desk, make_person, sign_in
from tutela.apps.access import choosing
from tutela.apps.access.models import OptOut
from tutela.apps.access.public import Desk, acting_as, opted_out
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action
from tutela.apps.intake.models import Door
from tutela.apps.intake.services import Submission, ground_of, receive, receive_many
from tutela.apps.triage import networks, queue, routing
from tutela.apps.triage import public as triage
from tutela.apps.triage.models import Case, RoutingPlan
from tutela.apps.triage.routing_effect import effect
from tutela.apps.triage.routing_rules import Rule
from tutela.domain.actors import SYSTEM, Role
from tutela.domain.ids import OrganisationId
from tutela.domain.reports import Account, Incident, IpCapture, Reported
from tutela.domain.skills import Skill
from tutela.entry.cli import run

DUTCH = frozenset({"nl"})


@pytest.fixture
def desk(db, home):
    return make_desk()


@pytest.fixture
def supervisor(desk):
    return make_person(desk.organisation, "senior", [Role.SUPERVISOR], [desk.team])


def adopt(desk, who, *rules, after=0, reason="a reason"):
    routing.adopt(actor(who), OrganisationId(desk.organisation.id), rules, reason, after=after)


def submission(key, *, door=Door.API, **said):
    given = Reported(accounts=(Account("chat", key),), **said)
    return Submission(door, f"key-{key}", given, ground_of())


def come(desk, key="0001", **said):
    with acting_as(SYSTEM):
        report = receive(SYSTEM, Desk(desk.organisation.id, desk.team.id), submission(key, **said))
    return Case.objects.get(id=report.case_id)


def dutch_to(team):
    return Rule(jurisdictions=DUTCH, team_id=team.id)


#### Where a case comes to ####


def test_without_rules_a_case_comes_to_the_desk_and_says_so(desk):
    case = come(desk, jurisdictions=("nl",))
    assert case.team_id == desk.team.id
    assert triage.why_here(case) == "It came to the desk that received it: no rules of routing are adopted."


def test_a_case_comes_to_the_team_of_the_first_rule_that_fits_and_says_why(desk, supervisor):
    adopt(desk, supervisor, dutch_to(desk.other_team))
    case = come(desk, jurisdictions=("nl",))
    assert case.team_id == desk.other_team.id
    assert triage.why_here(case) == "It came to its team by rule 1 of version 1: NL, because a report names it."
    assert triage.proposals_of(case) == ["NL: a report names it (said)"]
    assert come(desk, "0002", jurisdictions=("de",)).team_id == desk.team.id


def test_an_address_counts_only_by_a_table_that_an_operator_put_there(desk, supervisor):
    adopt(desk, supervisor, dutch_to(desk.other_team))
    captured = {"ip_captures": (IpCapture("192.0.2.9"),)}
    assert come(desk, **captured).team_id == desk.team.id
    fill(networks.NETWORKS, "192.0.2.0/24,NL,an example", "nowhere,NL,an example")  # what cannot be read stops nobody
    assert come(desk, "0002", **captured).team_id == desk.other_team.id


def test_the_seat_of_a_platform_counts_only_on_its_days(desk, supervisor):
    adopt(desk, supervisor, dutch_to(desk.other_team))
    fill(routing.SEATS, "Chat,NL,2020-01-01,2021-01-01,a register,a lawyer")
    assert come(desk).team_id == desk.team.id
    fill(routing.SEATS, "Chat,NL,2020-01-01,,a register,")  # nobody reviewed it: it proposes all the same
    assert come(desk, "0002").team_id == desk.other_team.id


def test_a_batch_costs_as_many_questions_as_one_report(desk, supervisor):
    adopt(desk, supervisor, dutch_to(desk.other_team))
    counts = []
    for size in (1, 40):
        with acting_as(SYSTEM), CaptureQueriesContext(connection) as asked:
            many = [submission(f"{size}-{number}", jurisdictions=("nl",)) for number in range(size)]
            receive_many(SYSTEM, Desk(desk.organisation.id, desk.team.id), many)
        told = [each["sql"] for each in asked if "routingplan" in each["sql"] or "access_team" in each["sql"]]
        counts.append(len(told))
    assert counts == [2, 2]
    assert set(Case.objects.values_list("team_id", flat=True)) == {desk.other_team.id}


def test_a_skill_is_what_a_team_has_today(desk, supervisor):
    adopt(desk, supervisor, Rule(skill=Skill.EXTORTION))
    assert come(desk).team_id == desk.team.id
    choosing.set_abilities(desk.administrator, desk.other_team.id, [Skill.EXTORTION], ["nl"])
    assert come(desk, "0002", language="nl").team_id == desk.other_team.id
    assert come(desk, "0003", language="de").team_id == desk.team.id


#### Adopting ####


@pytest.mark.parametrize(
    ("rules", "more", "why"),
    [
        ([Rule(skill=Skill.HOSTING)], {"reason": " "}, "Say why"),
        ([Rule(skill=Skill.HOSTING)], {"after": 7}, "since you looked"),
        ([], {}, "rules in force"),
        ([Rule()], {}, "names a team"),
        ([Rule(skill=Skill.HOSTING)] * 101, {}, "more rules"),
    ],
)
def test_rules_that_nobody_could_answer_for_are_refused(desk, supervisor, rules, more, why):
    with pytest.raises(routing.RoutingError, match=why):
        adopt(desk, supervisor, *rules, **more)
    assert not RoutingPlan.objects.exists()


def test_a_team_of_another_organisation_is_no_target(desk, supervisor):
    theirs = make_desk("Other hotline")
    with pytest.raises(routing.RoutingError, match="not here"):
        adopt(desk, supervisor, dutch_to(theirs.team))
    with pytest.raises(PermissionDenied):
        adopt(desk, desk.colleague, dutch_to(desk.team))
    with pytest.raises(Http404):
        adopt(theirs, supervisor, dutch_to(theirs.team))


def test_who_adopted_stands_in_the_record_and_the_words_are_sealed(desk, supervisor):
    adopt(desk, supervisor, dutch_to(desk.other_team), reason="They know the language")
    leaf = Leaf.objects.get(action=Action.POLICY_ADOPTED)
    assert leaf.object_id == RoutingPlan.objects.get().id
    assert "language" not in str(RoutingPlan.objects.values("reason").get())


def test_the_effect_says_who_would_have_got_what_and_changes_nothing(desk, supervisor):
    for number in range(3):
        come(desk, f"{number}", jurisdictions=("nl",) if number else ("de",))
    found = effect(desk.organisation.id, [], [dutch_to(desk.other_team)])
    assert (found.cases, found.moved, found.fallback, found.rules) == (3, 2, 1, (2,))
    assert [(each.name, each.before, each.after) for each in found.shares] == [("Team A", 3, 1), ("Team B", 0, 2)]
    assert set(Case.objects.values_list("team_id", flat=True)) == {desk.team.id}


def test_rules_are_adopted_in_the_console_only_after_their_effect_was_seen(desk, supervisor, client):
    sign_in(client, supervisor)
    row = {"form-0-jurisdictions": "NL, de", "form-0-team": str(desk.other_team.id), "form-0-ORDER": "1"}
    page = client.post(reverse("routing-effect"), {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", **row})
    adoption = {"rules": page.context["adoption"]["rules"].value(), "reason": "a reason"}
    client.post(reverse("routing-adopt"), {**adoption, "seen": "not seen"})
    assert not RoutingPlan.objects.exists()
    client.post(reverse("routing-adopt"), {**adoption, "seen": page.context["adoption"]["seen"].value()})
    assert RoutingPlan.objects.get().rules[0]["jurisdictions"] == ["de", "nl"]
    assert "a reason" in client.get(reverse("routing")).content.decode()


def test_a_country_that_is_none_shows_no_effect(desk, supervisor, client):
    sign_in(client, supervisor)
    row = {"form-0-jurisdictions": "Netherlands", "form-0-team": str(desk.team.id), "form-0-ORDER": "1"}
    page = client.post(reverse("routing-effect"), {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", **row})
    assert "effect" not in page.context


@pytest.mark.django_db(transaction=True)
def test_the_command_says_why_a_case_came_to_its_team(desk, supervisor, capsys, monkeypatch):
    monkeypatch.setattr("tutela.entry.start.start", lambda: None)  # Django is set up
    adopt(desk, supervisor, dutch_to(desk.other_team))
    assert run(["triage", "explain", str(come(desk, jurisdictions=("nl",)).id)]) == 0
    assert "route   It came to its team by rule 1 of version 1: NL" in capsys.readouterr().out


#### What somebody does not want to see ####


def test_what_one_opts_out_of_is_hidden_from_them_and_from_nobody_else(desk):
    travel, other = come(desk, incident=Incident.TRAVEL), come(desk, "0002")
    peer = make_person(desk.organisation, "peer", [Role.ANALYST], [desk.team])
    choosing.opt_out(actor(desk.colleague), [Incident.TRAVEL])
    assert list(queue.queue(actor(desk.colleague))) == [other]
    assert set(queue.queue(actor(peer))) == {travel, other}
    choosing.opt_out(actor(desk.colleague), [])
    assert set(queue.queue(actor(desk.colleague))) == {travel, other}


def test_what_one_opted_out_of_is_sealed_and_the_record_does_not_say_what(desk, client):
    choosing.opt_out(actor(desk.colleague), [Incident.TRAVEL])
    assert opted_out(actor(desk.colleague)) == {Incident.TRAVEL}
    assert "travel" not in str(OptOut.objects.values().get())
    leaf = Leaf.objects.get(action=Action.SETTING_CHANGED, object_id=desk.colleague.id)
    assert (leaf.reason, leaf.detail) == ("routine", "")
    sign_in(client, make_person(desk.organisation, "senior", [Role.SUPERVISOR, Role.ADMINISTRATOR], [desk.team]))
    assert 'value="travel" id="id_incidents_4" checked' not in client.get(reverse("opt-outs")).content.decode()


def test_one_chooses_for_oneself_in_the_console(desk, client):
    sign_in(client, desk.colleague)
    assert client.post(reverse("opt-outs"), {"incidents": ["travel", "abuse"]}).status_code == 302
    assert opted_out(actor(desk.colleague)) == {Incident.TRAVEL, Incident.ABUSE}
    client.post(reverse("opt-outs"), {})
    assert not opted_out(actor(desk.colleague))


def test_an_analyst_says_nothing_about_what_a_team_can_do(desk, client):
    sign_in(client, desk.colleague)
    assert client.post(reverse("team-abilities", args=[desk.team.id]), {}).status_code == 403
    with pytest.raises(PermissionDenied):
        choosing.set_abilities(actor(desk.colleague), desk.team.id, [Skill.HOSTING], [])
