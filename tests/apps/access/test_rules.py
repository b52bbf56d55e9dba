"""The golden table, read as a lawyer would."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.apps.access.rules import (
    KEY_SCOPES,
    STAFF_ROLES,
    TABLE,
    Decision,
    Reach,
    Target,
    decide,
    may_end,
    may_grant,
    may_scope,
    sight_of,
)
from tutela.domain.actors import PUBLIC, SYSTEM, Actor, Permission, Role

DESK, OTHER_DESK, TEAM, OTHER_TEAM, ME, YOU = (UUID(int=number) for number in range(1, 7))
OURS, NEXT_DOOR, THEIRS = (
    Target(DESK, frozenset({TEAM})),
    Target(DESK, frozenset({OTHER_TEAM})),
    Target(OTHER_DESK, frozenset({TEAM})),
)
actors = st.builds(
    Actor,
    pseudonym=st.just("p"),
    organisation_id=st.just(DESK),
    team_ids=st.just(frozenset({TEAM})),
    roles=st.frozensets(st.sampled_from(STAFF_ROLES)),
    second_factor=st.booleans(),
    person_id=st.just(ME),
)


def person(*roles: Role, second_factor: bool = True) -> Actor:
    return Actor("p", DESK, frozenset({TEAM}), frozenset(roles), second_factor, person_id=ME)


def test_permissions_are_named_scope_resource_action_and_in_order():
    values = [permission.value for permission in Permission]
    assert values == sorted(values)
    assert all(len(value.split(":")) == 3 for value in values)
    assert all(permission.name == permission.value.replace(":", "_").upper() for permission in Permission)


def test_every_role_has_a_row():
    assert set(TABLE) == set(Role)


def test_an_analyst_sees_the_work_of_their_team_only():
    decisions = [decide(person(Role.ANALYST), Permission.REVIEW_ITEM_READ, each) for each in (OURS, NEXT_DOOR, THEIRS)]
    assert decisions == [Decision.ALLOW, Decision.HIDE, Decision.HIDE]


def test_a_senior_analyst_sees_the_other_team_and_may_not_decide_there():
    senior = person(Role.SENIOR_ANALYST)
    assert decide(senior, Permission.REVIEW_ITEM_DECIDE, NEXT_DOOR) is Decision.REFUSE


def test_an_administrator_sees_no_case():
    for permission in Permission:
        if permission.split(":")[0] in {"review", "intake", "safeguarding", "takedown", "custody", "lists"}:
            assert decide(person(Role.ADMINISTRATOR), permission) is Decision.HIDE


def test_an_auditor_changes_nothing():
    changing = [each for each in TABLE[Role.AUDITOR] if each.split(":")[2] not in {"read", "export", "manage"}]
    assert changing == []


def test_the_public_may_report_and_nothing_else():
    allowed = [each for each in Permission if decide(PUBLIC, each) is Decision.ALLOW]
    assert allowed == [Permission.INTAKE_REPORT_CREATE]


@pytest.mark.parametrize("permission", Permission)
def test_the_system_may_do_anything(permission):
    assert decide(SYSTEM, permission, THEIRS) is Decision.ALLOW


@given(actors, st.sampled_from(Permission), st.sampled_from([OURS, NEXT_DOOR, THEIRS, None]))
def test_without_a_second_factor_nothing_but_ones_own_sign_in(actor, permission, target):
    if not actor.second_factor and permission is not Permission.ACCESS_ACCOUNT_MANAGE:
        assert decide(actor, permission, target) is Decision.HIDE


@given(actors, st.sampled_from(STAFF_ROLES), st.sampled_from(Permission), st.sampled_from([OURS, NEXT_DOOR, THEIRS]))
def test_one_more_role_never_takes_anything_away(actor, role, permission, target):
    more = Actor("p", DESK, actor.team_ids, actor.roles | {role}, actor.second_factor, person_id=ME)
    rank = {Decision.HIDE: 0, Decision.REFUSE: 1, Decision.ALLOW: 2}
    assert rank[decide(more, permission, target)] >= rank[decide(actor, permission, target)]


@given(actors, st.sampled_from(Permission), st.sampled_from([OURS, NEXT_DOOR, THEIRS]))
def test_refused_means_that_reading_is_allowed(actor, permission, target):
    if decide(actor, permission, target) is Decision.REFUSE:
        sight = sight_of(permission)
        assert sight is not None
        assert decide(actor, sight, target) is Decision.ALLOW


def test_a_key_is_cut_down_to_its_scopes():
    key = Actor("k", DESK, frozenset(), frozenset({Role.PARTNER}), True, key_id=ME, scopes=frozenset({KEY_SCOPES[0]}))
    assert [each for each in Permission if decide(key, each) is Decision.ALLOW] == [KEY_SCOPES[0]]


def test_a_scope_beyond_the_partners_row_gives_nothing():
    beyond = Permission.REVIEW_ITEM_DECIDE
    key = Actor("k", DESK, frozenset(), frozenset({Role.PARTNER}), True, key_id=ME, scopes=frozenset({beyond}))
    assert decide(key, beyond) is Decision.HIDE
    assert not may_scope([beyond])
    assert not may_scope([])


def test_nobody_changes_their_own_roles_or_ends_their_own_account():
    administrator = person(Role.ADMINISTRATOR)
    assert not may_grant(administrator, ME, [Role.ANALYST])
    assert not may_end(administrator, ME)
    assert may_grant(administrator, YOU, [Role.ANALYST])


@pytest.mark.parametrize("role", [Role.REPORTER, Role.PARTNER])
def test_a_person_is_never_a_reporter_or_a_machine(role):
    assert not may_grant(person(Role.ADMINISTRATOR), YOU, [role])


def test_only_reviewed_permissions_reach_everything():
    everything = {
        (role, each) for role, row in TABLE.items() for each, reach in row.items() if reach is Reach.EVERYTHING
    }
    assert everything == {
        (Role.REPORTER, Permission.INTAKE_REPORT_CREATE),
        (Role.POLICY_ANALYST, Permission.ASSESSMENT_INDICATOR_READ),
        (Role.AUDITOR, Permission.CUSTODY_LEDGER_EXPORT),
        (Role.AUDITOR, Permission.CUSTODY_LEDGER_READ),
    }
