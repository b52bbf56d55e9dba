"""Resource limits: the kernel's hard ceilings on what one worker takes.

Soft and hard limits are set together (CPU a second apart), so the worker cannot raise them again (the seccomp list has
no call for it either). Address space counts everything mapped, the interpreter and the decoders' code included: about
a quarter of the default 1 GiB.
"""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tutela.domain.limits import DecodeLimits

DESCRIPTORS_MAX: Final = 8  # three on /dev/null, the socket, the file under examination, and room for none by name


def lower(limits: DecodeLimits, cpu_s: int) -> None:
    """Lower this process's limits for good. `cpu_s` seconds of CPU are a backstop: the parent's clock speaks first."""
    ceilings = {
        resource.RLIMIT_AS: limits.address_space_bytes_max,
        resource.RLIMIT_NOFILE: DESCRIPTORS_MAX,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for kind, wanted in ceilings.items():
        hard = resource.getrlimit(kind)[1]
        ceiling = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (ceiling, ceiling))
    # The soft limit ends the worker with its own signal (SIGXCPU), which tells "too long" from "killed by somebody".
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
