"""An application that takes requests only."""

from starlette.types import ASGIApp, Receive, Scope, Send


def without_lifespan(app: ASGIApp) -> ASGIApp:
    """Return the same application, which refuses to be started.

    Schemathesis starts an application, and ends it only through its pytest plugin. One that stays started delivers
    webhooks on an event loop, which tests without a loop do not have.
    """

    async def requests(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        await app(scope, receive, send)

    return requests
