"""All that the stand-in keeps, in one place for the doors that use it: API, page, response URLs."""

from dataclasses import dataclass

from sandbox.slack import workspace as ws
from sandbox.slack.catalog import Catalog
from sandbox.slack.delivery import Courier
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.feed import Feed
from sandbox.slack.files import Files
from sandbox.slack.messages import Messages, Stamps
from sandbox.slack.modals import Modals
from sandbox.slack.tickets import ResponseUrls, Triggers


@dataclass
class Slack:
    """Put together by the server; `problems` is what the bot did wrong."""

    workspace: ws.Workspace
    messages: Messages
    modals: Modals
    triggers: Triggers
    response_urls: ResponseUrls
    courier: Courier
    feed: Feed
    stamps: Stamps
    catalog: Catalog
    files: Files
    problems: list[str]
    address: str = ""

    def notice(self, user: str, text: str) -> None:
        """A toast on the person's page."""
        self.feed.publish({"type": "notice", "text": text}, [user])

    def trouble(self, text: str) -> None:
        """Something that the bot did wrong and Slack wouldn't show: tests expect none."""
        self.problems.append(text)

    def response_url(self, key: str) -> str:
        return f"{self.address}/response/{key}"

    async def tell(self, event: Json) -> None:
        """Send an event to the bot if its app is subscribed to it."""
        if event["type"] in self.catalog.events:
            await self.courier.event(event)

    def own_channel(self, user_id: str, channel_id: str) -> ws.Channel:
        """A conversation that this person is in; SlackError `channel_not_found`."""
        channel = self.workspace.channels.get(channel_id)
        if channel is None or user_id not in channel.members:
            raise SlackError("channel_not_found")
        return channel
