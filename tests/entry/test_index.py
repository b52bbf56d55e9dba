"""`tutela index` as a person types it: what it says, and how it ends."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

from tests.engine.matching.world import altered, digests, pdq
from tutela.engine.matching.live import keeper
from tutela.engine.matching.policy import Quarantine, Quarantined
from tutela.entry.cli import ExitCode


@pytest.fixture
def national(home, tutela):
    """A list of twenty entries with the owner's ids."""
    rows = "".join(f"e-{n},{digests(n).md5.hex()},{pdq(n).hex()},class {n % 2}\n" for n in range(20))
    (home / "national.csv").write_text(f"id,md5,pdq,classification\n{rows}")
    assert tutela("list", "import", "national.csv", "--name", "national", "--owner", "Example hotline")[0] == 0
    return "national"


@pytest.fixture
def indexed(national, tutela):
    assert tutela("index", "build")[0] == ExitCode.OK
    return national


def test_there_is_no_index_before_it_is_built(tutela, national):
    for words in (["info"], ["verify"], ["query", "0" * 32], ["update", "--list", national, "--add", "national.csv"]):
        code, _, err = tutela("index", *words)
        assert code == ExitCode.FAILED
        assert "there is no index" in err
        assert "tutela index build" in err


def test_building_without_a_list_says_what_to_do(tutela, home):
    assert tutela("index", "build")[1] == "There are no lists yet. See tutela list import --help.\n"


def test_an_index_says_what_it_holds(tutela, indexed):
    code, out, _ = tutela("index", "info")
    assert code == ExitCode.OK
    assert "Example hotline" in out
    told = json.loads(tutela("index", "info", "--json")[1])
    assert (told["entries"], told["hashes"], told["segments"]) == (20, 20, 1)
    assert told["version"] in tutela("index", "verify")[1]


def test_a_query_ends_as_a_scan_does(tutela, indexed):
    code, out, _ = tutela("index", "query", digests(3).md5.hex(), altered(pdq(4), 7).hex())
    assert code == ExitCode.FOUND
    assert "exact by md5: national, entry e-3, class 1" in out
    assert "near by pdq at 7 of 31 bits: national, entry e-4" in out
    version = json.loads(tutela("index", "info", "--json")[1])["version"]
    assert out.count(f"index version {version}") == 2
    assert tutela("index", "query", "0" * 40)[0] == ExitCode.OK
    assert tutela("index", "query", altered(pdq(4), 7).hex(), "--distance", 6)[0] == ExitCode.OK


def test_hashes_are_read_from_a_pipe_and_a_line_that_is_none_is_said(tutela, indexed, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{pdq(1).hex()}\n\nno hash\n{'0' * 32}\n"))
    code, out, err = tutela("index", "query", "--json")
    first, second = map(json.loads, out.splitlines())
    assert code == ExitCode.FOUND
    assert (first["hits"][0]["entry_id"], first["hits"][0]["distance"], second["hits"]) == ("e-1", 0, [])
    assert err == "no hash: no hash\n"
    monkeypatch.setattr("sys.stdin", io.StringIO("xyz\n"))
    assert tutela("index", "query")[0] == ExitCode.INCOMPLETE


@pytest.mark.parametrize(
    "words", [["query", "abc"], ["query", "g" * 32], ["query", "--distance", "256"], ["update", "--list", "national"]]
)
def test_2_the_command_line_is_wrong(tutela, indexed, words):
    assert tutela("index", *words)[0] == ExitCode.USAGE


def test_an_update_is_in_force_at_once_also_for_a_scan(tutela, indexed, home, evidence, confinement):
    seen = json.loads(tutela("hash", "--json", evidence / "secret1.png")[1])
    (home / "new.csv").write_text(f"id,md5\nx-1,{seen['md5']}\ne-3,{'ab' * 16}\nx-2,{'0' * 31}\n")
    (home / "old.txt").write_text("e-4\n\ne-unknown\n")
    before = json.loads(tutela("index", "info", "--json")[1])
    code, out, err = tutela("index", "update", "--list", indexed, "--add", "new.csv", "--remove", "old.txt")
    assert code == ExitCode.INCOMPLETE
    assert "4 changes in force" in out
    assert "line 4" in err
    assert tutela("index", "query", digests(3).md5.hex(), pdq(4).hex())[0] == ExitCode.OK
    assert tutela("scan", evidence, "--list", indexed, "--report", "r.jsonl")[0] == ExitCode.FOUND
    after = json.loads(tutela("index", "info", "--json")[1])
    assert (after["entries"], after["tombstones"], after["serial"]) == (20, 2, before["serial"] + 1)
    assert tutela("index", "build")[0] == ExitCode.OK  # tidies, and keeps what was changed
    assert tutela("index", "query", seen["md5"])[0] == ExitCode.FOUND
    tutela("list", "import", "national.csv", "--name", "national")
    tutela("index", "build")
    assert tutela("index", "query", seen["md5"])[0] == ExitCode.OK  # an import is all that the owner says


def test_an_update_of_a_list_that_is_not_held_is_refused(tutela, indexed):
    code, _, err = tutela("index", "update", "--list", "other", "--add", "national.csv")
    assert code == ExitCode.FAILED
    assert "holds no list named other" in err


def test_rules_are_shown_put_in_force_and_said(tutela, indexed, home):
    assert tutela("index", "rules")[1] == "No rules are in force.\n"
    (home / "rules.toml").write_text("[list.national]\nnegative = true\n")
    assert tutela("index", "rules", "rules.toml")[0] == ExitCode.OK
    assert tutela("index", "rules")[1] == "[list.national]\nnegative = true\n"
    code, out, _ = tutela("index", "query", pdq(1).hex())
    assert code == ExitCode.OK
    assert "withheld: negative" in out
    (home / "rules.toml").write_text("[list.national]\nnegatve = true\n")
    code, _, err = tutela("index", "rules", "rules.toml")
    assert code == ExitCode.FAILED
    assert "negatve" in err


def test_a_damaged_index_is_refused_with_the_reason_and_built_again(tutela, indexed, home):
    (state,) = (home / "home" / "lists" / ".index").glob("*.tutelastate")
    state.write_bytes(state.read_bytes().replace(b"national", b"internat"))
    code, _, err = tutela("index", "verify")
    assert code == ExitCode.FAILED
    assert "the state of the index is altered" in err
    assert tutela("index", "build")[0] == ExitCode.OK
    assert tutela("index", "verify")[0] == ExitCode.OK


def test_upkeep_says_what_it_did_and_what_is_not_due(tutela, indexed, home, monkeypatch):
    assert tutela("index", "upkeep")[1] == "Nothing is due\n"
    monkeypatch.setattr("tutela.engine.matching.live.due.ENTRIES_MIN", 1)
    (home / "new.csv").write_text("".join(f"x-{n},{digests(100 + n).md5.hex()}\n" for n in range(5)))
    (home / "named.csv").write_text("id,md5\n" + (home / "new.csv").read_text())
    assert tutela("index", "update", "--list", indexed, "--add", "named.csv")[0] == ExitCode.OK
    code, out, _ = tutela("index", "upkeep")
    assert code == ExitCode.OK
    assert out.startswith("Merged 2 segments into one of 25 entries (grown), version ")
    assert json.loads(tutela("index", "info", "--json")[1])["segments"] == 1
    with keeper._keeper(home / "home" / "lists" / ".index"):
        assert tutela("index", "upkeep")[1] == "Another process is at it\n"


def test_a_person_sees_what_was_set_apart_and_releases_it_with_a_reason(tutela, indexed, home):
    assert tutela("index", "quarantine")[1] == "No entry is set apart\n"
    folder = home / "home" / "lists" / ".index"
    moment = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
    Quarantine(folder).set_apart(Quarantined("national", "e-3", moment, 1000, 3600.0))
    out = tutela("index", "quarantine")[1]
    assert out == "national, entry e-3\n  more than 1,000 hits within 3,600 s, at 2026-05-01 09:30:00 UTC\n"
    code, out, _ = tutela("index", "query", digests(3).md5.hex())
    assert code == ExitCode.OK
    assert "withheld: quarantined" in out
    words = ("index", "quarantine", "--list", "national", "--release", "e-3")
    assert tutela(*words)[0] == ExitCode.USAGE
    assert tutela(*words, "--reason", "because")[0] == ExitCode.USAGE
    assert tutela(*words, "--reason", "entry-checked")[1] == "Released: it counts again\n"
    assert tutela("index", "query", digests(3).md5.hex())[0] == ExitCode.FOUND
    assert "not set apart" in tutela(*words, "--reason", "entry-checked")[2]
    with (folder / Quarantine.FILE).open("ab") as file:
        file.write(b"nothing\n")
    assert "1 line of quarantine.jsonl cannot be read" in tutela("index", "quarantine")[2]
