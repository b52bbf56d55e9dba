"""Attempts to call something viewed that no person of the organisation saw whole and as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.media import MediaKind
from tutela.engine.viewing import Medium, Rung, Showing, is_viewed, missing
from tutela.engine.viewing.whole import PICTURE_MS

PICTURE = Medium(MediaKind.PICTURE)
VIDEO = Medium(MediaKind.VIDEO, duration_ms=1_000, has_sound=True)
US, THEM = "our-organisation", "another-organisation"
SEEN = Showing(US, "p-1", 0, PICTURE_MS)
PLAYED = Showing(US, "p-1", 0, 1_000, has_sound=True)

showings = st.builds(
    Showing,
    st.sampled_from([US, THEM]),
    st.sampled_from(["", "p-1", "p-2"]),
    st.integers(0, 1_000),
    st.integers(0, 1_200),
    rung=st.sampled_from(list(Rung)),
    is_whole=st.booleans(),
    is_verified=st.booleans(),
    is_moving=st.booleans(),
    has_sound=st.booleans(),
    speed=st.sampled_from([0.5, 1.0, 1.5, 4.0]),
)
histories = st.lists(showings, max_size=20)
media = st.builds(Medium, st.sampled_from(list(MediaKind)), st.sampled_from([0, 300, 1_000]), st.booleans())


def test_a_picture_shown_whole_and_as_it_is_was_viewed():
    assert is_viewed(PICTURE, [SEEN], US)


def test_a_video_played_whole_with_its_sound_was_viewed():
    assert is_viewed(VIDEO, [PLAYED], US)


@pytest.mark.parametrize(
    "change",
    [
        {"rung": Rung.GREY},
        {"rung": Rung.BLURRED},
        {"rung": Rung.LINES},
        {"is_whole": False},
        {"is_verified": False},
        {"person": ""},
        {"organisation": THEM},
        {"to_ms": PICTURE_MS - 1},
    ],
    ids=str,
)
def test_less_than_the_whole_picture_as_it_is_was_not_viewed(change):
    assert not is_viewed(PICTURE, [replace(SEEN, **change)], US)


@pytest.mark.parametrize(
    "change",
    [
        {"is_moving": False},
        {"has_sound": False},
        {"speed": 2.0},
        {"to_ms": 999},
        {"from_ms": 1},
        {"rung": Rung.GREY},
        {"is_verified": False},
        {"person": ""},
    ],
    ids=str,
)
def test_less_than_the_whole_video_as_it_is_was_not_viewed(change):
    assert not is_viewed(VIDEO, [replace(PLAYED, **change)], US)


def test_two_people_who_saw_a_half_each_saw_nothing_whole():
    halves = [replace(PLAYED, to_ms=500), replace(PLAYED, person="p-2", from_ms=500)]
    assert not is_viewed(VIDEO, halves, US)


def test_one_person_may_see_the_halves_in_any_order():
    assert is_viewed(VIDEO, [replace(PLAYED, from_ms=400), replace(PLAYED, to_ms=600)], US)


@pytest.mark.parametrize("kind", [MediaKind.ARCHIVE, MediaKind.OTHER])
def test_what_cannot_be_shown_whole_is_never_viewed(kind):
    assert not is_viewed(Medium(kind, 1_000), [PLAYED], US)


def test_a_video_of_unknown_length_is_never_viewed():
    assert not is_viewed(Medium(MediaKind.VIDEO), [PLAYED], US)


def test_a_desk_says_which_parts_are_missing():
    seen = [replace(PLAYED, from_ms=100, to_ms=300), replace(PLAYED, from_ms=250, to_ms=400)]
    assert missing(VIDEO, seen, US, "p-1") == ((0, 100), (400, 1_000))


@given(media, histories)
def test_viewed_is_true_exactly_when_one_person_of_ours_saw_every_moment(medium, history):
    """The same said another way: by points in time, for each person, with no intervals merged."""
    expected = False
    for person in ("p-1", "p-2"):
        mine = [
            each
            for each in history
            if (each.organisation, each.person, each.rung) == (US, person, Rung.COLOUR)
            and each.is_whole
            and each.is_verified
        ]
        if medium.kind is MediaKind.PICTURE:
            expected |= any(each.to_ms - each.from_ms >= PICTURE_MS for each in mine)
        elif medium.kind is MediaKind.VIDEO and medium.duration_ms:
            played = [
                each for each in mine if each.is_moving and each.speed <= 1 and (each.has_sound or not medium.has_sound)
            ]
            expected |= all(
                any(each.from_ms <= moment < each.to_ms for each in played) for moment in range(medium.duration_ms)
            )
    assert is_viewed(medium, history, US) is expected


@given(media, histories, showings)
def test_nothing_that_another_saw_changes_what_we_say(medium, history, more):
    ours = [each for each in history if each.organisation == US and each.person]
    foreign = [replace(more, organisation=THEM), replace(more, person="")]
    assert is_viewed(medium, [*ours, *foreign], US) is is_viewed(medium, ours, US)
