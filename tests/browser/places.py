"""Every page of the console and how to come to it; a route that is nowhere here fails a test."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.browser.codes import code_now
from tests.browser.server import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.server import Facts

OFFICE: Final = "office"
_DESK: Final = "desk"
_KEEPER: Final = "keeper"
_AUDITOR: Final = "auditor"


@dataclass(frozen=True, slots=True)
class Place:
    """One page. `address` may hold names of `Facts.ids`; `act` goes further from there, and is answered `then`."""

    route: str
    address: str
    session: str = OFFICE
    act: Callable[[Page, Facts], None] | None = None
    status: int = 200
    then: int = 200


def _open_the_map(page: Page, _facts: Facts) -> None:
    page.keyboard.press("?")


def _unfold(page: Page, _facts: Facts) -> None:
    page.locator("details").evaluate_all("each => each.forEach((details) => { details.open = true })")


def _send_empty(page: Page, _facts: Facts) -> None:
    """Send the form without what it needs, past the browser's own check, so that it comes back with its errors."""
    page.locator("main form.form").first.evaluate("form => { form.noValidate = true; form.requestSubmit() }")
    page.locator("main .errorlist, main [role=alert]").first.wait_for()


def _invite(page: Page, _facts: Facts) -> None:
    page.get_by_label("Name").fill("Noor Rahimi")
    page.get_by_label("E-mail address").fill("noor.rahimi@hotline.example")
    page.get_by_label("Analyst", exact=True).check()
    page.get_by_role("button", name="Invite").click()
    page.locator(".secret").wait_for()


def _make_key(page: Page, _facts: Facts) -> None:
    page.get_by_label("Name").fill("Mobile van")
    page.locator("[name=scopes]").first.check()
    page.get_by_role("button", name="Make the key").click()
    page.locator(".secret").wait_for()


def _change_a_role(page: Page, _facts: Facts) -> None:
    page.get_by_role("button", name="Save").click()
    page.get_by_role("status").wait_for()


def give_password(page: Page, who: str, password: str = PASSWORD) -> None:
    """Fill in the sign-in page and send it."""
    page.get_by_label("E-mail address").fill(who)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


def _second_factor(page: Page, facts: Facts) -> None:
    give_password(page, facts.people["keyboard"])


def plug_in_a_key(page: Page) -> None:
    """Give the page a virtual security key: Chromium's own, which answers every request as if it were touched."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": False,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def add_a_key(page: Page) -> None:
    """Add the key that is plugged in, on the page that offers it."""
    page.get_by_label("Name").fill("Test key")
    page.get_by_role("button", name="Add").click()
    page.wait_for_url(re.compile(r"recovery-codes|second-factor/keys/$"))


def _is_it_you_key(page: Page, _facts: Facts) -> None:
    plug_in_a_key(page)
    add_a_key(page)
    page.goto("/account/confirm/key/")


def _verify(page: Page, _facts: Facts) -> None:
    page.get_by_role("button", name="Verify it now").click()
    page.get_by_role("status").wait_for()


def _find_nothing(page: Page, _facts: Facts) -> None:
    page.get_by_label("Id of a case").fill("01890000-0000-7000-8000-000000000000")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="No entry is about this id").wait_for()


def _search(page: Page, facts: Facts) -> None:
    page.get_by_label("Address, digest").fill(facts.ids["case_plain"])
    page.get_by_role("button", name="Search").click()
    page.get_by_role("heading", name="Found").wait_for()


def _send_a_report(page: Page, _facts: Facts) -> None:
    page.get_by_label("Address of the page").fill("https://forum.example/thread/7")
    page.get_by_label("A child is in danger now").check()
    page.get_by_label("What should we know?").fill("A child wrote there that nobody is at home.")
    page.get_by_role("button", name="Send the report").click()
    page.locator(".secret").wait_for()


def _paste(page: Page, _facts: Facts) -> None:
    """Paste addresses among words, so that the form comes back with them to check."""
    page.get_by_label("Address of the page").fill(
        "Seen on https://forum.example/thread/7 and hxxps://mirror[.]example/a."
    )
    page.get_by_label("How can we reach you?").evaluate("field => { field.closest('details').open = true }")
    page.get_by_label("How can we reach you?").fill("by letter")
    page.get_by_role("button", name="Send the report").click()
    page.get_by_role("alert").wait_for()


def _ask_and_unfold(page: Page, facts: Facts) -> None:
    _ask(page, facts)
    _unfold(page, facts)


def _add_nothing(page: Page, facts: Facts) -> None:
    _ask_and_unfold(page, facts)
    _send_empty(page, facts)


def _keep_a_call(page: Page, _facts: Facts) -> None:
    page.get_by_label("Address of the page").fill("https://forum.example/thread/9")
    page.get_by_role("button", name="Keep the call").click()
    page.locator(".secret").wait_for()


def _show_contact(page: Page, _facts: Facts) -> None:
    page.get_by_role("button", name="Show how to reach the reporter").first.click()
    page.get_by_text("That you were shown it is recorded").wait_for()


def _ask(page: Page, facts: Facts) -> None:
    page.get_by_label("Receipt").fill(facts.secrets["receipt"])
    page.get_by_role("button", name="Ask").click()
    page.get_by_text("It has arrived").wait_for()


def _answer_a_report(page: Page, _facts: Facts) -> None:
    page.get_by_label("Answer").fill("Thank you. It is being looked at.")
    page.get_by_role("button", name="Answer").click()
    page.get_by_role("status").wait_for()


def _recovery_codes(page: Page, facts: Facts) -> None:
    give_password(page, facts.people["codes"])
    page.get_by_label("Code").fill(code_now(facts.secrets["codes"]))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="What waits for you").wait_for()
    page.goto("/account/recovery-codes/")


def _turn_the_page(page: Page, _facts: Facts) -> None:
    page.get_by_role("link", name="Next").click()
    page.get_by_role("link", name="From the beginning").wait_for()


def _see_the_effect(page: Page, _facts: Facts) -> None:
    page.get_by_label("Reported: it happens live").fill("20")
    page.get_by_role("button", name="See the effect").click()
    page.get_by_role("button", name="Adopt these weights").wait_for()


def _see_what_rules_do(page: Page, facts: Facts) -> None:
    _unfold(page, facts)
    page.get_by_label("Languages").last.fill("nl")
    page.get_by_role("button", name="See the effect").click()
    page.get_by_role("button", name="Adopt these rules").wait_for()


def _write_a_wrong_code(page: Page, facts: Facts) -> None:
    _unfold(page, facts)
    page.get_by_label("Countries").last.fill("Atlantis")
    page.get_by_role("button", name="See the effect").click()
    page.get_by_text("This is no code").wait_for()


def _agree(page: Page, _facts: Facts) -> None:
    page.get_by_label("Organisation").fill("Unit of the upper town")
    page.get_by_label("How they ask").select_option(index=page.locator("#id_machine option").count() - 1)
    page.get_by_role("button", name="Agree").click()
    page.get_by_text("It is shown once").wait_for()


PLACES: Final = {
    "home": Place("home", "/"),
    "map": Place("home", "/", act=_open_the_map),
    "home-of-the-desk": Place("home", "/", _DESK),
    "home-of-nothing": Place("home", "/", "analyst"),
    "home-of-an-auditor": Place("home", "/", _AUDITOR),
    "map-of-the-desk": Place("home", "/", _DESK, act=_open_the_map),
    "status": Place("status", "/status/"),
    "queue": Place("queue", "/queue/", _DESK),
    "queue-next-page": Place("queue", "/queue/", _DESK, act=_turn_the_page),
    "queue-chosen": Place("queue", "/queue/?only=has-address&waiting=7", _DESK),
    "queue-of-none-chosen": Place("queue", "/queue/?only=extortion&waiting=90&place=n1", _DESK),
    "weights": Place("weights", "/queue/weights/", _DESK),
    "weights-effect": Place("weights-effect", "/queue/weights/", _DESK, act=_see_the_effect),
    "routing": Place("routing", "/queue/routing/", _DESK),
    "routing-effect": Place("routing-effect", "/queue/routing/", _DESK, act=_see_what_rules_do),
    "routing-again": Place("routing-effect", "/queue/routing/", _DESK, act=_write_a_wrong_code),
    "agreements": Place("agreements", "/agreements/", _DESK),
    "agreements-again": Place("agreements", "/agreements/", _DESK, act=_send_empty),
    "agreements-secret": Place("agreements", "/agreements/", _DESK, act=_agree),
    "queue-of-nothing": Place("queue", "/queue/", "analyst"),
    "hand-over": Place("hand-over", "/cases/{case_plain}/hand-over/", _DESK),
    "handovers": Place("handovers", "/hand-overs/", _DESK, act=_unfold),
    "transfer": Place("transfer", "/cases/{case_plain}/transfer/", _DESK),
    "transfer-again": Place("transfer", "/cases/{case_plain}/transfer/", _DESK, act=_send_empty),
    "transfer-offered": Place("transfer", "/cases/{case_offered}/transfer/", _DESK),
    "transfers": Place("transfers", "/transfers/", _DESK, act=_unfold),
    "case-links": Place("case-links", "/cases/{case_linked}/links/", _DESK, act=_unfold),
    "case-links-of-one": Place("case-links", "/cases/{case_plain}/links/", _DESK),
    "own-lists": Place("own-lists", "/own-lists/", _KEEPER),
    "own-lists-of-addresses": Place("own-lists", "/own-lists/?kind=address", _DESK),
    "own-lists-nothing": Place("own-lists", "/own-lists/?kind=address&state=withdrawn", _DESK),
    "own-entry": Place("own-entry", "/own-lists/entries/{own_entry}/", _KEEPER),
    "own-entry-wrong": Place("own-entry", "/own-lists/entries/{own_entry_wrong}/", _DESK),
    "own-entry-proposed": Place("own-entry", "/own-lists/entries/{own_entry_proposed}/", _DESK),
    "case-listed": Place("case", "/cases/{case_listed}/", _DESK, act=_unfold),
    "case-wrong": Place("case", "/cases/{case_wrong}/", _DESK, act=_unfold),
    "case-proposed": Place("case", "/cases/{case_proposed}/", _DESK, act=_unfold),
    "all-series": Place("all-series", "/series/", _DESK),
    "series": Place("series", "/series/{series}/", _DESK),
    "agreement": Place("agreement", "/agreements/{agreement}/", _DESK),
    "search": Place("search", "/search/", _DESK),
    "search-found": Place("search", "/search/", _DESK, act=_search),
    "case-plain": Place("case", "/cases/{case_plain}/", _DESK),
    "case-near": Place("case", "/cases/{case_near}/", _DESK),
    "case-known": Place("case", "/cases/{case_known}/", _DESK, act=_unfold),
    "case-confirmed": Place("case", "/cases/{case_confirmed}/", _DESK),
    "case-sent": Place("case", "/cases/{case_sent}/", _DESK),
    "case-gone": Place("case", "/cases/{case_gone}/", _DESK),
    "case-reopened": Place("case", "/cases/{case_reopened}/", _DESK),
    "case-danger": Place("case", "/cases/{case_danger}/", _DESK),
    "case-answered": Place("case", "/cases/{case_answered}/", _DESK),
    "case-closed": Place("case", "/cases/{case_closed}/", _DESK),
    "case-closing": Place("case", "/cases/{case_told}/", _DESK, act=_unfold),
    "case-stopped": Place("case", "/cases/{case_stopped}/", _DESK),
    "case-not-asked": Place("case", "/cases/{case_not_asked}/", _DESK),
    "case-reports": Place("case-reports", "/cases/{case_told}/reports/", _DESK),
    "case-reports-open": Place("case-reports", "/cases/{case_known}/reports/", _DESK, act=_unfold),
    "case-reports-answered": Place("report-answer", "/cases/{case_plain}/reports/", _DESK, act=_answer_a_report),
    "case-reports-contact": Place("report-contact", "/cases/{case_called}/reports/", _DESK, act=_show_contact),
    "case-erased": Place("case", "/cases/{case_erased}/", _DESK),
    "takedowns": Place("takedowns", "/takedowns/", _DESK),
    "takedowns-of-nothing": Place("takedowns", "/takedowns/", "analyst"),
    "takedown": Place("takedown", "/takedowns/{takedown}/", _DESK, act=_unfold),
    "takedown-scores": Place("takedown-scores", "/takedowns/scores/", _DESK),
    "safeguarding": Place("safeguarding", "/safeguarding/", _DESK),
    "safeguarding-open": Place("safeguarding", "/safeguarding/", _DESK, act=_unfold),
    "safeguarding-of-nothing": Place("safeguarding", "/safeguarding/", "analyst"),
    "concern": Place("concern", "/safeguarding/{concern}/", _DESK, act=_unfold),
    "filings": Place("filings", "/filings/", _DESK),
    "case-filings": Place("case-filings", "/cases/{case_called}/filings/", _DESK),
    "case-filed": Place("case", "/cases/{case_called}/", _DESK),
    "case-filings-of-nothing": Place("case-filings", "/cases/{case_known}/filings/", _DESK),
    "filing-filed": Place("filing", "/filings/{filing_filed}/", _DESK, act=_unfold),
    "filing-waits": Place("filing", "/filings/{filing_waits}/", _DESK, act=_unfold),
    "filing-draft": Place("filing", "/filings/{filing_draft}/", _DESK, act=_unfold),
    "rota": Place("rota", "/safeguarding/rota/", _DESK, act=_unfold),
    "report": Place("report", "/report/", ""),
    "report-again": Place("report", "/report/", "", act=_send_empty, then=400),
    "report-danger": Place("report", "/report/?about=danger", ""),
    "report-me": Place("report", "/report/?about=me", "", act=_unfold),
    "report-me-in-german": Place("report", "/report/?about=me&lang=de", ""),
    "report-me-in-arabic": Place("report", "/report/?about=me&lang=ar", ""),
    "report-to-check": Place("report", "/report/", "", act=_paste),
    "report-receipt": Place("report", "/report/", "", act=_send_a_report),
    "report-ask": Place("report-ask", "/report/ask/", ""),
    "report-ask-again": Place("report-ask", "/report/ask/", "", act=_send_empty),
    "report-asked": Place("report-ask", "/report/ask/", "", act=_ask_and_unfold),
    "report-add-nothing": Place("report-add", "/report/ask/", "", act=_add_nothing, then=400),
    "call": Place("report-call", "/reports/call/", _DESK),
    "call-again": Place("report-call", "/reports/call/", _DESK, act=_send_empty, then=400),
    "call-kept": Place("report-call", "/reports/call/", _DESK, act=_keep_a_call),
    "record": Place("ledger", "/ledger/", _AUDITOR),
    "record-verified": Place("ledger-verify", "/ledger/", _AUDITOR, act=_verify),
    "record-not-found": Place("ledger", "/ledger/", _AUDITOR, act=_find_nothing),
    "record-of-a-case": Place("ledger", "/ledger/?id={case_sent}", _AUDITOR),
    "entry": Place("ledger-entry", "/ledger/entries/{entry}/", _AUDITOR, act=_unfold),
    "chain": Place("ledger-case", "/ledger/cases/{case_sent}/", _AUDITOR),
    "chain-erased": Place("ledger-case", "/ledger/cases/{case_erased}/", _AUDITOR),
    "retention": Place("retention", "/retention/", _AUDITOR),
    "jobs": Place("jobs", "/jobs/"),
    "job": Place("job", "/jobs/{job_failed}/", act=_unfold),
    "job-of-another-version": Place("job", "/jobs/{job_wrong_arguments}/", _DESK),
    "job-read-only": Place("job", "/jobs/{job_unknown_name}/", _AUDITOR),
    "indicators": Place("indicators", "/indicators/", "policy", act=_unfold),
    "indicators-by-days": Place("indicators", "/indicators/?by=days", _DESK),
    "assessment": Place("assessment", "/assessment/", "policy"),
    "assessment-lens": Place("assessment-lens", "/assessment/lenses/people/", "policy"),
    "assessment-country": Place("assessment-country", "/assessment/country/?code=KHM", "policy"),
    "assessment-explore": Place(
        "assessment-explore",
        "/assessment/explore/?q=reports&with=cybertipline-reports&with=iwf-reports-assessed",
        "policy",
        act=_unfold,
    ),
    "assessment-indicator": Place(
        "assessment-indicator", "/assessment/indicators/cybertipline-reports/", "policy", act=_unfold
    ),
    "data-sets": Place("data-sets", "/assessment/data/", "policy", act=_unfold),
    "data-set": Place("data-set", "/assessment/data/{data_set}/", "policy"),
    "evidence": Place("evidence", "/assessment/evidence/", "policy"),
    "evidence-nothing": Place("evidence", "/assessment/evidence/?q=nothing-like-it", "policy"),
    "card": Place("card", "/assessment/evidence/notices-one/", "policy"),
    "editions": Place("editions", "/assessment/editions/", "policy", act=_unfold),
    "edition": Place("edition", "/assessment/editions/{edition}/", "policy"),
    "edition-waiting": Place("edition", "/assessment/editions/{edition_waiting}/", "policy"),
    "edition-refused": Place("edition", "/assessment/editions/{edition_refused}/", "policy"),
    "releases": Place("releases", "/assessment/releases/", "policy", act=_unfold),
    "release": Place("release", "/assessment/releases/{release}/", "policy"),
    "profiles": Place("profiles", "/assessment/profiles/", "policy", act=_unfold),
    "profile": Place("profile", "/assessment/profiles/{profile}/", "policy"),
    "capability": Place("capability", "/assessment/profiles/{profile}/12/", "policy", act=_unfold),
    "platforms": Place("platforms", "/assessment/platforms/", "policy", act=_unfold),
    "studies": Place("studies", "/assessment/impact/", "policy", act=_unfold),
    "study": Place("study", "/assessment/impact/{study}/", "policy", act=_unfold),
    "study-refused": Place("study", "/assessment/impact/{study_refused}/", "policy"),
    "cost": Place("cost", "/assessment/cost/?low=1000&high=4000&source=An+example&area=KHM&spread=30", "policy"),
    "actions": Place("actions", "/assessment/actions/", "policy", act=_unfold),
    "watch": Place("watch", "/assessment/watch/", "policy", act=_unfold),
    "imports": Place("imports", "/imports/", _DESK),
    "imports-again": Place("imports", "/imports/", _DESK, act=_send_empty, then=400),
    "import": Place("import", "/imports/{import}/", _DESK),
    "partners": Place("partners", "/partners/", _DESK),
    "partner": Place("partner", "/partners/{key}/", _DESK),
    "people": Place("people", "/people/"),
    "person": Place("person", "/people/{person}/"),
    "person-open": Place("person", "/people/{person}/", act=_unfold),
    "person-changed": Place("person-roles", "/people/{person}/", act=_change_a_role),
    "invite": Place("invite", "/people/invite/"),
    "invite-again": Place("invite", "/people/invite/", act=_send_empty),
    "code": Place("invite", "/people/invite/", act=_invite),
    "teams": Place("teams", "/teams/"),
    "front-desk": Place("front-desk", "/teams/front-desk/"),
    "team-abilities": Place("team-abilities", "/teams/{team}/abilities/"),
    "opt-outs": Place("opt-outs", "/account/opt-outs/", _DESK),
    "team": Place("team", "/teams/{team}/"),
    "keys": Place("keys", "/keys/"),
    "keys-open": Place("keys", "/keys/", act=_unfold),
    "key-new": Place("key-new", "/keys/new/"),
    "key-made": Place("key-new", "/keys/new/", act=_make_key),
    "account-open": Place("account", "/account/", act=_unfold),
    "password": Place("account_change_password", "/account/password/"),
    "second-factors": Place("mfa_index", "/account/second-factor/"),
    "app-set-up": Place("mfa_activate_totp", "/account/second-factor/app/", "bare"),
    "app-remove": Place("mfa_deactivate_totp", "/account/second-factor/app/remove/"),
    "security-keys": Place("mfa_list_webauthn", "/account/second-factor/keys/"),
    "security-key-add": Place("mfa_add_webauthn", "/account/second-factor/keys/add/", "bare"),
    "security-key": Place("mfa_edit_webauthn", "/account/second-factor/keys/{security_key}/"),
    "security-key-remove": Place("mfa_remove_webauthn", "/account/second-factor/keys/{security_key}/remove/"),
    "recovery-codes": Place("mfa_view_recovery_codes", "/sign-in/", "", act=_recovery_codes),
    "recovery-codes-new": Place("mfa_generate_recovery_codes", "/account/recovery-codes/new/"),
    "is-it-you": Place("account_reauthenticate", "/account/confirm/"),
    "is-it-you-code": Place("mfa_reauthenticate", "/account/confirm/code/"),
    "is-it-you-key": Place(
        "mfa_reauthenticate_webauthn", "/account/second-factor/keys/add/", "newcomer", act=_is_it_you_key
    ),
    "sign-out": Place("account_logout", "/sign-out/"),
    "sign-in": Place("account_login", "/sign-in/", ""),
    "second-factor": Place("mfa_authenticate", "/sign-in/", "", act=_second_factor),
    "ended": Place("account_inactive", "/sign-in/ended/", ""),
    "join": Place("join", "/join/", "", act=_send_empty),
    "preferences": Place("preferences", "/preferences/?next=/", ""),
    "keyboard": Place("keyboard", "/keyboard/", ""),
    "nothing": Place("", "/nothing/", "", status=404),
    "refused": Place("", "/people/invite/", "analyst", status=403),
}
NO_PAGE: Final = {
    "person-restart": "answers with the page `code`",
    "person-end": "leads to `person`",
    "team-new": "leads to `teams`",
    "team-add": "leads to `team`",
    "team-remove": "leads to `team`",
    "key-revoke": "leads to `keys`",
    "sign-out-everywhere": "leads to `sign-in`",
    "mfa_download_recovery_codes": "a file",
    "own-list-file": "a file",
    "own-list-publish": "leads to `own-lists`",
    "own-list-policy": "leads to `own-lists`",
    "own-entry-withdraw": "leads to `own-entry`",
    "case-entry-withdraw": "leads to `own-entry`",
    "case-assess": "leads to `case`",
    "case-list-address": "leads to `case`",
    "agreement-file": "a file",
    "agreement-end": "leads to `agreements`",
    "handover-accept": "leads to `handovers`",
    "handover-refuse": "leads to `handovers`",
    "transfer-accept": "leads to `case`",
    "transfer-refuse": "leads to `transfers`",
    "transfer-heard": "leads to `transfer`",
    "routing-adopt": "leads to `routing`",
    "case-deconfliction": "leads to `case`",
    "case-take-out": "leads to `case-links`",
    "case-merge": "leads to `case-links`",
    "case-undo": "leads to `case-links`",
    "likeness-answer": "leads to `case-links`",
    "case-series": "leads to `case`",
    "series-statement": "a file",
    "deconfliction": "for machines",
    "case-confirm": "leads to `case`",
    "case-danger": "leads to `safeguarding`",
    "case-close": "leads to `case`",
    "case-probe": "leads to `case`",
    "case-notice": "leads to `case`",
    "takedown-party": "leads to `takedown`",
    "takedown-hold": "leads to `takedown`",
    "takedown-answer": "leads to `takedown`",
    "takedown-form": "leads to `takedown`",
    "takedown-act": "leads to `takedown`",
    "weights-adopt": "leads to `weights`",
    "concern-take": "leads to `safeguarding`",
    "concern-answer": "leads to `safeguarding`",
    "filing-draft": "leads to `filing`",
    "filing-change": "leads to `filing`",
    "filing-step": "leads to `filing`",
    "filing-feedback": "leads to `filing`",
    "filing-keep": "leads to `filing`",
    "filing-package": "a file",
    "referral-step": "leads to `concern`",
    "rota-set": "leads to `rota`",
    "rota-set-all": "leads to `rota`",
    "assessment-download": "a file",
    "edition-file": "a file",
    "edition-ask": "leads to `edition`",
    "cost-keep": "leads to `cost`",
    "edition-again": "leads to `edition`",
    "data-import": "leads to `data-set`",
    "data-correct": "leads to `assessment-indicator`",
    "release-freeze": "leads to `release`",
    "profile-begin": "leads to `profile`",
    "profile-publish": "leads to `profile`",
    "capability-answer": "leads to `capability`",
    "capability-document": "leads to `capability`",
    "platform-check": "leads to `platforms`",
    "study-ask": "leads to `study`",
    "action-track": "leads to `actions`",
    "action-move": "leads to `actions`",
    "statement-keep": "leads to `watch`",
    "job-rerun": "leads to `jobs`",
    "job-discard": "leads to `jobs`",
    "custody-report": "a file",
    "import-refused": "a file",
    "custody-export": "a file",
    "reports": "for machines",
    "quality": "for machines",
    "assessment-indicators": "for machines",
    "assessment-series": "for machines",
    "assessment-releases": "for machines",
    "assessment-openapi": "for machines",
    "self": "for machines",
    "api-root": "for machines",
    "healthz": "for machines",
    "readyz": "for machines",
    "metrics": "for machines",
}


def go(page: Page, name: str, facts: Facts) -> None:
    """Bring a page of the right visitor to a place, and see that it is answered as it should be."""
    place = PLACES[name]
    address = place.address.format(**facts.ids)
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == place.status
    assert page.url == facts.origin + address  # and not somewhere else, where it was sent
    if place.act:
        place.act(page, facts)
