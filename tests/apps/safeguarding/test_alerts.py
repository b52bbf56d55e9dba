"""Those on call are asked until somebody looks, whatever dies; and what they are sent says nothing about a case."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from tests.journeys.sinks import MailSink, running
from tests.world import actor, make_desk, make_person, sign_in
from tutela.apps.access.public import acting_as
from tutela.apps.jobs.models import DeadJob, Job
from tutela.apps.jobs.public import run_worker
from tutela.apps.safeguarding import alerting, services
from tutela.apps.safeguarding.models import Alert, Concern
from tutela.apps.safeguarding.rules import Cause
from tutela.apps.triage.models import Case
from tutela.domain.actors import SYSTEM, Role


@pytest.fixture
def mail(home):
    sink = MailSink()
    settings.TUTELA = replace(settings.TUTELA, mail_url=sink.url)
    with running(sink), acting_as(SYSTEM):
        yield sink


@pytest.fixture
def desk(transactional_db, mail, standing_clock):
    return make_desk()


@pytest.fixture
def supervisor(desk):
    return make_person(desk.organisation, "supervisor", [Role.SUPERVISOR], [desk.team])


def raise_concern(desk, cause=Cause.DANGER_NOW, team=None):
    case = Case.objects.create(organisation=desk.organisation, team=team or desk.team)
    danger = services.Danger(case.id, desk.organisation.id, case.team_id, frozenset({cause}), ("nl",))
    with transaction.atomic():
        services.raise_concerns(SYSTEM, [danger])
    return Concern.objects.get(case=case)


def on_call(supervisor, desk, *people, team=None):
    team_id = team.id if team else None
    alerting.set_rota(actor(supervisor), desk.organisation.id, team_id, [each.id for each in people])


def asked(mail):
    return [recipient.partition("@")[0] for recipient, _message in mail.taken]


def work():
    run_worker(until_idle=True)


def test_what_is_sent_says_that_somebody_must_look_and_nothing_of_the_case(desk, supervisor, mail):
    on_call(supervisor, desk, desk.colleague, team=desk.team)
    concern = raise_concern(desk)
    work()
    [(recipient, message)] = mail.taken
    written = f"{message}"
    assert recipient == desk.colleague.email
    assert message["subject"] == "Somebody must look"
    assert f"{settings.TUTELA.origin}/safeguarding/" in message.get_content()
    for told in (concern.id, concern.case_id, concern.organisation_id, "nl", "child", desk.organisation.name):
        assert str(told) not in written.replace(recipient, "")


def test_one_person_more_is_asked_each_time_until_somebody_takes_it(desk, supervisor, mail, standing_clock):
    on_call(supervisor, desk, desk.colleague, supervisor, team=desk.team)
    concern = raise_concern(desk)
    work()
    assert asked(mail) == ["colleague"]
    standing_clock.forward(minutes=16)
    work()
    assert asked(mail) == ["colleague", "colleague", "supervisor"]
    services.take(actor(supervisor), concern.id)
    standing_clock.forward(hours=1)
    work()
    assert len(mail.taken) == 3
    assert not Job.objects.exists()


def test_a_mail_server_that_is_away_ends_nothing(desk, supervisor, mail, standing_clock):
    on_call(supervisor, desk, desk.colleague, team=desk.team)
    mail.refuses = True
    raise_concern(desk)
    work()
    assert Alert.objects.get().failure == alerting.Failure.NOT_TAKEN
    mail.refuses = False
    standing_clock.forward(minutes=16)
    work()
    assert asked(mail) == ["colleague"]
    assert not DeadJob.objects.exists()


def test_an_empty_rota_is_a_row_that_a_person_can_find_and_is_tried_again(
    desk, supervisor, mail, standing_clock, client
):
    concern = raise_concern(desk)
    work()
    assert Alert.objects.get().failure == alerting.Failure.NOBODY_ON_CALL
    sign_in(client, desk.colleague)
    assert "Nobody is on call" in client.get(reverse("concern", args=[concern.id])).content.decode()
    on_call(supervisor, desk, supervisor)  # of the whole organisation: it serves a team that has none
    standing_clock.forward(minutes=16)
    work()
    assert asked(mail) == ["supervisor"]


def test_no_mail_server_is_said_and_not_taken_for_silence(desk, supervisor, mail):
    settings.TUTELA = replace(settings.TUTELA, mail_url="")
    on_call(supervisor, desk, desk.colleague, team=desk.team)
    raise_concern(desk)
    work()
    assert Alert.objects.get().failure == alerting.Failure.NO_MAIL_SERVER


def test_many_questions_at_once_are_one_message(desk, supervisor, mail):
    on_call(supervisor, desk, desk.colleague, team=desk.team)
    for _ in range(5):
        raise_concern(desk)
    work()
    assert asked(mail) == ["colleague"]


def test_whoever_left_is_not_asked(desk, supervisor, mail):
    from tutela.apps.access import services as access

    on_call(supervisor, desk, desk.colleague, supervisor, team=desk.team)
    access.end(desk.administrator, desk.colleague.id)
    raise_concern(desk)
    work()
    assert asked(mail) == ["supervisor"]


def test_a_worker_that_dies_after_sending_sends_again_rather_than_never(
    desk, supervisor, mail, monkeypatch, standing_clock
):
    on_call(supervisor, desk, desk.colleague, team=desk.team)
    raise_concern(desk)
    keep = alerting.keep

    def die(concern, told):
        keep(concern, told)
        raise SystemError

    monkeypatch.setattr(alerting, "keep", die)
    work()
    assert (Alert.objects.count(), Job.objects.count()) == (0, 1)
    monkeypatch.setattr(alerting, "keep", keep)
    standing_clock.forward(minutes=2)
    work()
    assert asked(mail) == ["colleague", "colleague"]
    assert Alert.objects.count() == 1


#### The rota ####


def test_nobody_outside_the_team_is_put_on_its_rota(desk, supervisor):
    from django.http import Http404

    with pytest.raises(Http404):
        on_call(supervisor, desk, desk.stranger, team=desk.team)


def test_a_supervisor_sets_the_rota_by_the_page_and_an_analyst_may_only_read_it(desk, supervisor, client):
    address = reverse("rota-set", args=[desk.team.id])
    sign_in(client, desk.colleague)
    assert client.post(address, {"place_0": str(desk.colleague.id)}).status_code == 403
    sign_in(client, supervisor)
    assert client.post(address, {"place_0": str(supervisor.id), "place_1": str(desk.colleague.id)}).status_code == 302
    text = client.get(reverse("rota")).content.decode()
    assert text.index("Supervisor") < text.index("Colleague")
    client.post(address, {"place_0": str(desk.stranger.id)})
    assert [one.name for one in alerting.rota(desk.organisation.id, desk.team.id)] == ["Supervisor", "Colleague"]
