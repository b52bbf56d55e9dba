"""Where a report belongs: what is said comes before what is guessed, the first rule that fits decides, nothing drops."""

from __future__ import annotations

from ipaddress import ip_network
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.apps.triage.networks import Networks
from tutela.apps.triage.routing_rules import (
    PROPOSALS_MAX,
    Basis,
    Bearings,
    Proposal,
    Rule,
    Unit,
    bearings,
    decide,
)
from tutela.domain.reports import Account, Incident, IpCapture, Reported
from tutela.domain.skills import Skill

A, B = (Unit(UUID(int=number), name) for number, name in ((1, "A"), (2, "B")))
HELD = {"192.0.2.0/24": "nl", "198.51.100.0/25": "de", "2001:db8::/32": "ca"}
TABLE = Networks.of((ip_network(each), country) for each, country in HELD.items())
RULES = st.lists(
    st.builds(
        Rule,
        jurisdictions=st.frozensets(st.sampled_from(["nl", "de"])),
        languages=st.frozensets(st.sampled_from(["nl", "de"])),
        incidents=st.frozensets(st.sampled_from(Incident)),
        doors=st.frozensets(st.sampled_from(["api", "form"])),
        skill=st.none() | st.sampled_from(Skill),
        team_id=st.none() | st.sampled_from([A.team_id, B.team_id, UUID(int=9)]),
    ),
    max_size=6,
)
FOUND = st.builds(
    Bearings,
    st.lists(st.builds(Proposal, st.sampled_from(["nl", "de", "ca"]), st.sampled_from(Basis)), max_size=3).map(tuple),
    st.sampled_from(Incident),
    st.sampled_from(["", "nl", "de"]),
    st.sampled_from(["api", "form", ""]),
)


def asked(reported, **more):
    return bearings(reported, **{"door": "api", "under": "ca", "country_of": TABLE.country_of, **more})


def test_proposals_come_in_the_stated_order_each_with_its_basis():
    reported = Reported(
        addresses=("https://198.51.100.7/a", "https://files.example/a"),
        accounts=(Account("Chat", "a"),),
        ip_captures=(IpCapture("192.0.2.9"), IpCapture("203.0.113.1")),
        jurisdictions=("fr",),
    )
    found = asked(reported, seats={"chat": "se"})
    assert [(each.jurisdiction, each.basis) for each in found.proposals] == [
        ("fr", Basis.NAMED),
        ("nl", Basis.CAPTURED),
        ("de", Basis.HOSTED),
        ("se", Basis.SEATED),
        ("ca", Basis.HANDED_IN),
    ]
    assert [each.jurisdiction for each in found.leading] == ["fr"]


def test_without_tables_an_address_proposes_nothing():
    reported = Reported(addresses=("https://198.51.100.7/a",), ip_captures=(IpCapture("192.0.2.9"),))
    found = bearings(reported, door="api", under="")
    assert not found.proposals
    assert not found.leading


def test_what_is_guessed_routes_nothing_where_something_was_said():
    rules = [Rule(jurisdictions=frozenset({"nl"}), team_id=A.team_id)]
    captured = Reported(ip_captures=(IpCapture("192.0.2.9"),))
    assert decide(rules, [A, B], asked(captured), B.team_id).team_id == A.team_id
    named = Reported(ip_captures=captured.ip_captures, jurisdictions=("de",))
    assert decide(rules, [A, B], asked(named), B.team_id).rule == 0


def test_the_first_rule_that_fits_decides():
    rules = [Rule(incidents=frozenset({Incident.TRAVEL}), team_id=A.team_id), Rule(team_id=B.team_id)]
    assert decide(rules, [A, B], asked(Reported(incident=Incident.TRAVEL)), None).team_id == A.team_id
    assert decide(rules, [A, B], asked(Reported()), None).rule == 2


def test_a_rule_that_asks_for_a_skill_passes_over_teams_without_it_or_without_the_language():
    speaks = Unit(B.team_id, "B", frozenset({Skill.EXTORTION}), frozenset({"nl"}))
    rules = [Rule(skill=Skill.EXTORTION)]
    assert decide(rules, [A, speaks], asked(Reported(language="nl")), None).team_id == B.team_id
    assert decide(rules, [A, speaks], asked(Reported()), None).team_id == B.team_id
    assert decide(rules, [A, speaks], asked(Reported(language="de")), A.team_id).rule == 0
    assert decide([Rule(skill=Skill.EXTORTION, team_id=A.team_id)], [A, speaks], asked(Reported()), None).rule == 0


@given(RULES, FOUND, st.sampled_from([None, A.team_id]))
def test_whatever_the_rules_a_case_comes_to_a_team_that_is_there_or_to_the_desk(rules, found, desk):
    way = decide(rules, [A, B], found, desk)
    assert way.team_id in {A.team_id, B.team_id} if way.rule else way.team_id == desk
    assert decide(rules, [A, B], Bearings.read(found.plain()), desk) == way
    assert [Rule.read(rule.plain()) for rule in rules] == rules


def test_a_thousand_countries_propose_no_more_than_a_few_and_no_nonsense():
    many = tuple(f"{one}{two}" for one in "abcdefgh" for two in "abcdefgh")
    assert len(asked(Reported(jurisdictions=many)).proposals) == PROPOSALS_MAX
    assert not asked(Reported(jurisdictions=("1!", "abc", "")), under="").proposals


@pytest.mark.parametrize("address", ["", "files.example", "192.0.2.999", "[::1"])
def test_what_is_no_address_is_in_no_country(address):
    assert TABLE.country_of(address) == ""
    assert not asked(Reported(addresses=(f"https://{address}/",)), under="").proposals
