"""Everything that sends to customers, put together: the build, the execution, and what they work with."""

from dataclasses import dataclass

from bot.use_cases.authority import Authority
from bot.use_cases.automatics import Automatics
from bot.use_cases.chase import Chase
from bot.use_cases.context import Context
from bot.use_cases.journal import Journal
from bot.use_cases.late_fees import LateFees
from bot.use_cases.mirror import MirrorSync
from reminders.build import Build
from reminders.execution import Execution
from reminders.handing import Handing
from reminders.sweep import Sweep


@dataclass(frozen=True, slots=True)
class Chasing:
    """The rooms of sending to customers."""

    automatics: Automatics
    chase: Chase
    build: Build
    execution: Execution
    fees: LateFees

    @classmethod
    def made(
        cls,
        context: Context,
        authority: Authority,
        journal: Journal,
        sync: MirrorSync,
        sweep: Sweep,
        owner: str,
    ) -> "Chasing":
        """Made from what it works with; ``owner`` names this process in claims."""
        automatics, chase = Automatics(context, authority, sync), Chase(context, journal)
        return cls(
            automatics,
            chase,
            Build(context, sync, automatics, owner),
            Execution(context, chase, sweep, Handing(context)),
            LateFees(context, authority, journal),
        )
