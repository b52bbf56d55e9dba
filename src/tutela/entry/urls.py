"""Every address of the service. Each route names its permission or says why it is open: tests/authz sees to that."""

from __future__ import annotations

from django.urls import include, path

from tutela.entry import errors, health, pages
from tutela.entry.api import api

urlpatterns = [
    path("api/", api.urls),  # first: machines ask most
    path("", pages.home, name="home"),
    path("status/", pages.status, name="status"),
    path("preferences/", pages.preferences, name="preferences"),
    path("keyboard/", pages.keyboard, name="keyboard"),
    path("", include("tutela.apps.access.sign_in")),
    path("", include("tutela.apps.access.pages")),
    path("", include("tutela.apps.access.ability_pages")),
    path("", include("tutela.apps.custody.pages")),
    path("", include("tutela.apps.intake.pages")),
    path("", include("tutela.apps.intake.importing_pages")),
    path("", include("tutela.apps.intake.partners")),
    path("", include("tutela.apps.intake.transfer_pages")),
    path("", include("tutela.apps.triage.pages")),
    path("", include("tutela.apps.triage.weights_pages")),
    path("", include("tutela.apps.triage.handing_pages")),
    path("", include("tutela.apps.triage.routing_pages")),
    path("", include("tutela.apps.triage.deconfliction_pages")),
    path("", include("tutela.apps.triage.series_pages")),
    path("", include("tutela.apps.lists.pages")),
    path("", include("tutela.apps.review.pages")),
    path("", include("tutela.apps.review.linking_pages")),
    path("", include("tutela.apps.review.search_pages")),
    path("", include("tutela.apps.safeguarding.pages")),
    path("", include("tutela.apps.referral.pages")),
    path("", include("tutela.apps.takedown.pages")),
    path("", include("tutela.apps.assessment.pages")),
    path("", include("tutela.apps.assessment.lens_pages")),
    path("", include("tutela.apps.assessment.data_pages")),
    path("", include("tutela.apps.assessment.edition_pages")),
    path("", include("tutela.apps.assessment.evidence_pages")),
    path("", include("tutela.apps.assessment.profile_pages")),
    path("", include("tutela.apps.assessment.study_pages")),
    path("", include("tutela.apps.assessment.cost_pages")),
    path("", include("tutela.apps.assessment.tracking_pages")),
    path("", include("tutela.apps.jobs.pages")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]

handler400 = errors.bad_request
handler403 = errors.refused
handler404 = errors.not_found
handler500 = errors.broken
