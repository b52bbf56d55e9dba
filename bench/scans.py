"""`tutela` as a person runs it: the installed command, a home of its own, a report that is read back row by row."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.peers import FOLDER
from tutela.engine.formats.scan_jsonl import open_report

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutela.domain.scan import ScanRow

COMMAND: Final = Path(sys.executable).with_name("tutela")
LIST: Final = "bench"


@dataclass(frozen=True, slots=True)
class Bench:
    """A folder for one measurement: `evidence` is what is scanned, the rest is ours."""

    folder: Path

    @classmethod
    def made(cls, name: str) -> Bench:
        """An empty bench on the same disk as the corpus (so that its files can be linked), with a list of one entry."""
        bench = cls(FOLDER / "scans" / name)
        shutil.rmtree(bench.folder, ignore_errors=True)
        bench.evidence.mkdir(parents=True)
        table = bench.folder / "list.csv"
        table.write_text(f"id,md5\nonly,{'0' * 31}1\n", encoding="ascii")
        bench.run("list", "import", str(table), "--name", LIST)
        return bench

    @property
    def evidence(self) -> Path:
        """What is scanned."""
        return self.folder / "evidence"

    @property
    def report(self) -> Path:
        """Where the scan writes."""
        return self.folder / "report.jsonl"

    def run(self, *words: str) -> None:
        """Run a command to its end; exit codes that say "done" are fine."""
        done = subprocess.run([str(COMMAND), *words], env=self._environment(), capture_output=True, check=False)
        if done.returncode not in {0, 1, 4}:
            raise RuntimeError(f"tutela {words[0]} ended with {done.returncode}: {done.stderr.decode()[-500:]}")

    def begin(self, *more: str, root: Path | None = None) -> subprocess.Popen[bytes]:
        """Start a scan, in a session of its own."""
        words = ["scan", str(root or self.evidence), "--list", LIST, "--report", str(self.report), "--quiet", *more]
        return subprocess.Popen(
            [str(COMMAND), *words],
            env=self._environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def scan(self, *more: str) -> list[ScanRow]:
        """Scan to the end and read the rows."""
        self.report.unlink(missing_ok=True)
        with self.begin(*more) as process:
            process.wait()
        return self.rows()

    def rows(self) -> list[ScanRow]:
        """The rows of the report, which must be finished."""
        with open_report(self.report) as report:
            rows = list(report.rows())
            if report.summary is None:
                raise RuntimeError("the report has no summary: the scan did not finish")
        return rows

    def close(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        return os.environ | {"TUTELA_HOME": str(self.folder / "home")}


def substance(rows: Iterable[ScanRow]) -> dict[tuple[bytes, bytes], Any]:
    """What two scans of the same files must agree on, by path and member."""
    return {
        (row.path, row.member): (row.kind, row.verdict, row.reason, row.size_bytes, row.digests, row.hashes)
        for row in rows
    }
