"""Signing in as people do it: every first and second factor, in a real browser."""

from __future__ import annotations

from tests.browser.codes import code, code_now
from tests.browser.places import add_a_key, give_password, plug_in_a_key
from tests.browser.server import PASSWORD


def test_the_code_of_the_standard_is_computed_here_too():
    assert code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", at_s=59) == "287082"


def test_password_and_code_of_an_app_open_the_home_page(page, facts):
    _give_password(page, facts, "app")
    assert page.title().startswith("Second factor")
    assert page.get_by_role("button", name="Use a security key").count() == 0  # they have none
    page.get_by_label("Code").fill(code_now(facts.secrets["app"]))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    assert page.get_by_role("heading", level=1).inner_text() == "What waits for you"
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/**")
    page.goto("/people/")
    assert "/sign-in/" in page.url


def test_a_wrong_password_and_a_wrong_code_are_refused_and_said(page, facts):
    _give_password(page, facts, "keyboard", password="not the password at all")
    assert page.get_by_role("alert").inner_text()
    _give_password(page, facts, "keyboard")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    page.locator(".errorlist").wait_for()
    assert page.title().startswith("Second factor")


def test_an_invited_person_sets_a_password_and_an_app_and_gets_recovery_codes(page, facts):
    email, setup_code = facts.first
    page.goto("/join/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Set-up code").fill(setup_code)
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password, again").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    page.get_by_role("status").wait_for()

    _give_password(page, facts, email)
    page.wait_for_url("**/account/second-factor/")  # wherever they want to go, this comes first
    page.goto("/people/")
    assert page.url.endswith("/account/second-factor/")
    page.get_by_role("link", name="Set up an app").click()
    page.get_by_text("It cannot be scanned").click()
    secret = page.locator(".secret").inner_text().strip()
    page.get_by_label("Code that the app shows").fill(code_now(secret))
    page.get_by_role("button", name="Set up").click()

    page.wait_for_url("**/account/recovery-codes/")
    assert page.locator(".codes li").count() == 10
    page.get_by_role("link", name="I have them").click()
    assert page.get_by_role("heading", level=1).inner_text() == "What waits for you"


def test_a_recovery_code_opens_the_door_once(visit, facts):
    opened, refused = visit().page, visit().page
    for page in (opened, refused):
        _give_password(page, facts, "recovery")
        page.get_by_label("Code").fill(facts.recovery_codes["recovery"][0])
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").or_(page.locator(".errorlist")).wait_for()
    assert opened.get_by_role("heading", level=1).inner_text() == "What waits for you"
    assert refused.title().startswith("Second factor")


def test_a_security_key_is_added_and_signs_in(page, facts):
    plug_in_a_key(page)
    _give_password(page, facts, "key")
    page.wait_for_url("**/account/second-factor/")
    page.get_by_role("link", name="Add a key").click()
    add_a_key(page)

    page.goto("/")
    page.get_by_role("button", name="Sign out").click()
    _give_password(page, facts, "key")
    page.get_by_role("button", name="Use a security key").click()
    page.get_by_role("button", name="Sign out").wait_for()
    assert page.get_by_role("heading", level=1).inner_text() == "What waits for you"


def _give_password(page, facts, who, password=PASSWORD):
    page.goto("/sign-in/")
    give_password(page, facts.people.get(who, who), password)
