"""Migrations that change words, on tables that are filled: each old word has its new one, and nothing else changes."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests.world import make_desk
from tutela.apps.assessment.models import CapabilityAnswer, PlatformCheck, Profile, TrackedAction, WatchedStatement
from tutela.engine import clock
from tutela.engine.assessment.actions import State, Theme
from tutela.engine.assessment.capability import Answer
from tutela.engine.assessment.certainty import Certainty
from tutela.engine.assessment.duties import Duty

pytestmark = pytest.mark.django_db
APP = "assessment"


@pytest.fixture
def owner():
    return {"organisation": make_desk().organisation}


def run(name):
    """Change the data as the migration does, by the models of its time."""
    state = MigrationLoader(connection).project_state((APP, name)).apps
    module = import_module(f"tutela.apps.assessment.migrations.{name}")
    module.say(state, connection.schema_editor())


def test_answers_themes_and_duties_are_said_in_the_engines_words(owner):
    profile = Profile.objects.create(**owner, country="NLD", edition="2025")
    was = ("not-assessed", "not-applicable", "none", "planned", "partly", "whole")
    for number, word in enumerate(was, 1):
        CapabilityAnswer.objects.create(profile=profile, capability=number, existence=word, implementation=word)
    for theme in ("policy", "criminal-justice", "victim-support", "technology", "society", "research"):
        TrackedAction.objects.create(**owner, theme=theme, indicator="x")
    duties = (
        "safe-by-design", "stop-sharing", "identify-and-remove", "identify-solicitation", "innovate-and-share",
        "contribute-to-understanding",
    )  # fmt: skip
    check = PlatformCheck.objects.create(**owner, answers={duty: ["whole", "partly"] for duty in duties})
    run("0002_words_of_the_engine")
    became = ["not assessed", "not applicable", "no", "no", "partly", "yes"]
    answers = CapabilityAnswer.objects.order_by("capability")
    assert [each.existence for each in answers] == [each.implementation for each in answers] == became
    assert set(became) == set(Answer)
    assert {each.theme for each in TrackedAction.objects.all()} == set(Theme)
    check.refresh_from_db()
    assert check.answers == {each.name: ["yes", "partly"] for each in Duty}
    run("0002_words_of_the_engine")  # and changes nothing the second time
    assert [each.existence for each in answers.all()] == became


def test_states_of_actions_and_certainties_of_statements_are_said_in_the_engines_words(owner):
    for word in ("planned", "under-way", "done", "dropped"):
        TrackedAction.objects.create(**owner, theme="policy", indicator="x", progress=word)
    for word in ("high", "moderate", "low", "very-low"):
        WatchedStatement.objects.create(**owner, lens="people", dated=clock.now().date(), certainty=word)
    run("0004_one_certainty")
    assert {each.progress for each in TrackedAction.objects.all()} == set(State)
    assert {each.certainty for each in WatchedStatement.objects.all()} == set(Certainty)
