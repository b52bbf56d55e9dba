"""`tutela assess` on files: what it takes, what it refuses, what it says."""

import json

import pytest

from tutela.engine.assessment import cards, imports
from tutela.entry.cli import ExitCode, run

HEADER = ",".join(imports.COLUMNS)
GOOD = "iwf-reports-assessed,WLD,2025,,450000,,,,,reports,P,,,iwf,primary,"
SCENARIO = """
title = "A year of counselling"
unit = "GBP"
price_year = "2018/19"
not_this = ["not the cost of all support"]
terms = [["children", "cost a child"]]
[inputs.children]
kind = "count"
low = 900
high = 1400
unit = "children"
source = "an invented service"
[inputs."cost a child"]
kind = "cost"
low = 400
high = 800
unit = "GBP"
source = "an invented service"
"""


@pytest.fixture
def file(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


def months(count=48, fall=20):
    rows = [
        f"{2018 + place // 12}-{place % 12 + 1:02},{60 + place % 5 - fall * (place >= count - 12)}"
        for place in range(count)
    ]
    return "period,notices\n" + "\n".join(rows) + "\n"


def test_figures_are_taken_and_make_a_package_that_is_read_again(file, tmp_path, capsys):
    out = str(tmp_path / "figures")
    assert run(["assess", "import", file("own.csv", f"{HEADER}\n{GOOD}\n"), "--out", out]) == ExitCode.OK
    assert "1 figure taken" in capsys.readouterr().out
    assert json.loads((tmp_path / "figures/datapackage.json").read_text())["resources"]
    assert run(["assess", "check", "--data", out]) == ExitCode.OK
    assert "Everything has its source" in capsys.readouterr().out


def test_one_refused_row_takes_nothing(file, tmp_path, capsys):
    bad = GOOD.replace("450000", "-3")
    text = f"{HEADER}\n{GOOD}\n{bad}\n"
    assert run(["assess", "import", file("own.csv", text), "--out", str(tmp_path / "out")]) == ExitCode.INCOMPLETE
    said = capsys.readouterr()
    assert "nothing was taken" in said.out
    assert "line 3" in said.err
    assert not (tmp_path / "out").exists()


def test_a_package_that_was_altered_is_refused(file, tmp_path, capsys):
    out = tmp_path / "figures"
    assert run(["assess", "import", file("own.csv", f"{HEADER}\n{GOOD}\n"), "--out", str(out)]) == ExitCode.OK
    with (out / "observations.csv").open("a") as stream:
        stream.write(f"{GOOD}\n")
    assert run(["assess", "check", "--data", str(out)]) == ExitCode.FAILED
    assert "longer or shorter" in capsys.readouterr().err


def test_an_edition_is_built_and_never_over_another_one_unasked(tmp_path, capsys):
    out = tmp_path / "edition"
    assert run(["assess", "build", "--out", str(out), "--quiet"]) == ExitCode.OK
    assert "15 files" in capsys.readouterr().out
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert run(["assess", "build", "--out", str(out), "--quiet"]) == ExitCode.FAILED
    assert "already there" in capsys.readouterr().err
    assert run(["assess", "build", "--out", str(out), "--quiet", "--force"]) == ExitCode.OK
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_an_effect_is_said_with_its_doubts_and_drawn(file, tmp_path, capsys):
    target = tmp_path / "effect.svg"
    code = run(
        [
            "assess",
            "impact",
            file("s.csv", months()),
            "--event",
            "2021-01-01",
            "--what",
            "a law",
            "--unit",
            "notices",
            "--source",
            "invented",
            "--measures",
            "removal",
            "--chart",
            str(target),
        ]
    )
    assert code == ExitCode.OK
    said = capsys.readouterr().out
    assert "fell with a law" in said
    assert "certainty" in said
    assert "There are no comparators" in said
    assert target.read_text().startswith("<svg ")


def test_a_comparison_with_others_is_drawn_too(file, tmp_path, capsys):
    lines = months().splitlines()
    rows = [lines[0] + ",a,b,c,d,e,f"]
    rows += [
        line + "".join(f",{60 + (place * step) % 7}" for step in range(1, 7)) for place, line in enumerate(lines[1:])
    ]
    target = tmp_path / "effect.svg"
    code = run(
        [
            "assess",
            "impact",
            file("s.csv", "\n".join(rows) + "\n"),
            "--event",
            "2021-01-01",
            "--what",
            "a law",
            "--unit",
            "notices",
            "--source",
            "invented",
            "--measures",
            "removal",
            "--chart",
            str(target),
        ]
    )
    assert code == ExitCode.OK
    assert "units" in capsys.readouterr().out
    assert target.exists()


def study(*more):
    said = ["assess", "impact", "--event", "2018-01-01", "--what", "an event"]
    return run([*said, *more])


def test_a_series_of_the_registry_knows_its_unit_source_and_what_it_measures(tmp_path, capsys):
    target = tmp_path / "effect.svg"
    assert study("--indicator", "cybertipline-reports", "--chart", str(target)) == ExitCode.OK
    assert "certainty" in capsys.readouterr().out
    assert "Reported (reports a year)" in target.read_text()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ((), "Give a FILE, or --indicator"),
        (("--indicator", "no-such-thing"), "no such indicator or place"),
        (("--indicator", "cybertipline-reports", "--area", "QQQ"), "no such indicator or place"),
        (("--indicator", "cybertipline-reports", "--area", "KEN"), "nothing was observed"),
        (("--indicator", "cybertipline-reports", "--beside", "QQQ"), "there is no place QQQ"),
    ],
)
def test_a_series_that_the_registry_does_not_have_is_refused(capsys, more, words):
    assert study(*more) != ExitCode.OK
    assert words in capsys.readouterr().err


def test_a_file_is_not_drawn_before_it_is_said_what_it_measures(file, tmp_path, capsys):
    told = (file("s.csv", months()), "--unit", "people", "--source", "invented")
    target = tmp_path / "effect.svg"
    assert study(*told, "--chart", str(target)) != ExitCode.OK
    assert "--measures" in capsys.readouterr().err
    told += ("--event", "2021-01-01")
    assert study(*told, "--measures", "victimisation", "--chart", str(target)) == ExitCode.OK
    assert "Reported (" not in target.read_text()


def test_cards_of_evidence_come_in_whole_or_not_at_all_and_stand_in_the_edition(file, tmp_path, capsys):
    card = "notices-one,Notices,one country,before and after,arachnid-notices,12,4,20,gta2018,,"
    head = ",".join(cards.COLUMNS)
    taken = ["assess", "import", "--format", "evidence", "--out", str(tmp_path / "figures")]
    assert run([*taken, file("bad.csv", f"{head}\n{card.replace('gta2018', 'x')}\n")]) == ExitCode.INCOMPLETE
    assert "line 2" in capsys.readouterr().err
    assert run([*taken, file("cards.csv", f"{head}\n{card}\n")]) == ExitCode.OK
    assert "1 card taken" in capsys.readouterr().out
    assert (tmp_path / "figures" / cards.TABLE).exists()
    again = ["assess", "import", str(tmp_path / "figures"), "--format", "package", "--out", str(tmp_path / "other")]
    assert run([*again, "--data", str(tmp_path / "figures")]) == ExitCode.INCOMPLETE  # all of it is there already


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("month,notices\n2020,4\n", "first column is the period"),
        ("period,notices\n2020,4\n2021-03,5\n", "not all years"),
        ("period,notices\n2020,4\n2022,5\n", "belongs"),
        ("period,notices\n2020,\n", "a gap is not filled"),
        ("period,notices\n2020,four\n", "line 2"),
        ("period,notices\nsoon,4\n", "line 2"),
        ("period,notices\n2020,4\n2021,5\n", "too few"),
    ],
)
def test_a_series_that_cannot_carry_an_estimate_is_refused(file, capsys, text, words):
    code = run(
        [
            "assess",
            "impact",
            file("s.csv", text),
            "--event",
            "2021-01-01",
            "--what",
            "a law",
            "--unit",
            "notices",
            "--source",
            "invented",
        ]
    )
    assert code == ExitCode.FAILED
    assert words in capsys.readouterr().err


def test_a_scenario_gives_a_range_and_its_drivers(file, tmp_path, capsys):
    target = tmp_path / "drivers.svg"
    assert run(["assess", "cost", file("s.toml", SCENARIO), "--chart", str(target)]) == ExitCode.OK
    said = capsys.readouterr().out
    assert " to " in said.splitlines()[0]
    assert "this is" in said
    assert "of the spread" in said
    assert target.exists()


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('source = "an invented service"', "", "has no source"),
        ('not_this = ["not the cost of all support"]', "not_this = []", "what its answer is not"),
        ('price_year = "2018/19"', "", "does not say price_year"),
        ('terms = [["children", "cost a child"]]', 'terms = [["children"]]', "belongs to a term"),
        ("low = 900", "low = 2000", "in another way"),
        ('kind = "count"', 'kind = "guess"', "the kind is one of"),
        ("title", "=", "not TOML"),
    ],
)
def test_a_scenario_that_lacks_something_is_refused(file, capsys, before, after, words):
    assert run(["assess", "cost", file("s.toml", SCENARIO.replace(before, after))]) == ExitCode.FAILED
    assert words in capsys.readouterr().err


def test_an_assessment_is_shown_with_its_gaps_and_no_score(file, capsys):
    assert run(["assess", "mnr", "--template"]) == ExitCode.OK
    text = capsys.readouterr().out.replace("1,not assessed,not assessed,,,,", "1,yes,partly,,,,ask for a budget", 1)
    assert run(["assess", "mnr", file("mnr.csv", text), "--country", "AAA"]) == ExitCode.OK
    said = capsys.readouterr().out
    assert "it is claimed without evidence. Next: ask for a budget." in said
    assert "score" not in said


@pytest.mark.parametrize(
    "row",
    ["22,yes,yes,,,,", "1,no,yes,,,,", "1,perhaps,yes,,,,", "1,yes,yes,a law,soon,here,", "1,no,no,,,,\n1,no,no,,,,"],
)
def test_an_assessment_that_contradicts_itself_is_refused(file, capsys, row):
    text = f"no,existence,implementation,evidence,evidence_day,evidence_where,next_step\n{row}\n"
    assert run(["assess", "mnr", file("mnr.csv", text)]) == ExitCode.INCOMPLETE
    assert "nothing was taken" in capsys.readouterr().out


WRONG = (
    "indicator,area,span,cell,before,after,reason,source,day\ncybertipline-reports,WLD,2014,,{},{},{},diaphanous,{}\n"
)


def test_a_correction_is_applied_and_listed_in_the_edition(file, tmp_path):
    given = file("wrong.csv", WRONG.format(1106071, 1106072, "an invented reason", "2026-11-22"))
    assert run(["assess", "build", "--out", str(tmp_path / "made"), "--corrections", given, "--quiet"]) == ExitCode.OK
    assert "an invented reason" in (tmp_path / "made/edition.html").read_text()
    assert ",1106072," in (tmp_path / "made/data/observations.csv").read_text()


@pytest.mark.parametrize("wrong", [(1106071, 5, "", "2026-11-22"), (1106071, 5, "x", "soon"), (1106071, 5, "x", "")])
def test_a_correction_without_reason_or_day_builds_nothing(file, tmp_path, wrong):
    given = file("wrong.csv", WRONG.format(*wrong))
    assert run(["assess", "build", "--out", str(tmp_path / "made"), "--corrections", given]) == ExitCode.INCOMPLETE
    assert not (tmp_path / "made").exists()


def test_a_correction_of_another_value_builds_nothing(file, tmp_path, capsys):
    given = file("wrong.csv", WRONG.format(7, 8, "x", "2026-11-22"))
    assert run(["assess", "build", "--out", str(tmp_path / "made"), "--corrections", given]) != ExitCode.OK
    assert "does not fit" in capsys.readouterr().err
    assert not (tmp_path / "made").exists()
