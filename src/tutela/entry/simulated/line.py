"""The way to the simulated authority without a network: for thousands of filings, each call with its fault."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from tutela.apps.referral.calling import Request, Response
from tutela.apps.referral.rules import Call
from tutela.entry.simulated.faults import Faults, through

if TYPE_CHECKING:
    from tutela.engine.formats.cybertip_answer import Answer
    from tutela.entry.simulated.cybertipline import CyberTipline


@dataclass(frozen=True, slots=True)
class DirectLine:
    """A `calling.Line` that ends in the same process."""

    authority: CyberTipline
    faults: Faults = field(default_factory=Faults)

    def ask(self, request: Request) -> Response | None:
        """Make one call."""
        given = through(self.faults.next(), lambda: self._done(request))
        return Response(given.status, given.body, "direct") if given else None

    def _done(self, request: Request) -> Answer:
        if request.call is Call.SUBMIT:
            return self.authority.submit(request.body)
        if request.call is Call.FILE_INFO:
            return self.authority.file_info(request.body)
        if request.call is Call.UPLOAD:
            head, _, rest = request.body.partition(b"\r\n\r\n")[2].partition(b"\r\n")
            data = rest.partition(b"\r\n\r\n")[2].rpartition(b"\r\n--")[0]
            return self.authority.upload(head.decode(), data)
        report_id = parse_qs(request.body.decode())["id"][0]
        return self.authority.finish(report_id) if request.call is Call.FINISH else self.authority.retract(report_id)
