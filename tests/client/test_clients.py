"""What a client sends, without sending it."""

from __future__ import annotations

import msgspec
import pytest

from tutela.client import Channel, Client, Kind


@pytest.fixture
def client():
    with Client("http://127.0.0.1:1", "key", Channel.PUBLIC, "NL") as made:
        yield made


def test_without_a_reference_the_body_is_what_it_was_before_there_were_any(client):
    body = msgspec.json.decode(client._one(Kind.MD5, "0" * 32, None, "").body)
    assert body == {"channel": "public", "jurisdiction": "NL", "kind": "md5", "value": "0" * 32}
    assert client._bytes(b"", "").target == "/v1/match/bytes?channel=public&jurisdiction=NL"


def test_references_stay_with_their_values_over_batches(client):
    sent = client._many(Kind.MD5, ["0" * 32, "1" * 32, "2" * 32], None, ["a", "b", "c"], 2)
    bodies = [msgspec.json.decode(each.body) for each in sent]
    assert [body["references"] for body in bodies] == [["a", "b"], ["c"]]
    assert [len(body["values"]) for body in bodies] == [2, 1]


@pytest.mark.parametrize("references", [["a"], ["a", "b", "c"], ["a", "b", "c", "d"]])
def test_references_that_are_not_one_for_each_value_are_refused_before_anything_is_sent(client, references):
    with pytest.raises(ValueError, match="one reference for each value"):
        client._many(Kind.MD5, ["0" * 32, "1" * 32], None, references, 2)
