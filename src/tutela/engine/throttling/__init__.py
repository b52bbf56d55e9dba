"""How often somebody may knock, counted once for all processes of a machine.

    table = key_buckets(home)                    # TUTELA_HOME/run/keys.buckets
    wait_ns = table.take(name_of(key_id.bytes), Rate(tokens_max=600, period_s=60), now_ns)
    if wait_ns:
        ...                                      # refuse; one token is there again after so many nanoseconds

`bucket` says what a token bucket does with one number; `table` keeps such numbers in a file that every process maps;
`places` says where.
Nothing here reads a clock: the caller says what time it is.
"""

from __future__ import annotations

from tutela.engine.throttling.bucket import Rate, take
from tutela.engine.throttling.places import address_buckets, entry_buckets, key_buckets
from tutela.engine.throttling.table import SharedTable, ThrottleError, name_of

__all__ = ["Rate", "SharedTable", "ThrottleError", "address_buckets", "entry_buckets", "key_buckets", "name_of", "take"]
