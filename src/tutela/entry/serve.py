"""`tutela serve`: one process that applies migrations, makes the first administrator on first run, and answers.

The set-up code of the first administrator is printed once, on standard output, and is nowhere else.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import click

from tutela.domain.errors import TutelaError


@dataclass(frozen=True, slots=True)
class FirstAdministrator:
    """Who may set up an account first, and the code for it."""

    email: str
    code: str


@click.command()
def serve() -> None:
    """Start the service: console and API, on the address that the settings name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutela.entry.settings")
    try:
        prepare()
    except TutelaError as error:
        raise click.ClickException("\n".join(filter(None, (str(error), error.hint)))) from error

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
    """Bring the database up to date and print the first administrator's code where nobody is there yet."""
    import django  # noqa: PLC0415 - settings are read here, and may be refused

    django.setup()

    from django.core.management import call_command  # noqa: PLC0415 - needs Django set up

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    first = first_administrator()
    if first is not None:
        _print(first)


def first_administrator() -> FirstAdministrator | None:
    """Add an organisation and its administrator where nobody is there yet; None otherwise."""
    from django.conf import settings  # noqa: PLC0415 - needs Django set up
    from django.db import transaction  # noqa: PLC0415

    from tutela.apps.access import services  # noqa: PLC0415
    from tutela.apps.access.models import Person  # noqa: PLC0415
    from tutela.apps.access.public import SYSTEM, Role  # noqa: PLC0415

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
