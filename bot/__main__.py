"""The command line: ``duebot demo | run | doctor | sync | digest | sweep | proposals | automatic | explain | audit``.

What a verb does stands in ``verbs`` and ``verbs_audit``.
"""

import asyncio
import errno
import secrets
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot import verbs, verbs_audit
from bot.app import App, Rooms, open_rooms, real_now
from bot.config import Settings, load_policy
from bot.config.logs import configure_logging
from bot.config.settings import ENV_FILE
from bot.doctor import check_everything
from bot.domain.commands import OVERDUE_SUBCOMMANDS, SUBCOMMANDS
from bot.domain.errors import Ambiguous, BadInput, DuebotError, Misconfigured
from bot.domain.parse_dates import parse_date
from bot.domain.policy import Policy
from bot.syncro.shape import ShapeName
from bot.views.terminal import as_text
from reminders.slots import require_today

if TYPE_CHECKING:
    from sandbox.demo import Stage

cli = typer.Typer(
    help="Invoices and collections in Slack for managed service providers that bill through Syncro.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out = Console(highlight=False, soft_wrap=True)

#: In a checkout the demo holds the bot to its manifest's scopes; an installed package comes without it.
_MANIFEST = Path(__file__).parents[1] / "manifest.yml"

AsOf = Annotated[
    str, typer.Option("--as-of", help="Judge as if today were this date, for example 2026-02-15.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would happen; write and post nothing.")]


def _load() -> tuple[Settings, Policy]:
    settings = Settings.load()
    configure_logging(settings.log_level, settings.log_format, settings.secrets)
    return settings, load_policy(settings.policy)


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Runs a verb; an expected error is one sentence, with what it could mean, and exit status 1."""
    try:
        asyncio.run(work)
    except DuebotError as error:
        _fail(error)


def _fail(error: DuebotError) -> None:
    print(f"duebot: {error}", file=sys.stderr)
    for one in error.candidates if isinstance(error, Ambiguous) else ():
        print(f"  {one.label}", file=sys.stderr)
    raise SystemExit(1)


async def _until_told() -> None:
    """Waits for SIGINT or SIGTERM."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    await told.wait()


@cli.command()
def run() -> None:
    """Run the bot: Socket Mode when SLACK_APP_TOKEN is set, else HTTP on DUEBOT_HOST and DUEBOT_PORT."""
    _run(_run_bot())


async def _run_bot() -> None:
    settings, policy = _load()
    app = await App.start(settings, policy)
    mode = "Socket Mode" if settings.socket_mode else f"{app.address}/slack/events"
    print(f"Duebot answers by {mode}. Health: {app.address}/healthz. Stop with Ctrl-C.", flush=True)
    for warning in await verbs_audit.warnings(app.rooms):
        print(warning, flush=True)
    try:
        await _until_told()
    finally:
        await app.stop()


@cli.command()
def sync(
    full: Annotated[
        bool, typer.Option("--full", help="Read every invoice again, not only what changed.")
    ] = False,
) -> None:
    """Read customers and invoices from Syncro into the local copy."""
    _run(_sync(full))


async def _sync(full: bool) -> None:
    settings, policy = _load()
    rooms = await open_rooms(settings, policy)
    columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=out) as bars:
            tasks: dict[str, Any] = {}

            def show(what: str, done: int, of: int) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(what, total=of)
                bars.update(tasks[what], completed=done, total=of)

            report = await rooms.sync.run(full=full, progress=show)
    finally:
        await rooms.close()
    print(verbs.synced(report))


@cli.command()
def digest(
    channel: Annotated[str, typer.Option("--channel", help="Only this channel's digest.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Post it even if today's was posted.")] = False,
    dry_run: DryRun = False,
    as_of: AsOf = "",
) -> None:
    """Post the overdue digests now, once per channel and day."""
    _run(_digest(channel, again, dry_run, as_of))


async def _digest(channel: str, again: bool, dry_run: bool, as_of: str) -> None:
    settings, policy = _load()
    plans = [plan for plan in policy.digests if channel in ("", plan.channel)]
    if not plans:
        known = ", ".join(plan.channel for plan in policy.digests) or "none"
        raise BadInput(
            f"No digest is planned for {channel or 'any channel'}. Channels in the policy: {known}."
        )
    rooms = await _rooms_for_posting(settings, policy, dry_run)
    try:
        day, failed = _day(as_of, rooms), False
        for plan in plans:
            if dry_run:
                print(as_text(await rooms.digests.dry_run(plan, day)), end="\n\n")
                continue
            made = await rooms.digests.run(plan, again=again, as_of=day)
            await rooms.outbox.deliver_due()
            what = await verbs.posted(rooms, made.outbox_id)
            failed |= what.startswith(verbs.NOT_POSTED)
            print(f"The digest of {made.slot.partition(':')[0]} in {made.channel} {what}.")
    finally:
        await rooms.close()
    if failed:
        raise SystemExit(1)


@cli.command()
def sweep(
    again: Annotated[bool, typer.Option("--again", help="Run it even if today's sweep was run.")] = False,
    dry_run: DryRun = False,
    as_of: AsOf = "",
) -> None:
    """Decide today's reminders and send them; with --dry-run, say for every open invoice what would happen and why."""
    _run(_sweep(again, dry_run, as_of))


async def _sweep(again: bool, dry_run: bool, as_of: str) -> None:
    settings, policy = _load()
    rooms = await _rooms_for_posting(settings, policy, dry_run)
    try:
        day = _day(as_of, rooms)
        if dry_run:
            print(await verbs.sweep_dry(rooms, day))
            return
        require_today(rooms.context, day)
        shown = await verbs.sweep_now(rooms, again)
        print(shown.text)
    finally:
        await rooms.close()
    if not shown.fine:
        raise SystemExit(1)


@cli.command()
def automatic(
    wanted: Annotated[str, typer.Argument(help="on or off; without it, say which it is.")] = "",
    dry_run: DryRun = False,
) -> None:
    """Start or stop automatic sending to customers."""
    if wanted not in ("", "on", "off"):
        _fail(BadInput(f"“{wanted}” is neither on nor off."))
    _run(_with_rooms(lambda rooms: verbs.automatic(rooms, wanted, dry_run)))


proposals = typer.Typer(
    help="Contacts and late fees that wait for a person: list, approve, skip.", no_args_is_help=True
)
cli.add_typer(proposals, name="proposals")


@proposals.command("list")
def list_proposals() -> None:
    """Show what waits for a decision."""
    _run(_with_rooms(verbs.list_proposals))


@proposals.command("approve")
def approve_proposals(
    ids: Annotated[
        list[str], typer.Argument(help="Ids of the list, numbers of the invoices that lead, or all.")
    ],
    dry_run: DryRun = False,
) -> None:
    """Let contacts out, which go at the next time of sending; or late fees, by id, which are added at once."""
    _run(_with_rooms(lambda rooms: verbs.approve_proposals(rooms, ids, dry_run)))


@proposals.command("skip")
def skip_proposal(
    id: Annotated[str, typer.Argument(help="An id of the list, or the number of the invoice that leads.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the log.")] = "",
    dry_run: DryRun = False,
) -> None:
    """Leave a contact out for this time, or a late fee for ever."""
    _run(_with_rooms(lambda rooms: verbs.skip_proposal(rooms, id, reason, dry_run)))


async def _with_rooms(work: Callable[[Rooms], Awaitable[str | verbs.Shown]]) -> None:
    """Opens everything, prints what ``work`` returns, and closes again."""
    settings, policy = _load()
    rooms = await open_rooms(settings, policy)
    try:
        shown = await work(rooms)
    finally:
        await rooms.close()
    print(shown if isinstance(shown, str) else shown.text)
    if isinstance(shown, verbs.Shown) and not shown.fine:
        raise SystemExit(1)


@cli.command()
def explain(
    number: Annotated[
        str, typer.Argument(help="The invoice's number, for example 1042, or its link in Syncro.")
    ],
    as_of: AsOf = "",
) -> None:
    """Say why an invoice is or isn't chased today, and everything that was said about it. Nothing is changed."""
    _run(_with_rooms(lambda rooms: verbs.explained(rooms, number, _day(as_of, rooms))))


audit = typer.Typer(
    help="The record of who did what: export it, or check that nobody has changed it.", no_args_is_help=True
)
cli.add_typer(audit, name="audit")


@audit.command("export")
def export_audit(
    format: Annotated[
        verbs_audit.Format, typer.Option("--format", help="Lines of JSON, or a table for a spreadsheet.")
    ] = "jsonl",
    since: Annotated[str, typer.Option("--from", help="The first day, for example 2026-02-15.")] = "",
    until: Annotated[str, typer.Option("--to", help="The last day.")] = "",
    output: Annotated[
        Path | None, typer.Option("--output", help="A new file; without it, standard output.")
    ] = None,
) -> None:
    """Write the entries of those days, the oldest first. The export is entered in the record."""
    _run(_export_audit(verbs_audit.Wanted(format, since, until, output)))


async def _export_audit(wanted: verbs_audit.Wanted) -> None:
    print(await verbs_audit.export(*_load(), real_now(), wanted), file=sys.stderr)


@audit.command("verify")
def verify_audit(
    head: Annotated[
        str | None, typer.Option("--head", help="A head that was kept elsewhere: finds a cut end.")
    ] = None,
) -> None:
    """Check that every entry is as it was written and in its place. Nothing is changed; exit status 1 if not."""
    _run(_verify_audit(head))


async def _verify_audit(head: str | None) -> None:
    shown = await verbs_audit.check(Settings.load(), head)
    print(shown.text)
    if not shown.fine:
        raise SystemExit(1)


async def _rooms_for_posting(settings: Settings, policy: Policy, dry_run: bool) -> Rooms:
    if not dry_run:
        settings.require_both()
    return await open_rooms(settings, policy)


def _day(text: str, rooms: Rooms) -> date | None:
    return parse_date(text, rooms.context.today(), "past") if text else None


@cli.command()
def doctor(
    as_json: Annotated[
        bool, typer.Option("--json", help="A list for programs: check, state, says, cure.")
    ] = False,
) -> None:
    """Look at settings, Slack, Syncro and the database: one line and one cure each. Nothing is changed."""
    raise SystemExit(check_everything(ENV_FILE, as_json))


@cli.command()
def demo(
    port: Annotated[
        int, typer.Option("--port", help="Where the page that plays Slack listens; 0: a free port.")
    ] = 8065,
    shape: Annotated[
        Literal["guide", "openapi"],
        typer.Option("--shape", help="Which of Syncro's two API shapes the stand-in speaks."),
    ] = "guide",
) -> None:
    """Everything embedded: a fictional company, a Syncro stand-in, and a browser page that plays Slack."""
    try:
        _run(_demo(port, shape))
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        _fail(
            Misconfigured(
                f"The page can't listen on port {port}. Choose another with --port; 0 is a free one."
            )
        )


async def _demo(port: int, shape: ShapeName) -> None:
    configure_logging("warning", "console")
    async with staged_demo(port, shape) as stage:
        print(f"Open {stage.page} in a browser: it says what to try. Stop with Ctrl-C.", flush=True)
        await _until_told()


@asynccontextmanager
async def staged_demo(port: int = 0, shape: ShapeName = "guide") -> AsyncIterator["Stage"]:
    """The real bot against the two stand-ins over loopback HTTP, with one clock that the page can move."""
    from sandbox.clock import Clock
    from sandbox.company import sample_company
    from sandbox.demo import Stage, demo_policy, manifest_of, opening

    with tempfile.TemporaryDirectory(prefix="duebot-demo-") as folder:
        policy_file = Path(folder) / "policy.yml"
        policy_file.write_text(demo_policy())
        clock = Clock(opening(real_now()))
        async with Stage(clock, sample_company(clock), port, shape=shape) as stage:
            if _MANIFEST.exists():
                stage.use_manifest(manifest_of(_MANIFEST))
            stage.complete(row.usage for row in (*SUBCOMMANDS, *OVERDUE_SUBCOMMANDS))
            stage.keep_pace()
            stage.welcome()
            settings = Settings.model_validate(
                {
                    **stage.settings(),
                    "DATABASE_URL": f"sqlite:///{folder}/demo.db",
                    "DUEBOT_POLICY": str(policy_file),
                    "DUEBOT_PORT": 0,
                    "DUEBOT_AUDIT_KEY": secrets.token_hex(16),
                    "DUEBOT_SYNCRO_PER_MINUTE": 100_000,
                }
            )
            app = await App.start(settings, load_policy(policy_file), clock.now)
            try:
                stage.connect(f"{app.address}/slack/events", app.schedule.tick_now)
                yield stage
            finally:
                await app.stop()


def main() -> None:
    """The console script ``duebot``."""
    cli()


if __name__ == "__main__":
    main()
