"""Both stand-ins on their own, for a bot that runs elsewhere: `python -m sandbox --help`."""

import argparse
import asyncio
import contextlib
import secrets
import signal
import sys
from pathlib import Path

import yaml

from sandbox.clock import Clock
from sandbox.company import sample_company
from sandbox.slack.server import SlackSandbox
from sandbox.syncro.server import SyncroSandbox


def options(given: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument(
        "--slack-port", type=int, default=8065, help="Slack's stand-in and its page; 0: free one"
    )
    parser.add_argument("--syncro-port", type=int, default=8066, help="Syncro's stand-in; 0: a free one")
    parser.add_argument(
        "--bot-url", default="http://127.0.0.1:3000/slack/events", help="where the bot takes Slack's requests"
    )
    parser.add_argument("--socket-mode", action="store_true", help="let the bot connect instead")
    parser.add_argument("--manifest", type=Path, help="the app manifest whose commands and scopes hold")
    return parser.parse_args(given)


def settings(slack: SlackSandbox, syncro_address: str, syncro_key: str) -> dict[str, str]:
    """The environment that a bot needs to work against the two."""
    needed = {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SYNCRO_BASE_URL": syncro_address,
        "SYNCRO_API_KEY": syncro_key,
    }
    return needed if slack.bot_url else {**needed, "SLACK_APP_TOKEN": slack.app_token}


async def run(chosen: argparse.Namespace) -> None:
    """Serve until interrupted."""
    clock = Clock()
    syncro_key = secrets.token_hex(8)
    bot_url = None if chosen.socket_mode else chosen.bot_url
    slack = SlackSandbox(clock, signing_secret=secrets.token_hex(16), bot_url=bot_url)
    if chosen.manifest:
        slack.catalog.use(yaml.safe_load(chosen.manifest.read_text()))
    syncro = SyncroSandbox(sample_company(clock), clock, api_key=syncro_key)
    stopped = asyncio.Event()
    for interrupt in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(interrupt, stopped.set)
    try:
        page = await slack.start(chosen.host, chosen.slack_port)
        syncro_address = await syncro.start(chosen.host, chosen.syncro_port)
        lines = [
            f"export {name}={value}" for name, value in settings(slack, syncro_address, syncro_key).items()
        ]
        sys.stdout.write("\n".join([f"# The page that plays Slack: {page}/", *lines, ""]))
        sys.stdout.flush()
        await stopped.wait()
    finally:
        await slack.stop()
        await syncro.stop()


def main(given: list[str] | None = None) -> None:
    """Parse the command line and serve; a port that is taken is said in a sentence."""
    chosen = options(given)
    with contextlib.suppress(KeyboardInterrupt):
        try:
            asyncio.run(run(chosen))
        except OSError as problem:
            raise SystemExit(f"The sandbox can't listen: {problem}. Choose other ports.") from problem


if __name__ == "__main__":
    main()
