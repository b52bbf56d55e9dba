"""Small files: whoever comes second finds the first one's whole, and nobody ever sees a part of one."""

from __future__ import annotations

import threading

import pytest

from tutela.engine.durable import DRAFT, create_file, replace_file, take_lock

CONTENTS = [bytes([number]) * 5000 for number in range(8)]


def together(*verbs):
    """Start all of them at one moment, each in its own thread."""
    gate = threading.Barrier(len(verbs))

    def run(verb):
        gate.wait()
        verb()

    threads = [threading.Thread(target=run, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_first_ones_file_stays(tmp_path):
    path = tmp_path / "key"
    create_file(path, b"first")
    create_file(path, b"second")
    assert path.read_bytes() == b"first"


def test_of_many_that_make_it_together_all_read_the_same_whole_file(tmp_path):
    path, seen = tmp_path / "key", []

    def make(content):
        create_file(path, content)
        seen.append(path.read_bytes())

    together(*(lambda content=content: make(content) for content in CONTENTS))
    assert seen == [path.read_bytes()] * len(CONTENTS)
    assert path.read_bytes() in CONTENTS


def test_of_many_that_replace_it_together_one_stands_whole(tmp_path):
    path = tmp_path / "pointer"
    together(*(lambda content=content: replace_file(path, content) for content in CONTENTS))
    assert path.read_bytes() in CONTENTS


@pytest.mark.parametrize("put", [create_file, replace_file])
def test_it_is_its_owners_alone_and_leaves_nothing_beside_it(tmp_path, put):
    for content in CONTENTS:
        put(tmp_path / "key", content)
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_where_it_cannot_be_named_nothing_is_left_of_it(tmp_path):
    (tmp_path / "key").mkdir()
    with pytest.raises(IsADirectoryError):
        replace_file(tmp_path / "key", b"content")
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize("put", [create_file, replace_file])
def test_what_a_killed_writer_left_is_removed_by_the_next_and_what_is_being_written_is_not(tmp_path, put):
    left, held = (tmp_path / f".key.{name}{DRAFT}" for name in ("left", "held"))
    left.write_bytes(b"half")
    with held.open("wb") as file:
        assert take_lock(file.fileno())
        put(tmp_path / "key", b"whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == [held.name, "key"]
