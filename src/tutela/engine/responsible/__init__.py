"""Who can act on an address: read from what registries and operators publish, and doubted. Pure.

    mailboxes      which texts are an address that a notice may go to
    rdap           what a registry says about a network or a name
    security_txt   what an operator says about itself
    parties        what was found, by whom, how sure, and who is told first

Rules:

1. Whatever is read is hostile. An answer about another network or name than was asked, a contact that is no plain
   mailbox, or one that leads back to us, is refused with its reason; nothing is guessed out of free text.
2. Everything found says where it is from, how sure that makes us, and when. What the operator of this installation
   wrote into a table goes before what anybody else publishes.
3. The site's own operator is not a party. They may be who put it there.
"""

from __future__ import annotations

from tutela.engine.responsible.mailboxes import Unfit, read_mailbox
from tutela.engine.responsible.parties import Confidence, Party, Source, in_order
from tutela.engine.responsible.rdap import Registered, UntrueError, names_to_ask, read_name, read_network
from tutela.engine.responsible.security_txt import read_security_txt

__all__ = [
    "Confidence",
    "Party",
    "Registered",
    "Source",
    "Unfit",
    "UntrueError",
    "in_order",
    "names_to_ask",
    "read_mailbox",
    "read_name",
    "read_network",
    "read_security_txt",
]
