"""Terminology lint: no avoided term in anything that we write (law 12). Run by `make check`.

Only the files named in `QUOTING` may hold one: they are the vocabulary itself, or they quote a wire format or a law. So
it is with the deprecated words of a wire, which no vocabulary of words can find: they stand in the wire's adapter alone.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tutela.domain.terms import find_avoided
from tutela.engine.formats.cybertip_words import DEPRECATED

ROOT = Path(__file__).resolve().parents[2]
QUOTING = {
    "src/tutela/domain/data/terms.csv",
    "src/tutela/domain/terms.py",  # its docstring's example
    "src/tutela/engine/formats/cybertip_words.py",  # what NCMEC's wire says
    "tests/domain/test_terms.py",
}
READ = {".py", ".md", ".html", ".css", ".csv", ".toml", ".json", ".txt", ".c", ".h", ".yml", ".po", ".typ", ".xml"}


def our_files() -> list[Path]:
    """Every text file that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return [
        ROOT / name for name in listed if Path(name).suffix in READ and name not in QUOTING and (ROOT / name).is_file()
    ]


def complaints(path: Path) -> list[str]:
    """What is to be mended in one file, a line each."""
    name, text = path.relative_to(ROOT), path.read_text(encoding="utf-8", errors="replace")
    return [
        *(
            f"{name}:{found.line}: '{found.written}' is to be avoided; say '{found.term.prefer}'"
            for found in find_avoided(text)
        ),
        *(
            f"{name}:{number}: '{word}' is a word of a wire, for its adapter alone"
            for number, line in enumerate(text.splitlines(), start=1)
            for word in DEPRECATED
            if word in line
        ),
    ]


def main() -> int:
    files = our_files()
    found = [line for path in files for line in complaints(path)]
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.stdout.write(f"terminology: {len(files)} files read, {len(found)} to mend\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
