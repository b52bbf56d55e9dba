"""Documents as dataclasses: what a form cannot say is refused both ways, and what does not belong is told by its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest

from tutela.domain.errors import FormatError
from tutela.engine.formats import xml_forms, xml_tree
from tutela.engine.formats.xml_forms import BOOLEAN, DAY, IP, MOMENT, Text, UnfitError, Whole, Word
from tutela.engine.formats.xml_model import attribute, element_of, many, mark, maybe, one, orders, text, value_of
from tutela.engine.formats.xml_tree import XmlLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    kind: str = attribute(Text(5), least=1)
    said: str = text(Text(5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    first_leaf: Leaf = one(Leaf)
    is_old: bool = mark("old")
    age: int | None = maybe(Whole(0, 150))
    names: tuple[str, ...] = many(Text(5), "name", least=1)


def read(document):
    wrong = []
    return value_of(xml_tree.read(document, XmlLimits()), Tree, wrong), wrong


SOUND = b"<tree><firstLeaf kind='a'>b</firstLeaf><old/><age>7</age><name>c</name><name>d</name></tree>"


def test_a_sound_document_reads_and_writes_back():
    tree, wrong = read(SOUND)
    assert wrong == []
    assert tree == Tree(first_leaf=Leaf(kind="a", said="b"), is_old=True, age=7, names=("c", "d"))
    assert xml_tree.read(xml_tree.write(element_of(tree, "tree")), XmlLimits()) == element_of(tree, "tree")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"<old/>", b"<old>x</old>", "tree/old holds more than it may"),
        (b"<old/>", b"<old a='1'/>", "tree/old holds more than it may"),
        (b"<old/>", b"<old/><old/>", "tree/old stands there too often"),
        (b"<age>7", b"<age>seven", "tree/age is no whole number from 0 to 150"),
        (b"<age>7", b"<age>\xd9\xa7", "tree/age is no whole number from 0 to 150"),
        (b"<age>7", b"<age><b/>", "tree/age holds more than it may"),
        (b" kind='a'", b"", "tree/firstLeaf@kind is missing"),
        (b" kind='a'", b" kind='a' more='b'", "tree/firstLeaf@more is not known here"),
        (b">b<", b"><", "tree/firstLeaf is empty"),
        (b">b<", b">b<c/><", "tree/firstLeaf/c is not known here"),
        (b"<name>c</name><name>d</name>", b"", "tree/name is missing"),
        (b"<name>c</name>", b"<name/>", ""),
        (b"<old/>", b"stray", "tree holds text beside its elements"),
        (b"<name>c", b"<name>longer", "tree/name has more than 5 characters"),
        (b"<old/><age>7</age>", b"<age>7</age><old/>", "in tree, old stands after age"),
    ],
)
def test_what_is_wrong_is_told_by_its_place(old, new, said):
    assert old in SOUND
    _, wrong = read(SOUND.replace(old, new))
    assert wrong == ([said] if said else [])


def test_marks_alone_have_no_order_to_insist_on():
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Marks:
        a: bool = mark()

    assert set(orders(("tree", Tree), ("marks", Marks))) == {"tree"}


@pytest.mark.parametrize(
    ("form", "unfit"),
    [
        (BOOLEAN, "yes"),
        (MOMENT, "2026-11-22"),
        (MOMENT, "1969-12-31T23:59:59Z"),
        (DAY, "yesterday"),
        (IP, "198.51.100.999"),
        (Word({"a": 1}), "b"),
        (Text(5, "[a-z]+"), "A"),
        (Whole(-5, 5), "-6"),
    ],
)
def test_a_text_that_is_not_of_its_form_is_refused(form, unfit):
    with pytest.raises(UnfitError) as caught:
        form.read(unfit)
    assert unfit not in str(caught.value)


def test_what_no_text_can_say_is_not_written():
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Only:
        word: int = one(xml_forms.Word({"a": 1}))
        at: datetime | None = maybe(MOMENT)

    for only in (Only(word=2), Only(word=1, at=datetime(2026, 11, 22))):  # noqa: DTZ001 - that is what is wrong with it
        with pytest.raises(FormatError):
            element_of(only, "only")
