"""`tutela referral`: a stand-in for an authority, to rehearse with."""

from __future__ import annotations

import threading

import click

from tutela.entry.cli.lazy import examples


@click.group("referral")
def referral() -> None:
    """Rehearse reports to authorities.

    What is filed, and what became of it, is on the pages of the service.
    """


@referral.command(
    "simulate",
    epilog=examples(
        "tutela referral simulate",
        "tutela referral simulate --faults 0.2 --latency-ms 300",
        after="The settings to try it with are printed; see docs/guide/filing.md.",
    ),
)
@click.option("--port", type=click.IntRange(0, 65535), default=8420, show_default=True, help="Port; 0: any free one.")
@click.option("--faults", type=click.FloatRange(0, 1), default=0.0, show_default=True, help="Share of calls that fail.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same calls fail for the same number.")
@click.option("--latency-ms", type=click.IntRange(0), default=0, show_default=True, help="How slow each call is.")
def simulate_command(port: int, *, faults: float, seed: int, latency_ms: int) -> None:
    """Run a simulated CyberTipline on this machine.

    It answers as the documented API does, forgets everything when it ends,
    and sends nothing to anybody. Ctrl-C ends it.
    """
    from tutela.entry.simulated.cybertipline import CyberTipline  # noqa: PLC0415 - help must be quick
    from tutela.entry.simulated.faults import Faults  # noqa: PLC0415 - as above
    from tutela.entry.simulated.server import PASSWORD, USER, Server, Way  # noqa: PLC0415 - as above

    there = CyberTipline()
    with Server(there, Faults(rate=faults, seed=seed), way=Way(latency_ms / 1000), port=port) as server:
        click.echo(f"TUTELA_CYBERTIP_URL={server.address}")
        click.echo(f"TUTELA_CYBERTIP_USER={USER}")
        click.echo(f"TUTELA_CYBERTIP_PASSWORD={PASSWORD}")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo(f"{len(there.filed)} reports were filed, {len(there.open)} are open.", err=True)
