from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tutela.entry.cli.exits import ExitCode
from tutela.entry.cli.words import plural, size, span

pytestmark = pytest.mark.usefixtures("confinement")


#### Exit codes, one by one ####


def test_0_nothing_found_and_everything_examined(tutela, known, evidence):
    (evidence / "secret1.png").unlink()
    code, out, _ = tutela("scan", evidence, "--list", known, "--report", "r.jsonl")
    assert code == ExitCode.OK
    assert "exact matches       0" in out


def test_1_something_found(tutela, known, evidence):
    code, out, _ = tutela("scan", evidence, "--list", known, "--report", "r.jsonl")
    assert code == ExitCode.FOUND
    assert "exact matches       1  known" in out
    assert tutela("report", "show", "r.jsonl")[0] == ExitCode.FOUND


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan"],
        ["scan", "."],
        ["scan", "missing", "--list", "known"],
        ["scan", ".", "--list", "known", "--resume"],
        ["scan", ".", "--list", "known", "--workers", "0"],
        ["nonsense"],
        ["report", "convert", "missing", "--to", "csv"],
        ["hash", "missing"],
        ["list", "import", "missing", "--name", "x"],
    ],
)
def test_2_a_wrong_command_line(tutela, known, arguments):
    code, _, err = tutela(*arguments)
    assert code == ExitCode.USAGE
    assert "Error" in err
    assert "Traceback" not in err


def test_3_it_cannot_go_on_and_says_how_to_mend_it(tutela, known, evidence):
    code, _, err = tutela("scan", evidence, "--list", "unknown", "--report", "r.jsonl")
    assert code == ExitCode.FAILED
    assert "error:" in err
    assert "hint:" in err
    tutela("scan", evidence, "--list", known, "--report", "r.jsonl")
    code, _, err = tutela("scan", evidence, "--list", known, "--report", "r.jsonl")
    assert code == ExitCode.FAILED
    assert "already there" in err
    assert "--resume" in err


def test_4_nothing_found_but_not_everything_examined(tutela, known, evidence):
    (evidence / "secret1.png").write_bytes((evidence / "secret2.png").read_bytes()[:200])
    code, out, _ = tutela("scan", evidence, "--list", known, "--report", "r.jsonl")
    assert code == ExitCode.INCOMPLETE
    assert "not fully examined  1" in out


def test_4_rows_of_a_list_were_left_out(tutela, home):
    (home / "bad.csv").write_text("id,md5\na,d41d8cd98f00b204e9800998ecf8427f\nb,nonsense\n")
    code, out, err = tutela("list", "import", "bad.csv", "--name", "bad")
    assert code == ExitCode.INCOMPLETE
    assert "1 malformed row" in out
    assert "line 3" in err
    assert tutela("list", "import", "bad.csv", "--name", "worse", "--strict")[0] == ExitCode.FAILED
    assert "line 3" in tutela("list", "show", "bad", "--rejected")[1]


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
def test_a_signal_stops_within_a_moment_says_how_to_go_on_and_has_its_code(tutela, known, evidence, number, code):
    for index in range(3000):
        (evidence / f"{index}.txt").write_text(str(index))
    command = [sys.executable, "-m", "tests.entry.slowly", "scan", "evidence", "--list", known, "--report", "r.jsonl"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": _root()}
    ) as process:
        report = evidence.parent / "r.jsonl"
        while not (report.exists() and report.read_bytes().count(b"\n") > 20):
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.02)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert "--resume" in out
    assert "Traceback" not in err
    assert tutela("report", "show", "r.jsonl")[0] == ExitCode.INCOMPLETE
    resumed, out, _ = tutela("scan", "evidence", "--list", known, "--report", "r.jsonl", "--resume")
    assert resumed == ExitCode.FOUND
    assert "had been reported before" in out
    assert "files               3,003," in out


def _root():
    return str(Path(__file__).resolve().parents[2])


#### What is said, and what is not ####


def test_names_are_not_printed_unless_asked_for(tutela, known, evidence):
    said = "".join(map(str, tutela("scan", evidence, "--list", known, "--report", "r.jsonl")))
    said += "".join(map(str, tutela("report", "show", "r.jsonl")))
    assert "secret" not in said
    assert "secret1.png" in tutela("report", "show", "r.jsonl", "--show-names")[1]


def test_a_hostile_name_cannot_drive_the_terminal(tutela, known, evidence):
    (evidence / "secret1.png").rename(evidence / "a\x1b[2J\u202egpj\n.png")
    out = tutela("scan", evidence, "--list", known, "--report", "r.jsonl", "--show-names")[1]
    out += tutela("hash", evidence)[1]
    assert "a\\x1b[2J\\u202egpj\\n.png" in out
    assert "\x1b[2J" not in out


def test_only_the_report_is_written(tutela, known, evidence, home):
    before = sorted(home.rglob("*"))
    tutela("scan", evidence, "--list", known, "--report", "r.jsonl")
    assert sorted(home.rglob("*")) == sorted([*before, home / "r.jsonl"])
    assert (home / "r.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_report_has_a_name_by_itself(tutela, known, evidence, home):
    tutela("scan", evidence, "--list", known)
    assert len(list(home.glob("tutela-scan-*.jsonl"))) == 1


def test_a_file_on_its_own_can_be_scanned(tutela, known, evidence):
    code, out, _ = tutela(
        "scan", evidence / "secret1.png", "--list", known, "--report", "r.jsonl", "--isolation", "per-file"
    )
    assert code == ExitCode.FOUND
    assert "files               1," in out


def test_the_page_is_written_on_request(tutela, known, evidence, home):
    tutela("scan", evidence, "--list", known, "--report", "r.jsonl", "--page", "r.html")
    assert b"1 known file found" in (home / "r.html").read_bytes()


#### Converting ####


def test_a_report_converts_to_csv_vics_and_a_page(tutela, known, evidence, home):
    tutela("scan", evidence, "--list", known, "--report", "r.jsonl")
    for kind in ("csv", "vics", "html"):
        assert tutela("report", "convert", "r.jsonl", "--to", kind)[0] == ExitCode.OK
    rows = list(csv.DictReader(io.StringIO((home / "r.csv").read_text(encoding="utf-8-sig"), newline="")))
    assert [row["kind"] for row in rows if row["hit"] != "0"] == ["exact"]
    media = json.loads((home / "r.vics.json").read_text())["value"][0]["Media"]
    assert [item.get("Category") for item in media] in ([1, None], [None, 1])
    assert (home / "r.html").read_text().startswith("<!doctype html>")


def test_converting_does_not_overwrite_unless_told(tutela, known, evidence, home):
    tutela("scan", evidence, "--list", known, "--report", "r.jsonl")
    (home / "r.csv").write_text("precious")
    assert tutela("report", "convert", "r.jsonl", "--to", "csv")[0] == ExitCode.FAILED
    assert (home / "r.csv").read_text() == "precious"
    assert tutela("report", "convert", "r.jsonl", "--to", "csv", "--force")[0] == ExitCode.OK
    assert (home / "r.csv").read_text() != "precious"


def test_converting_to_standard_output_writes_nothing_else_there(tutela, known, evidence):
    tutela("scan", evidence, "--list", known, "--report", "r.jsonl")
    _, out, _ = tutela("report", "convert", "r.jsonl", "--to", "vics", "-o", "-")
    assert json.loads(out)["value"]


def test_an_unfinished_report_converts_with_a_warning(tutela, known, evidence, home):
    tutela("scan", evidence, "--list", known, "--report", "r.jsonl")
    lines = (home / "r.jsonl").read_bytes().splitlines(keepends=True)
    (home / "r.jsonl").write_bytes(b"".join(lines[:-1]))
    code, _, err = tutela("report", "convert", "r.jsonl", "--to", "html")
    assert code == ExitCode.INCOMPLETE
    assert "did not finish" in err
    assert b"Unfinished scan" in (home / "r.html").read_bytes()


@pytest.mark.parametrize("content", ["", "hello\n", "{}\n"])
def test_something_else_is_not_converted(tutela, home, content):
    (home / "r.jsonl").write_text(content)
    code, _, err = tutela("report", "convert", "r.jsonl", "--to", "csv")
    assert code == ExitCode.FAILED
    assert "not a report" in err
    assert not (home / "r.csv").exists()


#### Fingerprints and lists ####


def test_hash_shows_what_the_standard_tools_would(tutela, evidence):
    import hashlib

    data = (evidence / "secret1.png").read_bytes()
    code, out, _ = tutela("hash", evidence / "secret1.png")
    assert code == ExitCode.OK
    for name in ("md5", "sha1", "sha256"):
        assert hashlib.new(name, data).hexdigest() in out
    assert "image/png, 320 x 240" in out
    (line,) = [json.loads(line) for line in tutela("hash", "--json", evidence / "secret1.png")[1].splitlines()]
    assert line["sha256"] == hashlib.sha256(data).hexdigest()
    assert line["hashes"][0]["pdq"] in out


def test_hash_says_when_something_could_not_be_examined(tutela, evidence):
    (evidence / "link").symlink_to("nowhere")
    (evidence / "bad.png").write_bytes((evidence / "secret1.png").read_bytes()[:200])
    code, out, _ = tutela("hash", evidence)
    assert code == ExitCode.INCOMPLETE
    assert "unread, symlink" in out


def test_lists_are_shown_and_removed(tutela, known):
    assert "known" in tutela("list", "show")[1]
    assert "VICS 2.0 US" in tutela("list", "show", "known")[1]
    assert tutela("list", "remove", "known", "--yes")[0] == ExitCode.OK
    assert tutela("list", "show", "known")[0] == ExitCode.FAILED
    assert "no lists yet" in tutela("list", "show")[1]


def test_columns_can_be_named(tutela, home):
    (home / "theirs.csv").write_text("Nr;Summe\n1;d41d8cd98f00b204e9800998ecf8427f\n")
    code, out, _ = tutela(
        "list", "import", "theirs.csv", "--name", "theirs", "--format", "csv", "--column", "Summe=md5"
    )
    assert code == ExitCode.OK
    assert "with md5" in out
    assert tutela("list", "import", "theirs.csv", "--name", "x", "--column", "Summe")[0] == ExitCode.USAGE


def test_numbers_are_written_for_people():
    assert [size(number) for number in (0, 1023, 1024, 1536, 200 * 1024**2)] == [
        "0 bytes",
        "1,023 bytes",
        "1.0 KiB",
        "1.5 KiB",
        "200 MiB",
    ]
    assert [span(number) for number in (0.5, 42, 90, 4000)] == ["0.5 s", "42 s", "1 min 30 s", "1 h 6 min"]
    assert [plural(1, "file"), plural(2000, "entry", "entries")] == ["1 file", "2,000 entries"]
