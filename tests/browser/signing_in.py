"""Staff before their pages."""

from django.contrib.auth.hashers import make_password

from tests.factories.citizens import UserFactory

FIRST_PAGE = "/petugas/"
PASSWORD = "kata sandi yang panjang"


def new_staff(**kwargs):
    """Somebody who can sign in with PASSWORD."""
    return UserFactory(password=make_password(PASSWORD), **kwargs)


def sign_in(page, username, password=PASSWORD, *, address=FIRST_PAGE):
    """Goes to a page that needs a sign-in, and signs in; waits for what comes after."""
    page.goto(address)
    page.locator("#id_username").fill(username)
    page.locator("#id_password").fill(password)
    with page.expect_navigation():
        page.keyboard.press("Enter")
