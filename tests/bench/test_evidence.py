"""The registry, the records and the table stay in step; a record cannot say more than its figures do."""

from __future__ import annotations

import ast
import importlib.util
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench import evidence, plot, plot_sizes, record, table
from bench.record import Bar, Figure, FigureSpec, Measurement
from bench.registry import CLAIMS, UNMEASURED

RECORDS = record.read_all(evidence.FOLDER)
AROUND = {"machine": {}, "versions": {}, "date": "2020-01-01", "commit": "none"}


def made(*figures: Figure) -> dict:
    return record.build("T1", "A claim.", figures, Measurement(), AROUND)


#### The files of this repository ####


def test_every_claim_has_a_record_and_every_record_a_claim():
    assert {one["id"] for one in RECORDS} == set(CLAIMS) - UNMEASURED


@pytest.mark.parametrize("one", RECORDS, ids=[one["id"] for one in RECORDS])
def test_a_record_is_sound_and_unedited(one):
    assert record.faults(one) == []
    assert (evidence.FOLDER / f"{one['id']}.json").exists()


@pytest.mark.parametrize("one", RECORDS, ids=[one["id"] for one in RECORDS])
def test_a_record_has_the_figures_and_bars_of_the_registry(one):
    claim = CLAIMS[one["id"]]
    assert one["claim"] == claim.text
    found = [(figure["name"], figure["unit"], figure["peer"], figure["bar"]) for figure in one["figures"]]
    assert found == [(spec.name, spec.unit, spec.peer, str(spec.bar or "")) for spec in claim.figures]


@pytest.mark.parametrize("one", RECORDS, ids=[one["id"] for one in RECORDS])
def test_met_follows_from_the_recorded_values(one):
    for figure, spec in zip(one["figures"], CLAIMS[one["id"]].figures, strict=True):
        expected = spec.bar.holds(figure["value"], figure["ratio"]) if spec.bar else None
        assert figure["met"] is expected, figure["name"]
    assert one["met"] == all(figure["met"] is not False for figure in one["figures"])


def test_the_table_and_the_plot_are_made_from_the_records():
    assert (evidence.FOLDER / "README.md").read_text(encoding="utf-8") == table.page(RECORDS)
    assert (evidence.FOLDER / plot.NAME).read_text(encoding="utf-8") == plot.svg(RECORDS)
    assert (evidence.FOLDER / plot_sizes.NAME).read_text(encoding="utf-8") == plot_sizes.svg(RECORDS)


def test_the_plot_is_well_formed_and_shows_every_speed_beside_a_peer():
    root = ET.fromstring(plot.svg(RECORDS))
    texts = " ".join(node.text or "" for node in root.iter() if node.tag.endswith("text"))
    for one in RECORDS:
        for figure in one["figures"]:
            if figure["ratio"] is not None and "/s" in figure["unit"]:
                assert figure["name"] in texts


@pytest.mark.parametrize("one", RECORDS, ids=[one["id"] for one in RECORDS])
def test_a_record_names_no_machine_path_or_registry(one):
    text = json.dumps(one).casefold()
    assert not [
        word for word in ("/work", "/tmp", "/root", "/home", "://", "site-packages", "hostname") if word in text
    ]


def test_every_claim_names_a_module_that_measures():
    for claim in CLAIMS.values():
        spec = importlib.util.find_spec(claim.module)
        assert spec is not None, claim.module
        assert spec.origin is not None, claim.module
        tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
        assert "measure" in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_figures_of_a_claim_have_different_names():
    for claim in CLAIMS.values():
        assert len({spec.name for spec in claim.figures}) == len(claim.figures)


#### Refusals ####


def test_an_unknown_id_is_refused(capsys):
    assert evidence.main(["A2", "Z9"]) == 2
    assert "Z9" in capsys.readouterr().err


@pytest.mark.parametrize("change", [{"met": True}, {"value": 1000.0}, {"claim": "Better."}, {"commit": "other"}])
def test_an_edit_by_hand_is_seen(change):
    edited = made(Figure(FigureSpec("a", "s", Bar("value", "<", 1)), 2.0)) | change
    assert any("by hand" in fault for fault in record.faults(edited))


def test_a_record_with_a_missed_figure_is_never_met_even_with_a_right_checksum():
    forged = made(Figure(FigureSpec("a", "s", Bar("value", "<", 1)), 2.0)) | {"met": True}
    forged["checksum"] = record.checksum(forged)
    assert any("yet these figures are not" in fault for fault in record.faults(forged))


def test_a_record_of_an_older_schema_is_stale():
    old = made(Figure(FigureSpec("a", "s"), 2.0)) | {"schema": record.SCHEMA - 1}
    old["checksum"] = record.checksum(old)
    assert any("stale" in fault for fault in record.faults(old))


def test_a_missing_field_is_named():
    bare = made(Figure(FigureSpec("a", "s"), 2.0))
    del bare["machine"]
    assert record.faults(bare) == ["field machine is missing"]


#### Figures ####


def test_a_figure_that_was_not_measured_is_not_met():
    figure = Figure(FigureSpec("a", "s", Bar("value", "<=", 1)), None)
    assert figure.met is False
    assert made(figure)["met"] is False


def test_a_ratio_needs_a_peer():
    spec = FigureSpec("a", "1/s", Bar("ratio", ">=", 1), peer="other")
    assert Figure(spec, 5.0).met is False
    assert Figure(spec, 5.0, 0.0).met is False
    assert Figure(spec, 5.0, 4.0).met is True


def test_a_ratio_above_one_is_always_better_than_the_peer():
    seconds = FigureSpec("a", "s", peer="other", less_is_better=True)
    assert Figure(seconds, 2.0, 8.0).ratio == 4
    assert Figure(FigureSpec("a", "1/s", peer="other"), 8.0, 2.0).ratio == 4


def test_the_headline_is_the_figure_that_misses_its_bar():
    good = Figure(FigureSpec("good", "s", Bar("value", "<", 1)), 0.5)
    bad = Figure(FigureSpec("bad", "s", Bar("value", "<", 1)), 1.5)
    assert made(good, bad)["value"] == 1.5
    assert made(good)["value"] == 0.5


def test_a_figure_without_a_bar_decides_nothing():
    assert made(Figure(FigureSpec("shown", "s"), 1e9))["met"] is True


@pytest.mark.parametrize("value", [3.99, 3.9999, 3.999996, 4.0, 4.00001])
def test_met_is_decided_on_the_numbers_as_recorded(value):
    figure = Figure(FigureSpec("a", "1/s", Bar("ratio", ">=", 4), peer="other"), value, 1.0)
    written = figure.as_json()
    assert written["met"] is (written["ratio"] >= 4)
    assert abs(written["ratio"] - value) < 1e-4
