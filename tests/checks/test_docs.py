"""Documents that promise something are held to it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields

import pytest

from tests.checks.terminology import ROOT
from tutela.domain.limits import (
    AssessmentLimits,
    DecodeLimits,
    GatewayLimits,
    ImportLimits,
    MatchLimits,
    RetroLimits,
    ScanLimits,
    StudyLimits,
)
from tutela.domain.media import Reason, Verdict
from tutela.domain.scan import RowNote

PAGES = sorted(path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_links_to_a_file_that_is_not_there(page):
    targets = [target.split("#")[0] for target in LINK.findall(page.read_text(encoding="utf-8"))]
    local = [target for target in targets if target and "://" not in target and not target.startswith("mailto:")]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_the_readme_promises_exactly_two_commands_and_the_makefile_has_them():
    readme, makefile = text("README.md"), text("Makefile")
    block = readme.split("## Two commands", 1)[1].split("```", 2)[1]
    assert re.findall(r"^make \w+", block, re.MULTILINE) == ["make demo", "make test"]
    assert {"demo:", "test:"} <= set(re.findall(r"^\w+:", makefile, re.MULTILINE))


def test_every_make_target_that_a_page_names_exists():
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"`make ([a-z]+)", page.read_text(encoding="utf-8"))}
    assert named - targets == set()


def test_every_dependency_has_its_reason():
    project = tomllib.loads(text("pyproject.toml"))
    reasons = text("docs/adr/0003-dependencies.md")
    assert [name for name in project["project"]["dependencies"] if f"| {name} |" not in reasons] == []


def test_every_dependency_is_pinned_with_hashes_and_no_index_address():
    for name in ("runtime", "dev"):
        pinned = text(f"requirements/{name}.txt")
        assert "--hash=sha256:" in pinned
        assert not re.search(r"https?://|--index|--find-links", pinned)


@pytest.mark.parametrize("word", [*Verdict, *RowNote, *(reason for reason in Reason if reason)])
def test_the_scan_guide_explains_every_verdict_reason_and_note(word):
    assert f"`{word.value}`" in text("docs/guide/scan.md")


def test_every_decision_is_in_the_index():
    index = text("docs/adr/README.md")
    records = [path.name for path in (ROOT / "docs/adr").glob("0*.md")]
    assert [name for name in records if name not in index] == []


def test_every_limit_is_documented_with_its_default():
    guide = text("docs/guide/limits.md")
    missing = [
        field.name
        for limits in (
            AssessmentLimits,
            DecodeLimits,
            ScanLimits,
            ImportLimits,
            MatchLimits,
            GatewayLimits,
            RetroLimits,
            StudyLimits,
        )
        for field in fields(limits)
        if f"| `{field.name}` | {field.default:,} |" not in guide
    ]
    assert missing == []
