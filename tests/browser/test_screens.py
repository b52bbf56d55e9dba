"""The pictures in the guide: all there, small, and shown."""

from __future__ import annotations

import pytest

from tests.browser.screens import BYTES_MAX, FOLDER, PICTURES

NAMES = [f"{name}.png" for name in PICTURES]


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_small_and_the_guide_shows_it(name):
    assert (FOLDER / name).stat().st_size < BYTES_MAX
    assert f"../screens/{name}" in (FOLDER.parent / "guide/console.md").read_text(encoding="utf-8")


def test_no_picture_is_left_over():
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(NAMES)
