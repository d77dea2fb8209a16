"""Slack's stand-in put together: start it, point a bot at its address, and look at what happened."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from aiohttp import web

from sandbox.clock import Clock
from sandbox.loopback import loopback_only, require_loopback
from sandbox.slack import limits
from sandbox.slack.api.dispatch import Api, Call
from sandbox.slack.catalog import Catalog
from sandbox.slack.delivery import Courier
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.faults import Faults
from sandbox.slack.feed import Feed
from sandbox.slack.files import Files
from sandbox.slack.inside import Slack
from sandbox.slack.messages import Ephemeral, Messages, Stamps
from sandbox.slack.modals import Modals
from sandbox.slack.page import Page, hours
from sandbox.slack.responses import Responses
from sandbox.slack.sockets import Sockets
from sandbox.slack.tickets import ResponseUrls, Triggers
from sandbox.slack.visits import Visits
from sandbox.slack.workspace import Workspace, sample

T = TypeVar("T")


class SlackSandbox:
    """A workspace behind `{address}/api/`, with a page at `{address}/`.

    Public parts: `workspace`, `messages`, `modals`, `faults`, `sockets`, `catalog`, `files`, `visits`
    (what people do), `courier.sent` (what the bot was sent), `calls` (what it called), `problems`
    (what it did wrong: unacknowledged deliveries, refused blocks and acks; a good run has none) and `on_clock`
    (awaited after the page has moved the clock).
    """

    def __init__(
        self,
        clock: Clock,
        *,
        signing_secret: str = "sandbox-signing-secret",  # noqa: S107 - a stand-in's own, of no worth
        bot_token: str = "xoxb-sandbox",  # noqa: S107 - as above
        app_token: str = "xapp-sandbox",  # noqa: S107 - as above
        bot_url: str | None = None,
        timezone: str = "America/New_York",
        workspace: Workspace | None = None,
        ack_seconds: float = limits.ACK_SECONDS,
        event_retry_seconds: tuple[float, ...] = limits.EVENT_RETRY_SECONDS,
    ) -> None:
        self.clock = clock
        self.timezone = timezone
        self.signing_secret = signing_secret
        self.bot_token = bot_token
        self.app_token = app_token
        self.on_clock: list[Callable[[], Awaitable[None]]] = []
        self.faults = Faults()
        self.files = Files(bot_token)
        self.feed = Feed()
        self.sockets = Sockets(self.feed)
        self.workspace = workspace or sample()
        self.catalog = Catalog()
        self.problems: list[str] = []
        stamps = Stamps(clock)
        self.messages = Messages(self.workspace, stamps, self.feed)
        self.modals = Modals(self.feed)
        self.courier = Courier(
            signing_secret, self.sockets, self.feed, self.problems, ack_seconds, event_retry_seconds
        )
        self.courier.bot_url = bot_url
        self._slack = Slack(
            workspace=self.workspace,
            messages=self.messages,
            modals=self.modals,
            triggers=Triggers(clock, limits.TRIGGER_SECONDS),
            response_urls=ResponseUrls(clock),
            courier=self.courier,
            feed=self.feed,
            stamps=stamps,
            catalog=self.catalog,
            files=self.files,
            problems=self.problems,
        )
        self.visits = Visits(self._slack)
        self.responses = Responses(self._slack, self.faults)
        self._api = Api(self._slack, self.faults, self.sockets, bot_token, app_token)
        self._page = Page(self._slack, self.visits, self.show_clock, self.move_clock)
        self._runner: web.AppRunner | None = None

    @property
    def address(self) -> str:
        """Where it listens, as `http://127.0.0.1:8065`; empty before `start`."""
        return self._slack.address

    @property
    def api_url(self) -> str:
        """The Web API's base, for the bot's `SLACK_API_URL`."""
        return f"{self.address}/api/"

    @property
    def bot_url(self) -> str | None:
        """Where the bot listens, as `http://127.0.0.1:3000/slack/events`."""
        return self.courier.bot_url

    @bot_url.setter
    def bot_url(self, url: str | None) -> None:
        self.courier.bot_url = url

    @property
    def date_skew(self) -> timedelta:
        """How far the `Date` of its answers runs ahead of real time; `clock` has no part in that."""
        return self._api.date_skew

    @date_skew.setter
    def date_skew(self, skew: timedelta) -> None:
        self._api.date_skew = skew

    @property
    def calls(self) -> list[Call]:
        return self._api.calls

    def app(self) -> web.Application:
        """Every route: Web API, response URLs, Socket Mode, files, page."""
        app = web.Application(middlewares=[loopback_only], client_max_size=limits.FILE_BYTES + 1024 * 1024)
        app.add_routes(
            [
                web.route("*", "/api/{method}", self._api.serve),
                web.post("/response/{key}", self.responses.serve),
                web.get("/link/", self.sockets.serve),
                web.post("/upload/{file}", self.files.upload),
                web.get("/files/{file}/{name}", self.files.download),
                web.get("/page/files/{file}/{name}", self.files.view),
                *self._page.routes(),
            ]
        )
        app.on_shutdown.append(self._let_go)
        return app

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen (port 0: a free one) and return the address. Raises ``ValueError`` unless ``host`` is loopback."""
        require_loopback(host)
        self._runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        shown_host = f"[{host}]" if ":" in host else host
        self._slack.address = self.files.address = f"http://{shown_host}:{self._runner.addresses[0][1]}"
        await self.courier.start()
        return self.address

    async def stop(self) -> None:
        await self.courier.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _let_go(self, _: web.Application) -> None:
        self.feed.close()
        await self.sockets.stop()

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 5.0) -> T:
        """The predicate's first truthy value, asked again after each change; TimeoutError."""
        return await self.feed.wait_for(predicate, timeout)

    def called(self, method: str) -> list[Call]:
        """The calls of one method that succeeded, oldest first."""
        return [call for call in self.calls if call.method == method and call.answer["ok"]]

    def in_channel(self, channel: str) -> list[Json]:
        """Kept messages, oldest first, replies too."""
        return self.messages.in_channel(channel)

    def ephemeral(self, channel: str | None = None, user: str | None = None) -> list[Ephemeral]:
        return self.messages.ephemeral(channel, user)

    def show_clock(self) -> Json:
        return {"now": self.clock.now().isoformat(), "label": self.clock.label(self.timezone)}

    async def move_clock(self, said: Json) -> Json:
        """Move as the page asks, let the bot catch up, and tell every page."""
        if said.get("to") == "next_morning":
            self.clock.next_morning(self.timezone)
        elif said.get("to") == "plus_hours":
            self.clock.advance(hours(said))
        else:
            raise SlackError("invalid_arguments", "[ERROR] to must be next_morning or plus_hours")
        for hook in self.on_clock:
            await hook()
        shown = self.show_clock()
        self.feed.publish({"type": "clock", **shown})
        return shown
