"""Pages of the record: its newest entries, one entry with its proof, one case, retention; the report for a court."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import actor_of, require
from tutela.apps.custody import erasure, history, labels, proof, reporting, services
from tutela.apps.custody.exporting import NothingToExportError
from tutela.apps.custody.recording import pseudonym_of
from tutela.domain.actors import Permission
from tutela.engine.ledger import LedgerError

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

ROWS_A_PAGE: Final = 50
VERIFIED_HERE_MAX: Final = 1_000_000  # entries: some ten seconds; more is for the command line
VERIFIED_AT_ONCE_MAX: Final = 500  # entries of one case


class FindForm(forms.Form):
    """Find entries by an id."""

    id = forms.UUIDField(
        label=gettext_lazy("Id of a case, a thing or an entry"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-search": "", "size": 38}),
    )


#### The record ####


@require(Permission.CUSTODY_LEDGER_READ)
@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """List the newest entries, or those about one id."""
    return render(request, "custody/ledger.html", _listed(request))


@require(Permission.CUSTODY_LEDGER_READ)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Verify the whole record now, and say what was found. A reading, but a long one: hence no plain link."""
    context = _listed(request)
    if context["may_verify"]:
        context["report"] = services.verify_log(actor_of(request))
    return render(request, "custody/ledger.html", context)


@require(Permission.CUSTODY_LEDGER_READ)
@require_safe
def entry(request: HttpRequest, event: UUID) -> HttpResponse:
    """Show one entry, the proof that it stands in the record, and what was signed over it."""
    actor = actor_of(request)
    leaf = services.entry(actor, event)
    try:
        proved = proof.of(services.prove(actor, event))
    except (NothingToExportError, LedgerError):  # no place yet; or a tree that is damaged, which the page says
        proved = None
    told = history.told(leaf, pseudonym_of(actor))
    return render(request, "custody/entry.html", {"leaf": leaf, "told": told, "proof": proved})


@require(Permission.CUSTODY_LEDGER_READ)
@require_safe
def chain(request: HttpRequest, chain_id: UUID) -> HttpResponse:
    """Show the chain of custody of one case or thing, and whether it holds."""
    actor = actor_of(request)
    rows = services.entries(actor, chain_id=chain_id)
    count, has_place = rows.count(), rows.exclude(position=None).exists()
    if not count:
        raise Http404
    context = {
        "chain_id": chain_id,
        "count": count,
        "events": history.history(actor, chain_id),
        "has_place": has_place,
        "is_long": count > VERIFIED_AT_ONCE_MAX,
    }
    if has_place and not context["is_long"]:
        context["report"] = services.verify_case(actor, chain_id)
    return render(request, "custody/chain.html", context)


@require(Permission.CUSTODY_LEDGER_READ)
@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """Show the rules in force, and what the daily task did and could not do."""
    page = Paginator(services.disposals(actor_of(request)), ROWS_A_PAGE).get_page(request.GET.get("page"))
    listed = [{"disposal": each, "meaning": labels.OUTCOMES.get(each.outcome, each.outcome)} for each in page]
    return render(
        request, "custody/retention.html", {"listed": listed, "page": page, "rules": erasure.RETENTION.rows()}
    )


#### Files ####


@require(Permission.CUSTODY_LEDGER_EXPORT)
@require_POST
def custody_report(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Make the report of one case and hand it out as a file: `form=json` for machines, PDF otherwise."""
    try:
        made = reporting.report(actor_of(request), case_id)
    except NothingToExportError as error:
        raise Http404 from error
    form = "json" if request.POST.get("form") == "json" else "pdf"
    return _file(made.json() if form == "json" else made.pdf(), f"application/{form}", f"custody-{case_id}.{form}")


@require(Permission.CUSTODY_LEDGER_EXPORT)
@require_POST
def export(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Hand out the export of one case: what the stand-alone verifier reads."""
    try:
        lines = b"".join(services.export_case(actor_of(request), case_id))
    except NothingToExportError as error:
        raise Http404 from error
    return _file(lines, "application/jsonl", f"custody-{case_id}.jsonl")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _listed(request: HttpRequest) -> dict[str, object]:
    actor = actor_of(request)
    form = FindForm(request.GET if "id" in request.GET else None)
    rows = services.entries(actor)
    if form.is_valid():
        wanted = form.cleaned_data["id"]
        rows = rows.filter(Q(chain_id=wanted) | Q(object_id=wanted) | Q(event=str(wanted)))
    elif form.is_bound:
        rows = rows.none()
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    me = pseudonym_of(actor)
    newest = services.checkpoints(actor).first()
    return {
        "form": form,
        "page": page,
        "listed": [{"leaf": leaf, "told": history.told(leaf, me)} for leaf in page],
        "signed": proof.signed(newest) if newest else None,
        "may_verify": newest is not None and newest.size <= VERIFIED_HERE_MAX,
    }


urlpatterns = [
    path("ledger/", ledger, name="ledger"),
    path("ledger/verify/", verify, name="ledger-verify"),
    path("ledger/entries/<uuid:event>/", entry, name="ledger-entry"),
    path("ledger/cases/<uuid:chain_id>/", chain, name="ledger-case"),
    path("ledger/<uuid:case_id>/report/", custody_report, name="custody-report"),
    path("ledger/<uuid:case_id>/export/", export, name="custody-export"),
    path("retention/", retention, name="retention"),
]
