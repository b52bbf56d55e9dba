"""The web process: it applies migrations where it may, makes the first administrator on first run, and answers.

The set-up code of the first administrator is printed once, on standard output, and is nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

import click

from tutela.domain.actors import SYSTEM, Role
from tutela.entry.start import at_the_desk, bring_up_to_date, once_it_answers


@dataclass(frozen=True, slots=True)
class FirstAdministrator:
    """Who may set up an account first, and the code for it."""

    email: str
    code: str


def serve() -> None:
    """Prepare, then answer until a signal ends it. Requests that are under way are finished first."""
    with at_the_desk():
        prepare()

    import uvicorn  # noqa: PLC0415 - the settings must be judged first
    from django.conf import settings  # noqa: PLC0415 - as above

    from tutela.entry.asgi import application  # noqa: PLC0415 - as above

    tutela = settings.TUTELA
    click.echo(f"Tutela answers on {tutela.origin}  (Ctrl-C stops it)")
    uvicorn.run(
        application,
        host=tutela.listen_host,
        port=tutela.listen_port,
        proxy_headers=bool(tutela.proxies),
        forwarded_allow_ips=list(tutela.proxies),
        server_header=False,
        date_header=True,
        access_log=False,
        log_config=None,
        lifespan="off",
        timeout_graceful_shutdown=20,
    )


def prepare() -> None:
    """Bring the tables up to date, and print the first administrator's code where nobody is there yet."""
    from django.db import connections  # noqa: PLC0415 - needs Django set up

    once_it_answers(bring_up_to_date)
    if (first := first_administrator()) is not None:
        _print(first)
    connections.close_all()


def first_administrator() -> FirstAdministrator | None:
    """Add an organisation and its administrator where nobody is there yet; None otherwise."""
    from django.conf import settings  # noqa: PLC0415 - needs Django set up
    from django.db import transaction  # noqa: PLC0415

    from tutela.apps.access import services  # noqa: PLC0415
    from tutela.apps.access.models import Person  # noqa: PLC0415

    with transaction.atomic():
        if Person.objects.exists():
            return None
        organisation = services.create_organisation(SYSTEM, settings.TUTELA.organisation)
        invitation = services.invite(
            SYSTEM,
            organisation.id,
            email=settings.TUTELA.administrator_email,
            name="Administrator",
            roles=[Role.ADMINISTRATOR],
        )
    return FirstAdministrator(invitation.person.email, invitation.code)


def _print(first: FirstAdministrator) -> None:
    from django.conf import settings  # noqa: PLC0415 - needs Django set up

    click.echo(
        "\n".join(
            (
                "",
                "First run. Set up the first administrator now; this is shown once:",
                "",
                f"  page         {settings.TUTELA.origin}/join/",
                f"  e-mail       {first.email}",
                f"  set-up code  {first.code}",
                "",
            )
        )
    )


if __name__ == "__main__":
    serve()
