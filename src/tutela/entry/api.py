"""The JSON API: every app's routes under one address, one kind of key, one shape of error.

There is no interactive page for it: that would need scripts from elsewhere. The route table is its document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from tutela import __version__
from tutela.apps.access.api import router as access
from tutela.apps.access.keys import KeyAuth, TooManyRequestsError
from tutela.apps.access.public import require
from tutela.apps.assessment.api import router as assessment
from tutela.apps.assessment.data_api import router as assessment_data
from tutela.apps.intake.api import router as intake
from tutela.apps.intake.feedback_api import router as feedback
from tutela.apps.lists.api import router as lists
from tutela.apps.triage.api import router as triage
from tutela.domain.actors import Permission
from tutela.entry.errors import error_body

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

api = NinjaAPI(
    title="Tutela", version=__version__, docs_url=None, openapi_url=None, auth=KeyAuth(), urls_namespace="api"
)
api.add_router("/v1", access)
api.add_router("/v1", intake)
api.add_router("/v1", feedback)
api.add_router("/v1", assessment)
api.add_router("/v1", triage)
api.add_router("/v1", lists)
api.add_router("/v1", assessment_data)


@api.get("/v1/assessment/openapi.json", tags=["assessment"], url_name="assessment-openapi")
@require(Permission.ASSESSMENT_DATA_READ)
def assessment_document(request: HttpRequest) -> dict[str, Any]:
    """Return the OpenAPI document of the assessment's routes."""
    del request
    whole = api.get_openapi_schema()
    paths = {path: said for path, said in whole["paths"].items() if "/assessment/" in path}
    return {**whole, "paths": paths}


@api.exception_handler(AuthenticationError)
def _no_key(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return api.create_response(request, error_body("no-valid-key", "give a valid key as a bearer token"), status=401)


@api.exception_handler(PermissionDenied)
def _refused(request: HttpRequest, _error: PermissionDenied) -> HttpResponse:
    return api.create_response(request, error_body("refused", "this key may not do that"), status=403)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, _error: Http404) -> HttpResponse:
    return api.create_response(request, error_body("not-found", "not found"), status=404)


@api.exception_handler(ValidationError)
def _not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name the fields that are wrong; never repeat what was in them."""
    fields = [{"field": ".".join(map(str, each["loc"])), "problem": each["type"]} for each in error.errors]
    return api.create_response(request, error_body("not-valid", "some fields are not valid", fields=fields), status=422)


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    code = "too-many-requests" if isinstance(error, TooManyRequestsError) else "bad-request"
    response = api.create_response(request, error_body(code, str(error)), status=error.status_code)
    if isinstance(error, TooManyRequestsError):
        response["Retry-After"] = str(error.wait_s)
    return response
