"""The pages: a second assessment is one of its own, nobody sees addresses who need not, and the steps of a case."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from tests.apps.lists.conftest import PAGE, item_of, place_of
from tests.world import make_person, sign_in
from tutela.apps.lists import services
from tutela.apps.lists.models import ListPolicy, ListVersion, OwnEntry
from tutela.apps.lists.rules import Kind, State, Why
from tutela.domain.actors import Role
from tutela.entry.cli import ExitCode, run


@pytest.fixture
def seen(ours, client):
    """What a person sees at an address."""

    def look(person, address):
        sign_in(client, person)
        return " ".join(strip_tags(client.get(address).content.decode()).split())

    return look


@pytest.fixture
def keeper(ours):
    return make_person(ours.desk.organisation, "another-keeper", [Role.EXCHANGE_MANAGER])


def test_whoever_has_not_said_yet_does_not_see_what_the_first_one_said(ours, seen):
    case = ours.come()
    ours.say(ours.other, case, "Z9")
    page = seen(ours.desk.colleague, reverse("case", args=[case.id]))
    assert "1 of 2 people" in page
    assert "I viewed it" in page
    assert "Z9" not in page
    assert "Z9" not in seen(ours.desk.colleague, reverse("own-entry", args=[OwnEntry.objects.get().id]))


def test_a_person_says_on_the_page_that_they_saw_all_of_it_or_says_nothing(ours, client):
    case = ours.come()
    sign_in(client, ours.desk.colleague)
    given = {"item": str(item_of(case).id), "classification": "A1", "scheme": "s"}
    client.post(reverse("case-assess", args=[case.id]), given)
    assert not OwnEntry.objects.exists()
    client.post(reverse("case-assess", args=[case.id]), given | {"viewed": "on"})
    ours.say(ours.other, case, "A1", "s")
    assert OwnEntry.objects.get().state == State.LISTED


def test_an_address_is_proposed_on_the_page_and_shown_so_that_nothing_opens_it(ours, client, seen):
    case = ours.come(address=PAGE)
    sign_in(client, ours.desk.colleague)
    client.post(reverse("case-list-address", args=[case.id, place_of(case).id]))
    entry = OwnEntry.objects.get()
    page = seen(ours.desk.colleague, reverse("own-entry", args=[entry.id]))
    assert "hxxps://files[.]example/a?b=1" in page
    assert PAGE not in page
    policy = make_person(ours.desk.organisation, "figures", [Role.POLICY_ANALYST])
    for address in (reverse("own-entry", args=[entry.id]), "/own-lists/?kind=address"):
        assert "files[.]example" not in seen(policy, address)


def test_an_error_that_is_taken_off_on_the_page_of_a_case_is_shown_there(ours, client, seen):
    entry = ours.listed()
    sign_in(client, ours.desk.colleague)
    answer = client.get(reverse("own-entry", args=[entry.id])).content.decode()
    address = reverse("case-entry-withdraw", args=[entry.case_id, entry.id])
    assert address in answer
    client.post(address, {"why": "superseded"})
    client.post(address, {"why": "gone"})
    entry.refresh_from_db()
    assert entry.state == State.LISTED
    client.post(address, {"why": "error"})
    entry.refresh_from_db()
    assert entry.why == Why.ERROR
    page = seen(ours.desk.colleague, reverse("case", args=[entry.case_id]))
    assert "taken back as an error" in page
    assert "does not come back" in page


def test_whoever_keeps_the_lists_publishes_demands_and_sees_what_waits(ours, keeper, client, seen):
    entry = ours.listed()
    sign_in(client, keeper)
    client.post(reverse("own-list-publish"), {"kind": "hash"})
    client.post(reverse("own-list-policy"), {"assessors_min": "3"})
    client.post(reverse("own-list-policy"), {"assessors_min": "1"})
    assert (ListVersion.objects.get().number, ListPolicy.objects.get().assessors_min) == (1, 3)
    taken = client.get(reverse("own-list-file", args=["hash", 1, "whole.csv"]))
    assert taken["Content-Disposition"].startswith("attachment")
    assert entry.sha256 in taken.content.decode()
    client.post(reverse("own-entry-withdraw", args=[entry.id]), {"why": "error"})
    assert "in no version yet" in seen(keeper, "/")
    assert "1 taken off" in seen(keeper, "/own-lists/")


@pytest.mark.parametrize("state", ["", "listed", "nonsense"])
def test_the_list_bears_any_choice(ours, keeper, client, state):
    ours.listed()
    sign_in(client, keeper)
    assert client.get("/own-lists/", {"kind": "nonsense", "state": state, "page": "x"}).status_code == 200


#### The command line ####


@pytest.fixture
def command(ours, capsys, monkeypatch):
    """Run one command on the database of the test."""
    monkeypatch.setattr("tutela.entry.start.start", lambda: None)  # Django is set up

    def told(*arguments):
        code = run(["list", *arguments])
        return code, capsys.readouterr()

    return told


def test_the_commands_show_publish_and_withdraw(ours, command):
    entry = ours.listed()
    name = ours.desk.organisation.name
    code, said = command("publish", "--organisation", name)
    assert (code, ListVersion.objects.get().digest in said.out) == (ExitCode.OK, True)
    assert command("publish", "--organisation", name)[0] == ExitCode.FAILED
    assert command("withdraw", str(entry.id), "--why", "gone")[0] == ExitCode.FAILED
    assert command("withdraw", str(entry.id), "--why", "error")[0] == ExitCode.OK
    code, said = command("own", "--organisation", name)
    assert "0 to come, 1 to leave" in said.out
    assert command("own", "--organisation", "Nobody")[0] == ExitCode.FAILED


def test_no_command_shows_an_address(ours, command):
    case = ours.come(data=None, address=PAGE)
    services.propose_address(ours.one, case.id, place_of(case).id)
    for who in (ours.one, ours.other):
        ours.say(who, case)
    ours.publish(Kind.ADDRESS)
    _code, said = command("own", "--organisation", ours.desk.organisation.name, "--kind", "address")
    assert "files" not in said.out + said.err
