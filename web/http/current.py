"""The current request's installation, and addresses under its public name."""

from flask import current_app, request

from web.installation.services import Services


def services() -> Services:
    """Return the installation that the current request is about."""
    found: Services = current_app.extensions["gongkai"]
    return found


def absolute(path: str) -> str:
    """Return an address that works elsewhere: under GONGKAI_ADDRESS where it is set, else under the request's host."""
    return (services().settings.address or request.host_url.rstrip("/")) + path
