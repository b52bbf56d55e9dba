from __future__ import annotations

import ast
import contextlib
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.ledger.world import LOG_KEY, OTHER_KEY, WITNESS_KEY, World
from tutela.engine.ledger import verifier

WORLD = World(12, (5,))
VKEY = str(LOG_KEY.verifier)

# RFC 8032, section 7.1, tests 1 to 3: public key, text, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "text", "signature"), RFC_8032)
def test_the_vectors_of_rfc_8032_hold_and_no_neighbour_does(public, text, signature):
    public, text, signature = (bytes.fromhex(part) for part in (public, text, signature))
    assert verifier.ed25519_verify(public, text, signature)
    assert not verifier.ed25519_verify(public, text + b"x", signature)
    assert not verifier.ed25519_verify(public, text, signature[:-1])
    assert not verifier.ed25519_verify(public[:-1], text, signature)


def test_a_signature_with_a_second_spelling_of_its_number_is_refused():
    public, text, signature = (bytes.fromhex(part) for part in RFC_8032[1])
    s = int.from_bytes(signature[32:], "little") + verifier.ORDER
    assert not verifier.ed25519_verify(public, text, signature[:32] + s.to_bytes(32, "little"))


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=40), st.integers(0, 127), st.integers(0, 255))
def test_plain_python_and_openssl_say_the_same_of_any_signature(seed, text, at, change):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = bytearray(key.public_key().public_bytes_raw()), bytearray(key.sign(text))
    if at < 64:
        signature[at] ^= change
    elif at < 96:
        public[at - 64] ^= change
    try:
        Ed25519PublicKey.from_public_bytes(bytes(public)).verify(bytes(signature), text)
        expected = True
    except InvalidSignature:
        expected = False
    assert verifier.ed25519_verify(bytes(public), text, bytes(signature)) == expected


def test_it_stands_alone():
    imported = {
        name.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(Path(verifier.__file__).read_text(encoding="utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in node.names
    }
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


#### As the expert runs it: a copied file, nothing installed ####


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "verifier.py").write_bytes(Path(verifier.__file__).read_bytes())
    (tmp_path / "log.jsonl").write_bytes(WORLD.log_export())
    (tmp_path / "case.jsonl").write_bytes(WORLD.case_export(1))
    (tmp_path / "outside").write_bytes(WORLD.checkpoints[5])
    (tmp_path / "fork").write_bytes(World(12, chains=2).checkpoint)
    return tmp_path


def run(folder, *arguments):
    command = [sys.executable, "-I", "-S", "verifier.py", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_copied_file_accepts_an_export_and_says_what_was_shown(folder):
    status, said = run(folder, "log.jsonl", "--key", VKEY, "--checkpoint", "outside")
    assert (status, said.splitlines()[0]) == (0, "ACCEPTED   the whole log, 12 entries")
    assert "no outside checkpoint" not in said


def test_a_copied_file_refuses_a_fork(folder):
    assert run(folder, "log.jsonl", "--key", VKEY, "--checkpoint", "fork") == (
        1,
        "REFUSED    the first 12 entries are not those that a checkpoint was signed for\n",
    )


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["case.jsonl", "--key", VKEY], 0, "not shown  that the case has no later entries"),
        (["case.jsonl", "--key", VKEY], 0, "no outside checkpoint was given"),
        (["log.jsonl", "--key", str(OTHER_KEY.verifier)], 1, "REFUSED    no given key signed"),
        (["log.jsonl", "--key", VKEY, "--witness", str(WITNESS_KEY.verifier)], 1, "REFUSED    the witness"),
        (["log.jsonl", "--key", "nonsense"], 2, "CANNOT VERIFY"),
        (["log.jsonl", "--key", str(WITNESS_KEY.verifier)], 2, "CANNOT VERIFY"),
        (["absent.jsonl", "--key", VKEY], 2, "CANNOT VERIFY"),
        ([".", "--key", VKEY], 2, "CANNOT VERIFY"),
        (["log.jsonl", "--key", VKEY, "--checkpoint", "absent"], 2, "CANNOT VERIFY"),
    ],
)
def test_what_it_says_and_how_it_ends(folder, capsys, arguments, status, said):
    with contextlib.chdir(folder):
        assert verifier.main(arguments) == status
    shown = capsys.readouterr()
    assert said in shown.out + shown.err


def test_without_a_key_it_asks_for_one(capsys):
    with pytest.raises(SystemExit) as ended:
        verifier.main(["log.jsonl"])
    assert ended.value.code == 2
