"""Headers of every answer: nothing from elsewhere is loaded, framed or told where people have been."""

from __future__ import annotations

from flask import Flask, Response, request, session

from booking.config import Settings
from booking.web.session import is_same_for_all

POLICY = "; ".join(
    [
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
    ]
)


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]

    @app.after_request
    def protect(response: Response) -> Response:
        fixed = {
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        }
        for name, value in fixed.items():
            response.headers.setdefault(name, value)
        if settings.is_https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        is_own_business = not is_same_for_all() or response.status_code >= 400  # a page of ours says who is signed in
        if is_own_business and (session.get("sign_in") or request.method != "GET"):
            response.headers["Cache-Control"] = "no-store"
        return response
