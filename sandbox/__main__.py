"""Both stand-ins on their own, for a bot that runs elsewhere: `python -m sandbox --help`."""

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from sandbox.clock import Clock
from sandbox.company import sample_company
from sandbox.demo import Stage, manifest_of
from sandbox.loopback import require_loopback


def options(given: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="loopback address to listen on")
    parser.add_argument(
        "--slack-port", type=int, default=8065, help="Slack's stand-in and its page; 0: free one"
    )
    parser.add_argument("--syncro-port", type=int, default=8066, help="Syncro's stand-in; 0: a free one")
    parser.add_argument(
        "--bot-url", default="http://127.0.0.1:3000/slack/events", help="where the bot takes Slack's requests"
    )
    parser.add_argument("--socket-mode", action="store_true", help="let the bot connect instead")
    parser.add_argument("--shape", choices=("guide", "openapi"), default="guide", help="how Syncro's speaks")
    parser.add_argument("--manifest", type=Path, help="the app manifest whose commands and scopes hold")
    return parser.parse_args(given)


async def run(chosen: argparse.Namespace) -> None:
    """Serve until interrupted."""
    clock = Clock()
    stage = Stage(
        clock,
        sample_company(clock),
        chosen.slack_port,
        syncro_port=chosen.syncro_port,
        host=chosen.host,
        shape=chosen.shape,
    )
    if chosen.manifest:
        stage.use_manifest(manifest_of(chosen.manifest))
    stopped = asyncio.Event()
    for interrupt in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(interrupt, stopped.set)
    async with stage:
        needed = stage.settings()
        if chosen.socket_mode:
            needed["SLACK_APP_TOKEN"] = stage.slack.app_token
        else:
            stage.slack.bot_url = chosen.bot_url
        lines = [f"export {name}={value}" for name, value in needed.items()]
        sys.stdout.write("\n".join([f"# The page that plays Slack: {stage.page}", *lines, ""]))
        sys.stdout.flush()
        await stopped.wait()


def main(given: list[str] | None = None) -> None:
    """Parse the command line and serve; a port that is taken is said in a sentence."""
    chosen = options(given)
    try:
        require_loopback(chosen.host)
    except ValueError as unsafe:
        raise SystemExit(str(unsafe)) from None
    with contextlib.suppress(KeyboardInterrupt):
        try:
            asyncio.run(run(chosen))
        except OSError as problem:
            raise SystemExit(f"The sandbox can't listen: {problem}. Choose other ports.") from problem


if __name__ == "__main__":
    main()
