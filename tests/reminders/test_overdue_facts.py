"""The board and Home, from the mirror."""

from datetime import timedelta
from typing import Any

from reminders_world import POLICY, Bot, World

from bot.domain.digest import Figures
from bot.domain.policy import People
from bot.domain.roles import Role
from bot.store import mirror, operations, outbox
from bot.store.operations import Operation
from bot.use_cases.overdue import PAGE_SIZE


async def test_the_board_is_paged_and_dated(bot: Bot) -> None:
    first = await bot.overdue.board(scope="all", user_id="U0CLERK", search_id="s1")
    last = await bot.overdue.board(scope="all", user_id="U0CLERK", page=99, search_id="s1")
    assert first.total > PAGE_SIZE
    assert len(first.debtors) == PAGE_SIZE
    assert last.page == last.pages == first.pages
    assert len(last.debtors) == first.total - PAGE_SIZE * (first.pages - 1)
    assert f"{first.as_of:%H:%M %Z}" == "10:30 EDT"
    assert first.search_id == "s1"


async def test_mine_is_what_policy_gives_me(world: World, bot: Bot) -> None:
    everything = await bot.overdue.board(scope="all", user_id="U0DANA", search_id="s")
    chosen = everything.debtors[0].customer_id
    owned = await world.bot(people=People("U0BOSS", {"default": "U0CLERK", chosen: "U0DANA"}))
    mine = await owned.overdue.board(scope="mine", user_id="U0DANA", search_id="s")
    assert [one.customer_id for one in mine.debtors] == [chosen]
    assert mine.totals[0].overdue_amount == everything.debtors[0].overdue
    home = await owned.overdue.home("U0DANA", Role.COLLECTOR)
    assert [one.customer_id for one in home.mine] == [chosen]


async def test_over_lists_customers_with_older_invoices_and_adds_up(bot: Bot) -> None:
    board = await bot.overdue.board(scope="over", user_id="U0CLERK", over_days=90, search_id="s")
    assert board.title == "Customers more than 90 days past due"
    assert all(one.oldest_days > 90 for one in board.debtors)
    assert board.pages == 1
    assert board.totals[0].overdue_amount == sum(one.overdue for one in board.debtors)
    assert board.totals[0].open_amount == sum(one.open for one in board.debtors)


async def test_home_shows_nothing_without_a_role(bot: Bot) -> None:
    home = await bot.overdue.home("U0NOROLE", Role.NONE)
    assert (home.totals, home.mine, home.failures, dict(home.settings)) == ((), (), (), {})


async def test_home_shows_what_is_unsettled_and_what_failed(bot: Bot) -> None:
    now = bot.context.now()

    def write(tx: Any) -> None:
        invoice = mirror.unpaid(tx)[0]
        operations.insert(
            tx,
            Operation(
                key="k#1",
                base_key="k",
                kind="payment",
                invoice_id=invoice.id,
                customer_id=invoice.customer_id,
                actor_id="U0CLERK",
                actor_name="Casey Lindqvist",
                request={},
                request_hash="h",
                state="unknown",
                sentence="No answer came.",
                created_at=now,
            ),
        )
        for key in ("a", "b"):
            outbox.fail(tx, outbox.put(tx, key, "digest", "C0OLD", {}, now), "It is archived.", now)

    await bot.context.lane.write(write)
    home = await bot.overdue.home("U0CLERK", Role.COLLECTOR)
    assert [(one.state, one.at.hour) for one in home.unsettled] == [("unknown", 10)]
    assert home.failures == ("It is archived.",), "the same sentence once"
    assert home.digests == ((POLICY.digests[0].channel, "09:00"),)
    facts = await bot.overdue.digest_facts(bot.context.today())
    assert facts.failures == (
        "Casey Lindqvist's payment is not settled: No answer came.",
        "It is archived.",
    )


async def test_an_empty_mirror_says_when_it_was_read(world: World) -> None:
    bot = await world.bot()
    board = await bot.overdue.board(scope="all", user_id="U0CLERK", search_id="s")
    assert (board.as_of, board.total, board.pages) == (None, 0, 1)
    assert [one.currency for one in board.totals] == ["USD"]


async def test_owners_of_newly_overdue_customers_are_mentioned(bot: Bot) -> None:
    today = bot.context.today()
    facts = await bot.overdue.digest_facts(today, Figures(today - timedelta(days=30), {"USD": 1, "CAD": 5}))
    assert facts.newly_overdue
    assert facts.mentions == ("U0CLERK",)
    assert facts.changes == {"CAD": -5, "USD": facts.totals[0].overdue_amount - 1}
    same_day = await bot.overdue.digest_facts(today, Figures.of(facts))
    assert (same_day.newly_overdue, same_day.mentions, same_day.changes) == ((), (), {"USD": 0})
