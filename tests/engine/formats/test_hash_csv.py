"""CSV lists as they come, and as they should not."""

from __future__ import annotations

import csv
import hashlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.domain.errors import FormatError
from tutela.domain.limits import ImportLimits
from tutela.domain.lists import Entry, RejectedRow
from tutela.domain.signals import SignalKind
from tutela.engine.formats import Notes, hash_csv

MD5 = hashlib.md5(b"sample").hexdigest()
SHA1 = hashlib.sha1(b"sample").hexdigest()
SHA256 = hashlib.sha256(b"sample").hexdigest()
PDQ = "0123456789abcdef" * 4


def read(text, **options):
    raw = text if isinstance(text, bytes) else text.encode()
    return list(hash_csv.read(io.BytesIO(raw), **options))


def test_every_column_that_we_know_is_read_and_nothing_else():
    notes = Notes()
    (entry,) = read(
        f"md5,sha1,sha256,pdq,classification,source,id,file name\n{MD5},{SHA1},{SHA256},{PDQ},A2,agency,e-1,x.jpg\n",
        notes=notes,
    )
    assert entry == Entry(
        "e-1",
        "A2",
        "agency",
        bytes.fromhex(MD5),
        bytes.fromhex(SHA1),
        bytes.fromhex(SHA256),
        bytes.fromhex(PDQ),
    )
    assert notes.columns_unread == ("file name",)


@pytest.mark.parametrize("delimiter", hash_csv.DELIMITERS)
@pytest.mark.parametrize("name", ["MD5", "md5_hash", "HASH_MD5", '"md5"', " Md5 ", "video_md5"])
def test_delimiters_and_names_are_told_from_the_header(delimiter, name):
    (entry,) = read(f"{name}{delimiter}Category\n{MD5.upper()}{delimiter}1\n")
    assert (entry.md5.hex(), entry.classification, entry.entry_id) == (MD5, "1", "2")


def test_interpols_icse_export():
    header = (
        "MD5;SHA1;PhotoDNA;Image ID;Is distributed;Victim identified;Offender identified;Series name;"
        "Number of submissions;File Available;Media Type;Baseline"
    )
    (entry,) = read(f"{header}\n{MD5};{SHA1};{'QUJD' * 48};77;yes;no;no;series;3;yes;image;true\n")
    assert entry.entry_id == "77"
    assert entry.classification == "true"
    assert entry.opaque == {"photodna": "QUJD" * 48}
    assert "series" not in repr(entry)


def test_the_preferred_of_two_names_is_read_wherever_it_stands():
    notes = Notes()
    for header, row in [("class,classification", "x,A1"), ("classification,class", "A1,x")]:
        (entry,) = read(f"md5,{header}\n{MD5},{row}\n", notes=notes)
        assert entry.classification == "A1"
        assert notes.columns_unread == ("class",)


def test_two_columns_for_one_hash_are_refused():
    with pytest.raises(FormatError, match="columns 1 and 2 both hold md5"):
        read(f"md5,md5hash\n{MD5},{MD5}\n")


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
    ],
)
def test_encodings_are_told_from_the_first_bytes(encoding, bom):
    (entry,) = read(bom + f"md5,source\r\n{MD5},Länderstelle\r\n".encode(encoding))
    assert (entry.md5.hex(), entry.source) == (MD5, "Länderstelle")


def test_latin_1_is_read_and_said():
    notes = Notes()
    (entry,) = read(f"md5,source\n{MD5},Länderstelle\n".encode("latin-1"), notes=notes)
    assert entry.source == "Länderstelle"
    assert notes.rows_latin1 == 1


def test_lines_above_the_header_are_passed_over_and_lines_keep_their_numbers():
    (entry, rejected) = read(f"sep=;\n# a comment\n\nmd5;id\n{MD5};e-1\n\nnope;e-2\n")
    assert entry.entry_id == "e-1"
    assert rejected == RejectedRow(7, "md5 has 4 characters, not 32 hexadecimal ones")


def test_a_bad_row_is_reported_with_its_line_and_ends_nothing():
    rows = read(
        "md5,sha1,pdq,classification\n"
        f"{MD5},,,1\n"
        f"{MD5[:-1]},,,1\n"
        f"{MD5[:-1]}g,,,1\n"
        f"{MD5[:10]} {MD5[11:]},,,1\n"
        f"{MD5}\n"
        f"{MD5},,,1,extra\n"
        f"{MD5},,,1,,,\n"
        ",,,1\n"
        f" {MD5} ,NULL,n/a,1\n"
        f"{MD5},,{PDQ}"
    )
    assert [row.line if isinstance(row, RejectedRow) else row.entry_id for row in rows] == [
        "2", 3, 4, 5, 6, 7, "8", 9, "10", 11,
    ]  # fmt: skip
    assert {row.reason for row in rows if isinstance(row, RejectedRow)} == {
        "md5 has 31 characters, not 32 hexadecimal ones",
        "md5 holds characters that are not hexadecimal",
        "has 1 fields where the header has 4",
        "has 5 fields where the header has 4",
        "holds no signal",
        "has 3 fields where the header has 4",
    }


def test_the_digest_of_an_empty_file_and_zeros_are_refused():
    empty = hashlib.md5(b"").hexdigest()
    rows = read(f"md5,sha1\n{empty},{SHA1}\n{MD5},{'0' * 40}\n")
    assert all(isinstance(row, RejectedRow) and "every empty file" in row.reason for row in rows)


def test_base64_and_base32_digests_are_read():
    import base64

    raw = bytes.fromhex(SHA1)
    for text in (base64.b64encode(raw).decode(), base64.b32encode(raw).decode()):
        (entry,) = read(f"sha1\n{text}\n")
        assert entry.sha1 == raw
    (rejected,) = read(f"sha1\n{MD5.upper()}\n")
    assert isinstance(rejected, RejectedRow)


def test_quoted_fields_may_hold_delimiters_and_lines():
    (first, second) = read(f'md5,source,id\n"{MD5}","one, two\nthree","e-1"\n{MD5},x,e-2\n')
    assert (first.source, first.entry_id, second.entry_id) == ("one, two three", "e-1", "e-2")


def test_a_quotation_mark_that_is_never_closed_hides_no_hash():
    rows = read("md5,source\n" + f'{MD5},"open\n' + f"{MD5},x\n" * 200)
    assert rows[0] == RejectedRow(2, "has a quotation mark that is not closed, or stands inside a field")
    assert len(rows) == 201
    assert all(isinstance(row, Entry) for row in rows[1:])


def test_a_line_that_is_too_long_is_passed_over_without_being_held():
    limits = ImportLimits(line_bytes_max=100)
    rows = read(f"md5\n{MD5}\n{'a' * 100_000}\n{MD5}\n", limits=limits)
    assert [type(row) for row in rows] == [Entry, RejectedRow, Entry]
    assert rows[1].line == 3
    assert rows[2].entry_id == "4"


def test_an_endless_first_line_is_refused():
    with pytest.raises(FormatError, match="no line of column names"):
        read(b"a" * 10_000, limits=ImportLimits(line_bytes_max=1000))


def test_labels_cannot_reach_the_screen_as_control_characters():
    notes = Notes()
    (entry,) = read(f"md5,source,id\n{MD5},a\x1b[31m\x00b,\u202eid\n", notes=notes)
    assert entry.source == "a\ufffd[31m\ufffdb"
    assert entry.entry_id == "\ufffdid"
    assert notes.labels_mended == 2


def test_a_label_as_long_as_a_page_is_a_misplaced_column():
    (rejected,) = read(f"md5,source\n{MD5},{'x' * 5000}\n")
    assert rejected.reason == "the source has 5000 characters, more than the 1024 that a label may have"


def test_a_reason_never_quotes_the_row():
    secret = "Somebody's name"
    for row in read(f"md5,pdq,source\n{secret},,\n{MD5},{secret},\n{MD5},,{secret * 100}\n,,{secret}\n"):
        assert isinstance(row, RejectedRow)
        assert secret not in row.reason


def test_pairs_of_kind_and_value():
    frames = f'"[""{PDQ},90,0.5"", ""{PDQ},40,1.5""]"'
    rows = read(
        "signal_type,signal_str,collab,category,tags\n"
        f"pdq,{PDQ},exchange,POSITIVE_CLASS,a b\n"
        f"video_md5,{MD5},exchange,POSITIVE_CLASS,\n"
        f"vpdq,{frames},exchange,INVESTIGATION_SEED,\n"
        f"pdq,{PDQ},exchange,NEGATIVE_CLASS,\n"
        "url,https://example.org,exchange,POSITIVE_CLASS,\n"
        "tmk,QUJDRA==,exchange,POSITIVE_CLASS,\n"
    )
    pdq, md5, vpdq, negative, url, tmk = rows
    assert (pdq.pdq.hex(), pdq.classification, pdq.source) == (PDQ, "POSITIVE_CLASS", "exchange")
    assert md5.md5.hex() == MD5
    assert vpdq.frames == ((bytes.fromhex(PDQ), 90, 500), (bytes.fromhex(PDQ), 40, 1500))
    assert negative == RejectedRow(5, "is marked as not belonging to this class")
    assert url == RejectedRow(6, "carries words or an address, which a hash list does not keep")
    assert tmk.opaque == {"tmk": "QUJDRA=="}


def test_a_column_of_bare_hashes_needs_a_word_where_the_length_does_not_tell():
    (entry,) = read(f"hash\n{SHA1}\n")
    assert entry.sha1.hex() == SHA1
    with pytest.raises(FormatError, match="may be SHA-256 or PDQ") as caught:
        read(f"hash\n{SHA256}\n")
    assert "sha256 or pdq" in caught.value.hint
    (entry,) = read(f"hash\n{SHA256}\n", kind=SignalKind.SHA256)
    assert entry.sha256.hex() == SHA256


def test_a_field_map_reads_what_we_have_no_name_for():
    (entry,) = read(f"Prüfsumme,Stufe\n{MD5},2\n", columns={"Prüfsumme": "md5", "Stufe": "classification"})
    assert (entry.md5.hex(), entry.classification) == (MD5, "2")


@pytest.mark.parametrize("text", ["", "\n\n", "# only\n", "name,size\nx,1\n", "\x00\x00\x00"])
def test_what_is_no_list_is_refused(text):
    with pytest.raises(FormatError):
        read(text)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(tail):
    for row in read(f"md5,source\n{MD5},x\n".encode() + tail):
        assert isinstance(row, Entry | RejectedRow)


_LABEL = st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=1, max_size=12)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.binary(min_size=16, max_size=16), _LABEL, _LABEL), min_size=1, max_size=20),
    st.sampled_from(hash_csv.DELIMITERS),
    st.booleans(),
)
def test_whatever_the_csv_module_writes_is_read_back(rows, delimiter, quote_all):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
    writer.writerow(["md5", "source", "id"])
    writer.writerows((digest.hex(), source, name) for digest, source, name in rows)
    for row, (digest, source, name) in zip(read(text.getvalue()), rows, strict=True):
        if isinstance(row, Entry):
            assert (row.md5, row.source, row.entry_id) == (digest, source, name)
        else:
            assert digest == bytes(16)
