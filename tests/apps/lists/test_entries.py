"""What comes onto an own list and what leaves: one person lists nothing, lists list nothing, errors stay away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404

from tests.apps.lists.conftest import PAGE, item_of, place_of
from tests.world import actor, make_key
from tutela.apps.access.public import key_actor
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action, ReasonCode
from tutela.apps.jobs.public import run_worker
from tutela.apps.lists import public, services
from tutela.apps.lists.models import OwnEntry
from tutela.apps.lists.publishing import list_name
from tutela.apps.lists.rules import Kind, State, Why
from tutela.apps.lists.services import ListsError
from tutela.apps.triage import public as triage
from tutela.apps.triage.models import Assessment, Case, Match, Sighting
from tutela.domain.actors import Permission


def actions(case):
    return list(Leaf.objects.filter(chain_id=case.id).order_by("serial").values_list("action", flat=True))


#### Coming ####


def test_one_person_alone_lists_nothing_however_often(ours):
    case = ours.come()
    for _ in range(3):
        ours.say(ours.one, case)
    entry = OwnEntry.objects.get()
    assert (entry.state, entry.listed_at) == (State.PROPOSED, None)
    with pytest.raises(ListsError):
        ours.publish()


def test_two_people_who_agree_list_it_with_what_it_rests_on(ours):
    entry = ours.listed()
    case = Case.objects.get()
    assert (entry.classification, entry.scheme, len(entry.assessments)) == ("A1", "scheme 2", 2)
    assert entry.sha256 == item_of(case).sha256
    assert {Action.ENTRY_PROPOSED, Action.ITEM_ASSESSED, Action.ENTRY_LISTED} <= set(actions(case))
    assert Assessment.objects.filter(basis="viewed").count() == 2


def test_people_who_differ_hold_it_back_until_they_have_changed_their_minds(ours):
    case = ours.come()
    ours.say(ours.one, case, "A1")
    ours.say(ours.other, case, "B")
    assert OwnEntry.objects.get().state == State.PROPOSED
    ours.say(ours.other, case, "a1")
    assert OwnEntry.objects.get().state == State.LISTED


def test_what_is_listed_stays_until_all_agree_on_another_class_and_is_then_superseded(ours):
    entry = ours.listed()
    case = Case.objects.get()
    ours.say(ours.one, case, "B")
    entry.refresh_from_db()
    assert entry.state == State.LISTED
    ours.say(ours.other, case, "B")
    entry.refresh_from_db()
    after = OwnEntry.objects.exclude(id=entry.id).get()
    assert (entry.why, after.state, after.classification) == (Why.SUPERSEDED, State.LISTED, "B")
    assert after.sha256 == entry.sha256


def test_no_list_and_no_likeness_lists_anything_whatever_it_says(ours):
    case = ours.come()
    for kind, name in (("near", "one"), ("exact", "two"), ("exact", "three")):
        Match.objects.create(
            item=item_of(case), kind=kind, signal="pdq", list_name=name, list_version="ab" * 32, entry_id="1"
        )
    made = [
        Assessment(
            organisation_id=ours.id, item=item_of(case), case=case, basis="without-viewing", assessed_by=f"p-{number}"
        )
        for number in range(4)
    ]
    with transaction.atomic():
        triage.keep_assessments(ours.one, made)
    ours.say(ours.one, case)
    assert OwnEntry.objects.get().state == State.PROPOSED


def test_the_organisation_may_demand_more_people_and_never_fewer_than_two(ours):
    services.adopt(ours.keeper, ours.id, 3, matches_here=False)
    case = ours.come()
    for who in (ours.one, ours.other):
        ours.say(who, case)
    assert OwnEntry.objects.get().state == State.PROPOSED
    with pytest.raises(ListsError):
        services.adopt(ours.keeper, ours.id, 1, matches_here=False)
    with pytest.raises(PermissionDenied):
        services.adopt(ours.one, ours.id, 2, matches_here=False)


def test_a_machine_views_nothing_and_a_stranger_to_the_case_says_nothing(ours, theirs):
    case = ours.come()
    key, _ = make_key(ours.desk.organisation, [Permission.LISTS_VERSION_READ])
    for who in (key_actor(key), actor(ours.desk.stranger), theirs.one):
        with pytest.raises((PermissionDenied, Http404)):
            ours.say(who, case)
    assert not OwnEntry.objects.exists()


@pytest.mark.parametrize("label", ["=1+1", "somebody@mail.example", "", "x" * 65, "two\nlines", "a, b"])
def test_a_class_is_a_short_code_and_nothing_that_could_act_or_tell(ours, label):
    case = ours.come()
    with pytest.raises(ListsError):
        ours.say(ours.one, case, label)
    assert not Assessment.objects.exists()


def test_nothing_half_is_left_where_listing_fails(ours, monkeypatch):
    case = ours.come()
    ours.say(ours.one, case)
    before = (Leaf.objects.count(), Assessment.objects.count())

    def fail(*_args, **_more):
        raise RuntimeError

    monkeypatch.setattr(services, "_record", fail)
    with pytest.raises(RuntimeError):
        ours.say(ours.other, case)
    assert (Leaf.objects.count(), Assessment.objects.count()) == before
    assert OwnEntry.objects.get().state == State.PROPOSED


#### Addresses ####


def test_an_address_is_listed_when_people_agree_what_stands_there(ours):
    case = ours.come(address=PAGE)
    entry = services.propose_address(ours.one, case.id, place_of(case).id)
    assert (entry.state, entry.address) == (State.PROPOSED, PAGE)
    for who in (ours.one, ours.other):
        ours.say(who, case)
    entry.refresh_from_db()
    assert entry.state == State.LISTED
    assert entry.recheck_on is not None
    assert OwnEntry.objects.filter(state=State.LISTED).count() == 2  # the file, too
    with pytest.raises(ListsError):
        services.propose_address(ours.other, case.id, place_of(case).id)


def test_an_address_leaves_when_it_is_gone_and_returns_with_it(ours, standing_clock):
    case = ours.come(data=None, address=PAGE)
    entry = services.propose_address(ours.one, case.id, place_of(case).id)
    for who in (ours.one, ours.other):
        ours.say(who, case)
    with transaction.atomic():
        public.gone(ours.id, "HTTPS://files.example:443/a?b=1#top")
    entry.refresh_from_db()
    assert (entry.state, entry.why) == (State.WITHDRAWN, Why.GONE)
    standing_clock.forward(days=3)
    with transaction.atomic():
        public.returned(ours.id, PAGE)
        public.gone(ours.id, "https://files.example/other")
    entry.refresh_from_db()
    assert (entry.state, entry.why) == (State.LISTED, "")
    assert entry.recheck_on == standing_clock.moment.date() + timedelta(days=30)


def test_what_was_only_proposed_is_not_listed_by_coming_back(ours):
    case = ours.come(data=None, address=PAGE)
    services.propose_address(ours.one, case.id, place_of(case).id)
    with transaction.atomic():
        public.gone(ours.id, PAGE)
        public.returned(ours.id, PAGE)
    assert OwnEntry.objects.get().state == State.PROPOSED


def test_the_page_of_another_organisation_is_not_taken_off_by_ours(ours, theirs):
    case = theirs.come(data=None, address=PAGE)
    services.propose_address(theirs.one, case.id, place_of(case).id)
    with transaction.atomic():
        public.gone(ours.id, PAGE)
    assert OwnEntry.objects.get().state == State.PROPOSED


#### Leaving ####


def test_a_file_is_never_gone(ours):
    entry = ours.listed()
    with pytest.raises(ListsError):
        services.withdraw(ours.keeper, entry.id, Why.GONE)


def test_an_error_stays_away_whoever_proposes_it_again(ours):
    entry = ours.listed()
    services.withdraw(ours.keeper, entry.id, Why.ERROR)
    for place in (PAGE, "https://files.example/b"):
        again = ours.come(address=place)
        with pytest.raises(ListsError):
            services.propose_address(ours.one, again.id, again.locations.latest("reported_at").id)
        for who in (ours.one, ours.other):
            with pytest.raises(ListsError):
                ours.say(who, again)
    entry.refresh_from_db()
    assert (entry.state, entry.why, OwnEntry.objects.count()) == (State.WITHDRAWN, Why.ERROR, 1)


def test_an_address_that_was_an_error_does_not_come_back_with_its_page(ours):
    case = ours.come(data=None, address=PAGE)
    entry = services.propose_address(ours.one, case.id, place_of(case).id)
    with transaction.atomic():
        public.gone(ours.id, PAGE)
    services.withdraw_in(ours.one, case.id, entry.id, Why.ERROR)
    with transaction.atomic():
        public.returned(ours.id, PAGE)
    entry.refresh_from_db()
    assert (entry.state, entry.why) == (State.WITHDRAWN, Why.ERROR)
    with pytest.raises(ListsError):
        services.propose_address(ours.other, case.id, place_of(case).id)


def test_a_wrong_address_says_nothing_about_the_file_that_was_to_stand_there(ours):
    case = ours.come(address=PAGE)
    entry = services.propose_address(ours.one, case.id, place_of(case).id)
    for who in (ours.one, ours.other):
        ours.say(who, case)
    services.withdraw_in(ours.one, case.id, entry.id, Why.ERROR)
    assert OwnEntry.objects.get(kind=Kind.HASH).state == State.LISTED
    assert not Assessment.objects.exclude(retracted_at=None).exists()


def test_an_error_is_told_to_every_case_that_carried_it_and_carries_nothing_any_more(ours):
    entry = ours.listed()
    later = ours.come(data=None, address=PAGE)
    Sighting.objects.create(organisation_id=ours.id, case=later, item_id=entry.item_id, report_id=later.id)
    assert triage.carried(later.id).count() == 2
    services.withdraw(ours.keeper, entry.id, Why.ERROR)
    for case in Case.objects.filter(sightings__item_id=entry.item_id).distinct():
        assert Action.ENTRY_WITHDRAWN in actions(case)
        assert triage.retracted(case.id).count() == 2
        assert not triage.carried(case.id).exists()
    assert Leaf.objects.filter(action=Action.ENTRY_WITHDRAWN).exclude(reason=ReasonCode.MISTAKE).count() == 0


def test_who_may_not_decide_about_it_takes_nothing_off(ours, theirs):
    entry = ours.listed()
    for who in (theirs.keeper, theirs.one):
        with pytest.raises(Http404):
            services.withdraw(who, entry.id, Why.ERROR)
    with pytest.raises(PermissionDenied):
        services.withdraw(ours.one, entry.id, Why.ERROR)
    with pytest.raises(Http404):
        services.withdraw_in(theirs.one, theirs.come().id, entry.id, Why.ERROR)
    assert OwnEntry.objects.get(id=entry.id).state == State.LISTED


def test_another_organisation_here_that_relied_on_an_error_is_told(ours, theirs):
    services.adopt(ours.keeper, ours.id, 2, matches_here=True)
    entry = ours.listed()
    ours.publish()
    run_worker(until_idle=True)
    case = theirs.come()
    relied = {"list_name": list_name(ours.id, Kind.HASH), "list_version": "ab" * 32, "entry_id": str(entry.id)}
    Match.objects.create(item=item_of(case), kind="exact", signal="sha256", **relied)
    with transaction.atomic():
        made = Assessment(
            organisation_id=theirs.id,
            item=item_of(case),
            case=case,
            basis="without-viewing",
            list_name=list_name(ours.id, Kind.HASH),
            assessed_by="p-1",
        )
        triage.keep_assessments(theirs.one, [made])
    services.withdraw(ours.keeper, entry.id, Why.ERROR)
    run_worker(until_idle=True)
    assert not Match.objects.filter(item=item_of(case)).exists()
    assert triage.retracted(case.id).count() == 1
    assert Action.ENTRY_WITHDRAWN in actions(case)
