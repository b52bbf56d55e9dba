"""N processes on one port.

    supervisor -- binds N sockets to one port (SO_REUSEPORT), gives each process one
      publishing -- brings the keys of the service to this machine
      process 0 .. N-1 -- uvicorn on that socket; all map the same index, rates, counters
      retro joiner     -- where a setting enables retro-matching (see `retro`)
      upkeep -- `tutela index upkeep --watch`: merges what is due, beside them

Rules:

1. The kernel shares connections out among the sockets. A process that dies leaves its socket to the one that is started
   in its place: connections that nobody had accepted yet wait for that, and are not refused.
2. SIGTERM or SIGINT: each process takes no more connections, answers what is under way, and ends.
3. What stands in files that all map (counters, probing) is made before the first process starts. Rates, and how often
   each entry was hit, go on where they were.
"""

from __future__ import annotations

import os
import resource
import socket
import sys
from typing import TYPE_CHECKING, Final

import click
import structlog

from tutela.domain.errors import TutelaError
from tutela.entry import home, logs
from tutela.entry.config import Settings, load
from tutela.entry.gateway import probing
from tutela.entry.gateway.counters import Counters
from tutela.entry.gateway.desk import COUNTERS, PROBING, Desk
from tutela.entry.gateway.retro import forget
from tutela.entry.gateway.routes import NAMES
from tutela.entry.up import Supervisor

if TYPE_CHECKING:
    from collections.abc import Sequence

JOINER: Final = (sys.executable, "-m", "tutela", "gateway", "retro", "run", "--watch")
UPKEEP: Final = (sys.executable, "-m", "tutela", "index", "upkeep", "--watch")
_BACKLOG: Final = 1024
_GRACE_S: Final = 20
_KEEP_ALIVE_S: Final = 75


class GatewayError(TutelaError):
    """The gateway cannot start."""


def run() -> None:
    """Supervise the processes until a signal."""
    settings = load()
    home.prepare(settings.home)
    sockets = listen(settings)
    prepare(settings, settings.gateway_processes)
    forget(settings)
    commands = {
        f"gateway process {number}": (
            *(sys.executable, "-m", "tutela.entry.gateway"),
            *map(str, (number, settings.gateway_processes, each.fileno())),
        )
        for number, each in enumerate(sockets)
    }
    if settings.retro_grounds:
        commands["retro joiner"] = JOINER
    commands["upkeep of the index"] = UPKEEP
    commands["keys of the service"] = (sys.executable, "-m", "tutela.entry.gateway.publishing")
    where = ":".join(map(str, sockets[0].getsockname()[:2]))
    click.echo(f"The gateway answers on http://{where}  (Ctrl-C stops it)")
    Supervisor(commands, kept=[each.fileno() for each in sockets]).run()


def prepare(settings: Settings, processes: int) -> None:
    """Make the files that all processes map, empty."""
    Counters.begin(settings.home / "run" / COUNTERS, NAMES, processes)
    probing.begin(settings.home / "run" / PROBING)


def listen(settings: Settings) -> Sequence[socket.socket]:
    """Bind one socket a process. `GatewayError` where the port is another's."""
    host, _, port = settings.gateway_listen.rpartition(":")
    host = host.strip("[]")
    try:
        family = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as alone:  # a port that is shared already would be shared with us unnoticed
            alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            alone.bind((host, int(port)))
            port = str(alone.getsockname()[1])
        return [_listening(family, host, int(port)) for _ in range(settings.gateway_processes)]
    except OSError as error:
        raise GatewayError(
            f"The gateway cannot listen on {settings.gateway_listen}: {error.strerror}",
            hint="Another process may be there; `gateway_listen` names another port.",
        ) from error


def _listening(family: int, host: str, port: int) -> socket.socket:
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((host, port))
    bound.listen(_BACKLOG)
    return bound


def run_process(process: int, processes: int, descriptor: int) -> None:
    """Be one of the processes."""
    import uvicorn  # noqa: PLC0415 - the supervisor needs none of it

    from tutela.engine.matching import ListStore  # noqa: PLC0415 - as above
    from tutela.entry.gateway.app import Gateway  # noqa: PLC0415 - as above
    from tutela.entry.gateway.examining import Examining  # noqa: PLC0415 - as above
    from tutela.entry.gateway.http import GatewayProtocol  # noqa: PLC0415 - as above
    from tutela.entry.gateway.keys import FileKeys, ServiceKeys  # noqa: PLC0415 - as above
    from tutela.entry.gateway.looking import FloodCounts, LiveLists  # noqa: PLC0415 - as above

    _, descriptors_max = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors_max, descriptors_max))  # each connection is one
    settings = load()
    logs.configure(logs.logging_config(settings.log_level))
    desk = Desk(
        settings,
        LiveLists(ListStore(settings.home / "lists").index_folder, FloodCounts(settings.home)),
        (FileKeys(settings.home), ServiceKeys(settings.home)),
        Examining(),
        NAMES,
        process=process,
        processes=processes,
    )
    config = uvicorn.Config(
        Gateway(desk),
        loop="uvloop",
        http=GatewayProtocol,
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )
    structlog.stdlib.get_logger("tutela.gateway").info("start", process=process, count=os.getpid())
    with socket.socket(fileno=descriptor) as bound:
        uvicorn.Server(config).run(sockets=[bound])
