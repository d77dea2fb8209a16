"""The HTTP side of a running bot: every route, and how much and how fast each takes."""

import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.domain.bucket import Bucket
from bot.domain.refusals import Refusal, Refusals
from bot.slack.web import LARGEST_BODY
from bot.slack.web import PATH as SLACK_PATH
from bot.syncro.webhook import PATH as WEBHOOK_PATH

Handler = Callable[[web.Request], Awaitable[web.Response]]

#: Requests in a second, and at once. Those for machines that watch read the database.
_WATCHING = (50, 200)
#: A month's invoices made in one go are as many hints; one that is turned away is made up for by the next sync.
_HINTS = (50, 1000)
#: An idle connection is closed after so many seconds, as is one that goes on sending what nobody will read.
_IDLE_SECONDS = 75.0
_LINGER_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Routes:
    """What answers where. Without Slack's or the webhook's there is no such route."""

    healthz: Handler
    readyz: Handler
    metrics: Handler
    slack: Handler | None
    webhook: Handler | None


def site(routes: Routes, refusals: Refusals, timer: Callable[[], float] = time.monotonic) -> web.Application:
    """The application that serves them. ``timer`` is a clock in seconds that never goes back."""
    app = web.Application(client_max_size=LARGEST_BODY)
    if routes.slack is not None:
        app.router.add_post(SLACK_PATH, routes.slack)  # its gate has limits of its own
    if routes.webhook is not None:
        app.router.add_post(WEBHOOK_PATH, _paced(routes.webhook, Bucket(*_HINTS), refusals, timer))
    for path, handler in (
        ("/healthz", routes.healthz),
        ("/readyz", routes.readyz),
        ("/metrics", routes.metrics),
    ):
        app.router.add_get(path, _paced(_bodiless(handler, refusals), Bucket(*_WATCHING), refusals, timer))
    return app


def runner_of(app: web.Application) -> web.AppRunner:
    """What serves it. Bodies are not unpacked: nobody we listen to packs them."""
    return web.AppRunner(
        app,
        access_log=None,
        auto_decompress=False,
        keepalive_timeout=_IDLE_SECONDS,
        lingering_time=_LINGER_SECONDS,
    )


def _paced(handler: Handler, bucket: Bucket, refusals: Refusals, timer: Callable[[], float]) -> Handler:
    """``handler`` as fast as ``bucket`` allows; whoever asks faster is told when to come again."""

    async def handle(request: web.Request) -> web.Response:
        if wait := bucket.take(timer()):
            refusals.count(Refusal.TOO_FAST)
            return web.Response(status=429, headers={"Retry-After": str(math.ceil(wait))})
        return await handler(request)

    return handle


def _bodiless(handler: Handler, refusals: Refusals) -> Handler:
    """``handler`` for requests without a body."""

    async def handle(request: web.Request) -> web.Response:
        if request.body_exists:
            refusals.count(Refusal.TOO_LARGE)
            return web.Response(status=413)
        return await handler(request)

    return handle
