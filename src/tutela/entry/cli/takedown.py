"""`tutela takedown`: how takedowns stand, why, a look now, and what came back by mail. Ids, never addresses."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tutela.domain.actors import SYSTEM
from tutela.entry.cli.exits import ExitCode
from tutela.entry.cli.lazy import examples
from tutela.entry.cli.words import plural
from tutela.entry.start import at_the_desk

if TYPE_CHECKING:
    from uuid import UUID

_LABEL = 12
_EXAMPLE_ID = "019a4f3c-6e20-7000-8000-000000000000"


@click.group("takedown")
def takedown() -> None:
    """See how takedowns stand, look again, take answers in.

    A TAKEDOWN is named by its id, which the board in the console shows. No
    command takes or shows an address.
    """


@takedown.command("status", epilog=examples("tutela takedown status"))
def status() -> None:
    """Count takedowns by their state, notices that wait, and what waits for a person."""
    with at_the_desk():
        from django.db.models import Count  # noqa: PLC0415 - needs Django set up

        from tutela.apps.takedown.models import Notice, Takedown  # noqa: PLC0415 - as above
        from tutela.apps.takedown.services import waiting_for_person  # noqa: PLC0415 - as above

        for state, count in Takedown.objects.order_by("state").values_list("state").annotate(count=Count("id")):
            click.echo(f"  {state:<{_LABEL}}  {count:>8,}")
        waiting = Notice.objects.filter(try_at__isnull=False)
        oldest = waiting.order_by("ordered_at").values_list("ordered_at", flat=True).first()
        since = f", the oldest since {oldest:%Y-%m-%d %H:%M}" if oldest else ""
        click.echo(f"{plural(waiting.count(), 'notice')} to send{since}")
        click.echo(f"{plural(waiting_for_person(SYSTEM).count(), 'takedown')} for a person to decide")


@takedown.command("explain", epilog=examples(f"tutela takedown explain {_EXAMPLE_ID}"))
@click.argument("takedown_id", metavar="TAKEDOWN", type=click.UUID)
def explain(takedown_id: UUID) -> None:
    """Say where a TAKEDOWN stands, what is next and why, and what was done."""
    with at_the_desk():
        from tutela.apps.takedown import labels, services  # noqa: PLC0415 - needs Django set up
        from tutela.engine.removal import Finding, State  # noqa: PLC0415 - as above

        found = services.takedown(SYSTEM, takedown_id)
        step, at, why = labels.next_of(found)
        click.secho(f"{found.id}  {labels.STATES[State(found.state)]}", bold=True)
        when = f" {at:%Y-%m-%d %H:%M}" if at else ""
        click.echo(f"  {'next':<{_LABEL}}{step}{when}: {why}")
        click.echo(f"  {'host':<{_LABEL}}{labels.host_of(found)} {found.jurisdiction.upper()}".rstrip())
        for party in found.parties.all():
            said = f"{labels.RUNGS[party.rung]}, {labels.SOURCES[party.source]}, {labels.SURE[party.confidence]}"
            click.echo(f"  {'recipient':<{_LABEL}}{said}, {party.standing}")
        for notice in found.notices.all():
            sent = f"sent {notice.sent_at:%Y-%m-%d %H:%M}" if notice.sent_at else "not sent"
            click.echo(f"  {'notice':<{_LABEL}}{notice.kind}, {sent}{', came back' if notice.bounced_at else ''}")
        for probe in found.probes.all():
            seen = labels.FINDINGS[Finding(probe.finding)]
            click.echo(f"  {'look':<{_LABEL}}{probe.done_at:%Y-%m-%d %H:%M} {seen}, {plural(probe.vantages, 'place')}")


@takedown.command("probe", epilog=examples(f"tutela takedown probe {_EXAMPLE_ID}"))
@click.argument("takedown_id", metavar="TAKEDOWN", type=click.UUID)
def probe(takedown_id: UUID) -> None:
    """Look at a TAKEDOWN now, from every place, and keep what was seen."""
    with at_the_desk():
        from django.db import transaction  # noqa: PLC0415 - needs Django set up

        from tutela.apps.takedown import labels, looking, services  # noqa: PLC0415 - as above

        found = services.takedown(SYSTEM, takedown_id)
        seen = looking.look(found.location.address or "", found.kind)
        with transaction.atomic():
            services.keep_round(found.id, seen)
        click.echo(f"{labels.FINDINGS[seen.finding]}, from {plural(seen.vantages, 'place')}")


@takedown.command("receive", epilog=examples("tutela takedown receive < message"))
def receive() -> ExitCode:
    """Take in one message that came back, from standard input.

    A mail server hands each message for the desk over like this. Where it
    answers no notice of ours the exit code is 3, and people should get it.
    """
    with at_the_desk():
        from tutela.apps.takedown import receiving  # noqa: PLC0415 - needs Django set up
        from tutela.engine.removal.answers import MESSAGE_BYTES_MAX  # noqa: PLC0415 - as above

        reply = receiving.take(sys.stdin.buffer.read(MESSAGE_BYTES_MAX))
    click.echo("Taken in." if reply else "It answers no notice of ours.")
    return ExitCode.OK if reply else ExitCode.FAILED
