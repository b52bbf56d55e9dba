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


@dataclass(frozen=True, slots=True)
class Place:
    """One page. `address` may hold names of `Facts.ids`; `act` goes further from there; `status` is what is answered."""

    route: str
    address: str
    session: str = OFFICE
    act: Callable[[Page, Facts], None] | None = None
    status: int = 200


def _open_the_map(page: Page, _facts: Facts) -> None:
    page.keyboard.press("?")


def _unfold(page: Page, _facts: Facts) -> None:
    page.locator("details").evaluate_all("each => each.forEach((details) => { details.open = true })")


def _send_empty(page: Page, _facts: Facts) -> None:
    """Send the form without what it needs, past the browser's own check, so that it comes back with its errors."""
    page.locator("main form.form").first.evaluate("form => { form.noValidate = true; form.requestSubmit() }")
    page.locator(".errorlist").first.wait_for()


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


def _recovery_codes(page: Page, facts: Facts) -> None:
    give_password(page, facts.people["codes"])
    page.get_by_label("Code").fill(code_now(facts.secrets["codes"]))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="What waits for you").wait_for()
    page.goto("/account/recovery-codes/")


PLACES: Final = {
    "home": Place("home", "/"),
    "map": Place("home", "/", act=_open_the_map),
    "status": Place("status", "/status/"),
    "people": Place("people", "/people/"),
    "person": Place("person", "/people/{person}/"),
    "person-open": Place("person", "/people/{person}/", act=_unfold),
    "person-changed": Place("person-roles", "/people/{person}/", act=_change_a_role),
    "invite": Place("invite", "/people/invite/"),
    "invite-again": Place("invite", "/people/invite/", act=_send_empty),
    "code": Place("invite", "/people/invite/", act=_invite),
    "teams": Place("teams", "/teams/"),
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
    "self": "for machines",
    "api-root": "for machines",
    "healthz": "for machines",
    "readyz": "for machines",
    "metrics": "for machines",
}
TO_COME: Final = tuple(  # whose pages need a world of their own, which is not in `server` yet
    f"tutela.apps.{app}"
    for app in ("assessment", "custody", "intake", "jobs", "review", "safeguarding", "takedown", "triage")
)


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
