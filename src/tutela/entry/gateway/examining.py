"""Uploaded bytes to fingerprints: a sandbox of this process, started when the first file comes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tutela.domain.errors import SandboxError
from tutela.engine.fingerprint import Fingerprinter
from tutela.engine.sandbox import Sandbox
from tutela.entry.gateway.errors import refusal

if TYPE_CHECKING:
    from tutela.domain.media import Fingerprint


class Examining:
    """Thread-safe. `workers`: files that are decoded at once."""

    def __init__(self, workers: int = 1) -> None:
        self._workers = workers
        self._lock = threading.Lock()
        self._sandbox: Sandbox | None = None

    def fingerprint(self, data: bytes) -> Fingerprint:
        """Fingerprint bytes in memory; a refusal where this host cannot confine what decodes them."""
        try:
            with self._lock:
                if self._sandbox is None:
                    self._sandbox = Sandbox(workers=self._workers)
            return Fingerprinter(self._sandbox).fingerprint_bytes(data)
        except SandboxError:
            raise refusal("no-sandbox", retry_after_s=60) from None

    def close(self) -> None:
        """End the workers."""
        with self._lock:
            if self._sandbox is not None:
                self._sandbox.close()
                self._sandbox = None
