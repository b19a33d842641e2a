"""The page on which somebody chooses a password and connects an authenticator app: own account, or setup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, render_template

from web.company import cookies
from web.company.picture import qr_code
from web.language import words
from web.problems import status_of

if TYPE_CHECKING:
    from esign.engine.accounts.own_account import SeedOffer
    from esign.engine.accounts.rows import AccountView
    from esign.foundation.errors import EsignError


def password_page(
    offer: SeedOffer, account: AccountView, *, action: str, back: str, problem: EsignError | None
) -> Response:
    """Return the page with a fresh seed, and the cookie by which the seed is known.

    Args:
        offer: The seed, as text and as an address for the app.
        account: Whose it is.
        action: Where the form is sent to.
        back: Where nothing is changed.
        problem: Why the last try was refused.
    """
    page = render_template(
        "company/password.html",
        account=account,
        written=offer.written,
        picture=qr_code(offer.address),
        action=action,
        back=back,
        problem=None if problem is None else words().problem(problem.code),
    )
    response = Response(page, status=200 if problem is None else status_of(problem.code), mimetype="text/html")
    cookies.give(response, cookies.FLOW, offer.token, seconds=600)
    return response
