"""What a draft says of a case, what it leaves out, and which rows of law may act."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.apps.referral.conftest import configured, reported_case
from tests.world import fill
from tutela.apps.referral import authorities, documents, dossier, drafts, services, states
from tutela.apps.referral.models import Filing
from tutela.apps.referral.rules import FilingError
from tutela.apps.referral.words import Channel
from tutela.apps.tables import Table
from tutela.domain.reports import Account, AgeBand, Fact, Incident, Media, Reported
from tutela.engine.formats import cybertip_report

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SCHEMA = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="report"><xs:complexType>
<xs:sequence><xs:element name="victim"/></xs:sequence></xs:complexType></xs:element></xs:schema>"""


def reported(**more):
    return Reported(**({"incident": Incident.SOLICITATION, "occurred_at": NOW - timedelta(days=1)} | more))


def draft(said, *uploads):
    return drafts.Draft("our-name", drafts.Sender("Example hotline", "desk@example.org"), said, uploads)


def test_claims_are_put_together_once_each_and_the_youngest_age_counts():
    one = reported(accounts=(Account("Chat", "a"),), age_band=AgeBand.PUBESCENT, text="Seen.")
    two = reported(accounts=(Account("Chat", "a"), Account("Chat", "b")), age_band=AgeBand.INFANT, text="Seen.")
    made = drafts.together([one, two], now=NOW)
    assert (len(made.accounts), made.age_band, made.text) == (2, AgeBand.INFANT, "Seen.")


def test_a_time_that_lies_ahead_becomes_the_last_second():
    assert drafts.together([reported(occurred_at=NOW + timedelta(days=9))], now=NOW).occurred_at < NOW


def test_what_a_sender_says_of_viewing_is_not_said_for_us():
    media = Media({"md5": bytes(16)}, viewed_by_sender=True)
    assert not drafts.together([reported(media=(media,))], now=NOW).media[0].viewed_by_sender


@pytest.mark.django_db
def test_a_text_only_report_of_an_approach_to_a_child_is_filed_like_any_other(desk, writer, approver):
    configured()
    case = reported_case(desk, incident=Incident.SOLICITATION, media=(), addresses=(), text="Messages in a game.")
    made = services.draft(writer, case.id, "tip")
    services.approve(approver, made.id)
    assert b"Messages in a game." in documents.report(states.read_draft(Filing.objects.get().draft))


def test_what_the_wire_has_no_place_for_goes_as_text():
    said = reported(facts=frozenset({Fact.ABUSE_GOES_ON}), media=(Media({"md5": bytes(16)}),))
    text = documents.report(draft(said)).decode()
    assert "abuse-goes-on" in text
    assert "MD5 00000000000000000000000000000000" in text
    assert "our-name" in text


@pytest.mark.parametrize("incident", [each for each in Incident if each is not Incident.NOT_SAID])
def test_each_kind_of_incident_makes_a_document_that_the_wire_takes(incident):
    assert cybertip_report.faults(documents.report(draft(reported(incident=incident))), now=NOW) == ()


def test_a_document_that_breaks_the_pinned_schema_is_not_let_go(home, settings):
    settings.TUTELA = replace(settings.TUTELA, filing_email="desk@example.org", cybertip_url="https://x.example")
    assert dossier.appraise(draft(reported()), Channel.CYBERTIPLINE).hindrances == ()
    (home / documents.SCHEMA).write_bytes(SCHEMA)
    assert len(dossier.appraise(draft(reported()), Channel.CYBERTIPLINE).hindrances) == 1


#### Rows of law ####


def test_what_ships_can_be_read_names_its_sources_and_was_reviewed_by_nobody(home):
    for table in (authorities.AUTHORITIES, authorities.DUTIES):
        assert isinstance(table, Table)
        content = table.content()
        assert content.faults == ()
        assert content.rows
        assert not any(row.is_reviewed for row in content.rows)


def test_a_row_is_in_force_on_its_days_alone(home):
    rows = ("old,us,Old,package,yes,2020-01-01,2021-01-01,a law,a lawyer", "new,us,New,package,yes,2021-01-01,,b,c")
    fill(authorities.AUTHORITIES, *rows)
    named = lambda day: [each.id for each in authorities.proposed(["us"], day)]  # noqa: E731  - read thrice
    assert named(datetime(2020, 6, 1, tzinfo=UTC).date()) == ["old"]
    assert named(datetime(2021, 1, 1, tzinfo=UTC).date()) == ["new"]
    assert named(datetime(2019, 1, 1, tzinfo=UTC).date()) == []


def test_a_row_with_a_wrong_day_or_word_is_left_out_and_told(home):
    fill(authorities.AUTHORITIES, "a,us,A,pigeon,yes,2020-01-01,,b,c", "b,us,B,package,maybe,2020-01-01,,b,c")
    content = authorities.AUTHORITIES.content()
    assert (content.rows, len(content.faults)) == ((), 2)


@pytest.mark.parametrize(
    ("counts", "begins", "ends", "source"),
    [
        ("24,365", "2026-02-30", "", "an act"),
        ("24,365", "", "", "an act"),
        ("24,365", "01.02.2026", "", "an act"),
        ("24,365", "2026-02-01", "2026-02-01", "an act"),
        ("24,365", "2026-02-01", "2025-02-01", "an act"),
        ("-24,365", "2026-02-01", "", "an act"),
        ("24,0", "2026-02-01", "", "an act"),
        ("24,a year", "2026-02-01", "", "an act"),
        ("24,365", "2026-02-01", "", ""),
    ],
)
def test_a_duty_with_a_wrong_date_or_count_or_without_a_source_is_left_out_and_told(home, counts, begins, ends, source):
    right = "e,us,tip,all,soon,24,365,submission,2026-02-01,,an act,a lawyer"
    fill(authorities.DUTIES, f"d,us,tip,all,soon,{counts},submission,{begins},{ends},{source},a lawyer", right)
    content = authorities.DUTIES.content()
    assert ([each.id for each in content.rows], [each.line for each in content.faults]) == (["e"], [2])


def test_a_reviewed_row_goes_before_one_that_nobody_reviewed_and_the_latest_before_an_older(home):
    row = "tip,us,{name},package,yes,{begins},,an act,{reviewer}"
    given = (("Read", "2020-01-01", "a lawyer"), ("Read later", "2021-01-01", "a lawyer"), ("New", "2026-01-01", ""))
    fill(authorities.AUTHORITIES, *(row.format(name=name, begins=day, reviewer=who) for name, day, who in given))
    found = authorities.authority("tip", NOW.date())
    assert (found.name, found.is_reviewed) == ("Read later", True)


def test_whom_nothing_can_be_filed_with_is_proposed_last(home):
    rows = ("a,de,A,package,yes,2020-01-01,,b,", "b,us,B,package,yes,2020-01-01,,b,c")
    fill(authorities.AUTHORITIES, *rows)
    assert [each.id for each in authorities.proposed((), NOW.date())] == ["b", "a"]


def test_an_unreviewed_duty_has_no_deadline(home):
    fill(
        authorities.DUTIES,
        "d,us,tip,all,soon,24,365,submission,2020-01-01,,a,",
        "e,us,tip,all,soon,,,notice,2020-01-01,,a,b",
    )
    assert [each.due_at(NOW) for each in authorities.duties("tip", NOW.date())] == [None, None]


@pytest.mark.django_db
def test_an_authority_that_nobody_configured_is_not_drafted_for(case, writer):
    with pytest.raises(FilingError, match="configured"):
        services.draft(writer, case.id, "nobody")
