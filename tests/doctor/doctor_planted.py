"""What can be wrong with an installation, one thing at a time: how it is planted, and what must be said of it."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sandbox.slack.workspace import Group

Plant = Callable[[Any], object]


@dataclass(frozen=True)
class Planted:
    """``plant`` makes a sound bench unsound; of its findings ``check`` alone is not ok, says so and names the cure.

    ``skips`` are the checks that must say that they couldn't be looked at.
    """

    what: str
    plant: Plant
    check: str
    says: str
    cure: str
    state: str = "fail"
    shape: str = "guide"
    skips: tuple[str, ...] = ()


def env(**changes: str | None) -> Plant:
    return lambda bench: bench.env.update(changes)


def policy(old: str, new: str) -> Plant:
    return lambda bench: bench.policy(old, new)


def slack_fails(method: str, kind: str) -> Plant:
    return lambda bench: bench.stage.slack.faults.add(method, kind, times=9)


def syncro_fails(match: str, kind: str, **how: Any) -> Plant:
    return lambda bench: bench.stage.syncro.faults.add(match, kind, times=None, **how)


def lacks(permission: str) -> Plant:
    return lambda bench: bench.stage.syncro.permissions.take(permission)


def without_scope(scope: str) -> Plant:
    return lambda bench: bench.stage.slack.catalog.scopes.remove(scope)


def both(*plants: Plant) -> Plant:
    return lambda bench: [plant(bench) for plant in plants]


def at_syncro(address: str) -> Plant:
    """``address`` with PORT in place of the stand-in's."""

    def plant(bench: Any) -> None:
        port = str(bench.env["SYNCRO_BASE_URL"]).split(":")[2].split("/")[0]
        bench.env["SYNCRO_BASE_URL"] = address.replace("PORT", port)

    return plant


def group(users: list[str], disabled: bool = False) -> Plant:
    def plant(bench: Any) -> None:
        bench.stage.slack.workspace.groups["S0TECHS"] = Group("S0TECHS", "techs", "Techs", users, disabled)

    return plant


def digest_in(channel: str) -> Plant:
    return policy("channel: C0BILLING", f"channel: {channel}")


def database(statement: str, marked: int = 0x44756562) -> Plant:
    def plant(bench: Any) -> None:
        path = bench.folder / "duebot.db"
        connection = sqlite3.connect(path)
        connection.execute(f"PRAGMA application_id = {marked}")
        connection.executescript(statement)
        connection.close()
        path.chmod(0o600)

    return plant


def empty_account(bench: Any) -> None:
    bench.stage.syncro.company.invoices.clear()


BOT_NOWHERE = ("Slack scopes", "people", "user groups", "second person", "channels")
SYNCRO_NOWHERE = ("Syncro shape", "reading from Syncro", "writing to Syncro")
ROLES = "approvers: [U0BOSS, S0FINANCE], collectors: [U0CLERK, U0DANA]"
UNTOLD = "syncro: {own_reminders: off, late_fees: off}"

SETTINGS = [
    Planted(
        "a name that is no setting",
        lambda bench: bench.env_file("DUEBOT_POLCY=canary.yml\n"),
        "DUEBOT_POLCY",
        'did you mean "DUEBOT_POLICY"?',
        "docs/settings.md",
        "warn",
    ),
    Planted(
        "a file that others can read",
        lambda bench: bench.env_file("DUEBOT_LOG_LEVEL=info\n", 0o644),
        "settings",
        "other users of this machine can read .env",
        "chmod 600 .env",
        "warn",
    ),
    Planted(
        "a file that is no text",
        lambda bench: (bench.folder / ".env").write_bytes(b"SLACK_BOT_TOKEN=\xff\xfe\n"),
        "settings",
        ".env is not UTF-8 text",
        "Save it as UTF-8.",
    ),
    Planted(
        "a number that is none",
        env(DUEBOT_PORT="canary"),
        "DUEBOT_PORT",
        "is not usable",
        "valid integer",
    ),
    Planted(
        "a token of a person",
        env(SLACK_BOT_TOKEN="xoxp-canary-1"),
        "SLACK_BOT_TOKEN",
        "is no bot token",
        "begins with xoxb-",
        skips=BOT_NOWHERE,
    ),
    Planted(
        "no Syncro address",
        env(SYNCRO_BASE_URL=None),
        "SYNCRO_BASE_URL",
        "is not set",
        "https://SUBDOMAIN.syncromsp.com/api/v1",
        skips=SYNCRO_NOWHERE,
    ),
    Planted(
        "an address without encryption",
        env(SYNCRO_BASE_URL="http://canary.syncromsp.example/api/v1"),
        "SYNCRO_BASE_URL",
        "unencrypted",
        "Write https instead of http.",
        skips=SYNCRO_NOWHERE,
    ),
    Planted(
        "an address of Syncro's screens",
        env(SYNCRO_BASE_URL="https://canary.syncromsp.example"),
        "SYNCRO_BASE_URL",
        "must end in /api/v1",
        "SUBDOMAIN",
        skips=SYNCRO_NOWHERE,
    ),
    Planted(
        "no key for the audit",
        env(DUEBOT_AUDIT_KEY=None),
        "audit key",
        "not set",
        "Set DUEBOT_AUDIT_KEY",
        "warn",
    ),
    Planted(
        "a secret that can be guessed",
        env(DUEBOT_WEBHOOK_SECRET="canary"),
        "DUEBOT_WEBHOOK_SECRET",
        "must be at least 16",
        "the last part of a web address",
    ),
]

POLICY = [
    Planted(
        "no policy file",
        env(DUEBOT_POLICY="other.yml"),
        "policy",
        "there is no policy file other.yml",
        "Copy policy.example.yml",
        skips=("people", "user groups", "second person", "channels", "Syncro's reminders"),
    ),
    Planted(
        "a typo in a key",
        policy("ladder:\n", "laddder:\n"),
        "policy",
        'line 10: unknown key "laddder" (did you mean "ladder"?)',
        "Mend line 10 of policy.yml",
        skips=("people", "channels"),
    ),
    Planted(
        "nothing said of Syncro's reminders",
        policy("own_reminders: off, ", ""),
        "Syncro's reminders",
        "doesn't say whether Syncro sends reminders",
        "own_reminders: off",
        "warn",
    ),
    Planted(
        "two who remind",
        policy("own_reminders: off", "own_reminders: on"),
        "Syncro's reminders",
        "customers would get two",
        "Switch them off in Syncro",
        "warn",
    ),
    Planted(
        "nothing said of Syncro's late fees",
        policy(", late_fees: off", ""),
        "Syncro's late fees",
        "doesn't say whether Syncro adds late fees",
        "late_fees: off",
        "warn",
    ),
    Planted(
        "two who add late fees",
        both(
            policy("late_fees: off", "late_fees: on"),
            policy("template: firm}", "template: firm, late_fee: {amount: 25}}"),
        ),
        "Syncro's late fees",
        "customers would pay two",
        "take late_fee out of the ladder",
        "warn",
    ),
]

SLACK = [
    Planted(
        "a token that Slack doesn't know",
        env(SLACK_BOT_TOKEN="xoxb-canary-1"),
        "Slack token",
        "Slack doesn't know this token",
        "OAuth & Permissions",
        skips=BOT_NOWHERE,
    ),
    Planted(
        "a token that was revoked",
        slack_fails("auth.test", "error:token_revoked"),
        "Slack token",
        "was revoked",
        "Install the app to its workspace again",
        skips=BOT_NOWHERE,
    ),
    Planted(
        "an app that was removed",
        slack_fails("auth.test", "error:account_inactive"),
        "Slack token",
        "was removed from its workspace",
        "Install the app",
        skips=BOT_NOWHERE,
    ),
    Planted(
        "a refusal with strange words",
        slack_fails("auth.test", "error:canary 42"),
        "Slack token",
        "an unknown error",
        "OAuth & Permissions",
        skips=BOT_NOWHERE,
    ),
    Planted(
        "Slack down",
        slack_fails("*", "500_html"),
        "Slack token",
        "no readable answer came from Slack",
        "status page",
        skips=BOT_NOWHERE,
    ),
    Planted(
        "nobody at Slack's address",
        env(SLACK_API_URL="http://127.0.0.1:9/api/"),
        "Slack token",
        "nothing listens on 127.0.0.1:9",
        "SLACK_API_URL",
        skips=BOT_NOWHERE,
    ),
    Planted(
        "a scope less",
        without_scope("groups:history"),
        "Slack scopes",
        "without groups:history Duebot can't find its own message in a private channel",
        "Add groups:history under Bot Token Scopes",
    ),
    Planted(
        "the scope for people",
        without_scope("users:read"),
        "Slack scopes",
        "who is a guest",
        "Add users:read",
        skips=("people", "second person", "channels"),
    ),
    Planted(
        "the scope for groups",
        without_scope("usergroups:read"),
        "Slack scopes",
        "user group",
        "Add usergroups:read",
        skips=("user groups", "second person"),
    ),
    Planted(
        "the scope for channels",
        without_scope("channels:read"),
        "Slack scopes",
        "who reads along",
        "Add channels:read",
        skips=("channels",),
    ),
    Planted(
        "an app token that Slack doesn't know",
        env(SLACK_APP_TOKEN="xapp-canary"),
        "Socket Mode",
        "Slack doesn't know the token",
        "scope connections:write",
    ),
    Planted(
        "an app token without its scope",
        both(
            lambda bench: bench.env.update(SLACK_APP_TOKEN=bench.stage.slack.app_token),
            slack_fails("apps.connections.open", "error:missing_scope"),
        ),
        "Socket Mode",
        "lacks the scope connections:write",
        "Make an app-level token",
    ),
    Planted(
        "no signing secret",
        env(SLACK_SIGNING_SECRET=None),
        "SLACK_SIGNING_SECRET",
        "is not set",
        "Socket Mode",
    ),
    Planted(
        "half a signing secret",
        env(SLACK_SIGNING_SECRET="0123456789abcdef"),
        "signing secret",
        "every click would be refused",
        "Basic Information",
    ),
    Planted(
        "a public address in plain HTTP",
        env(DUEBOT_HOST="0.0.0.0"),
        "address",
        "Slack itself only calls https",
        "https proxy in front",
        "warn",
    ),
    Planted(
        "an address of another machine",
        env(DUEBOT_HOST="192.0.2.1"),
        "address",
        "192.0.2.1 is no address of this machine",
        "Set DUEBOT_HOST to 127.0.0.1",
    ),
    Planted(
        "a port that is taken",
        lambda bench: bench.env.update(DUEBOT_PORT=bench.stage.slack.address.rpartition(":")[2]),
        "address",
        "another program listens on 127.0.0.1",
        "DUEBOT_PORT",
    ),
    Planted(
        "a clock that is far off",
        lambda bench: setattr(bench.stage.slack, "date_skew", timedelta(minutes=7)),
        "clock",
        "7 minutes ahead of this machine's",
        "NTP",
    ),
    Planted(
        "a clock that is a little off",
        lambda bench: setattr(bench.stage.slack, "date_skew", timedelta(seconds=-80)),
        "clock",
        "seconds behind this machine's",
        "NTP",
        "warn",
    ),
]

IN_SLACK = [
    Planted(
        "an owner who doesn't exist",
        policy("default: U0CLERK", "default: U0NOBODY"),
        "people",
        "U0NOBODY in people.owners.default is nobody in this workspace",
        "Copy the right id",
    ),
    Planted(
        "a manager who has left",
        policy("manager: U0BOSS", "manager: U0GONE"),
        "people",
        "U0GONE (Gale Winter) in people.manager is deactivated",
        "instead of U0GONE",
    ),
    Planted(
        "a bot with a role",
        policy("viewers: [U0VIEW]", "viewers: [U0ROBOT]"),
        "people",
        "is a bot, and so has no role",
        "instead of U0ROBOT",
        "warn",
    ),
    Planted(
        "a guest with a role",
        policy("viewers: [U0VIEW]", "viewers: [U0GUEST]"),
        "people",
        "U0GUEST in roles.viewers is a guest, and so has no role",
        "take it out",
        "warn",
    ),
    Planted(
        "somebody of another workspace as a deputy",
        policy("expires_hours: 24", "expires_hours: 24, delegates: {U0BOSS: U0OTHER}"),
        "people",
        "U0OTHER in approvals.delegates belongs to another workspace",
        "instead of U0OTHER",
    ),
    Planted(
        "a group that doesn't exist",
        policy("S0TECHS", "S0NOBODY"),
        "user groups",
        "S0NOBODY in roles.technicians doesn't exist",
        "Copy the right id",
    ),
    Planted(
        "a group with nobody in it",
        group([]),
        "user groups",
        "S0TECHS (@techs) in roles.technicians has nobody in it",
        "Add people to @techs",
        "warn",
    ),
    Planted(
        "a group that is disabled",
        group(["U0TECH"], disabled=True),
        "user groups",
        "is disabled",
        "Enable @techs",
    ),
    Planted(
        "nobody who may approve",
        both(policy("admins: [U0ADMIN]", "admins: []"), policy("[U0BOSS, S0FINANCE]", "[]")),
        "second person",
        "nobody may approve: voiding an invoice, payments above $5,000.00",
        "roles.approvers",
    ),
    Planted(
        "one person who asks and approves",
        both(
            policy("admins: [U0ADMIN]", "admins: []"),
            policy(ROLES, "approvers: [U0BOSS], collectors: [U0BOSS]"),
        ),
        "second person",
        "Morgan Reyes alone may ask and approve, which takes two: voiding an invoice",
        "List one more person",
        "warn",
    ),
    Planted(
        "one approver among others",
        both(policy("admins: [U0ADMIN]", "admins: []"), policy("[U0BOSS, S0FINANCE]", "[U0BOSS]")),
        "second person",
        "what Morgan Reyes asks for nobody else can approve",
        "List one more person",
        "warn",
    ),
    Planted(
        "more approvals than approvers",
        policy("expires_hours: 24", "expires_hours: 24, number: 4"),
        "second person",
        "4 people must approve, and only 3 may",
        "lower approvals.number",
    ),
    Planted(
        "a channel without the bot",
        digest_in("C0RANDOM"),
        "channel C0RANDOM",
        "Duebot is not in #random (digest)",
        "Type /invite @Duebot in #random.",
    ),
    Planted(
        "a private channel without the bot",
        digest_in("C0PRIVATE"),
        "channel C0PRIVATE",
        "there is no C0PRIVATE (digest), or it is private",
        "/invite @Duebot",
    ),
    Planted(
        "an archived channel",
        digest_in("C0OLD"),
        "channel C0OLD",
        "#old-billing (digest) is archived",
        "Unarchive it",
    ),
    Planted(
        "a channel shared with a customer",
        digest_in("C0SHARED"),
        "channel C0SHARED",
        "other organisations or guests read along in it (digest), so nothing is posted",
        "channels.allow_shared",
    ),
    Planted(
        "a channel with guests",
        digest_in("C0GUESTS"),
        "channel C0GUESTS",
        "guests read along",
        "channels.allow_shared",
    ),
    Planted(
        "a permitted channel that doesn't exist",
        policy("allow_shared: []", "allow_shared: [C0NOWHERE]"),
        "channel C0NOWHERE",
        "there is no C0NOWHERE (channels.allow_shared)",
        "copy the right id",
    ),
]

SYNCRO = [
    Planted(
        "a key that Syncro doesn't know",
        env(SYNCRO_API_KEY="canary-key"),
        "Syncro",
        "doesn't know the key",
        "SYNCRO_API_KEY",
        skips=SYNCRO_NOWHERE,
    ),
    Planted(
        "a key with a blank",
        env(SYNCRO_API_KEY="canary key"),
        "Syncro",
        "holds blanks or odd characters",
        "Paste the token again.",
        skips=SYNCRO_NOWHERE,
    ),
    Planted(
        "nobody at the address",
        env(SYNCRO_BASE_URL="http://127.0.0.1:9/api/v1"),
        "Syncro",
        "can't be reached: nothing listens on 127.0.0.1:9",
        "Check the host and port in SYNCRO_BASE_URL.",
        skips=SYNCRO_NOWHERE,
    ),
    Planted(
        "an address without TLS",
        at_syncro("https://127.0.0.1:PORT/api/v1"),
        "Syncro",
        "doesn't speak TLS",
        "SYNCRO_BASE_URL",
        skips=SYNCRO_NOWHERE,
    ),
    Planted(
        "a typo in the path",
        at_syncro("http://127.0.0.1:PORT/apis/api/v1"),
        "Syncro",
        "there is no API (404)",
        "SYNCRO_BASE_URL",
        skips=SYNCRO_NOWHERE,
    ),
    Planted(
        "a web page in its place",
        syncro_fails("*", "garbage"),
        "Syncro",
        "a web page answers",
        "with your own subdomain",
        skips=SYNCRO_NOWHERE,
    ),
    Planted(
        "Syncro down",
        syncro_fails("*", "status", status=502),
        "Syncro",
        "has a problem of its own (502)",
        "status page",
        skips=SYNCRO_NOWHERE,
    ),
    Planted(
        "an address that points elsewhere",
        syncro_fails("*", "status", status=302),
        "Syncro",
        "points to another address (302)",
        "with your own subdomain",
        skips=SYNCRO_NOWHERE,
    ),
    Planted(
        "a pause that Syncro asks for",
        syncro_fails("*", "status", status=429, retry_after="60"),
        "Syncro",
        "asks for a pause",
        "again in a minute",
        "warn",
        skips=SYNCRO_NOWHERE,
    ),
    Planted(
        "the wrong shape",
        env(SYNCRO_API_SHAPE="guide"),
        "Syncro shape",
        "SYNCRO_API_SHAPE says guide, but the account answers in the shape openapi",
        "Set SYNCRO_API_SHAPE to openapi",
        shape="openapi",
    ),
    Planted(
        "the other wrong shape",
        env(SYNCRO_API_SHAPE="openapi"),
        "Syncro shape",
        "says openapi, but the account answers in the shape guide",
        "Set SYNCRO_API_SHAPE to guide",
    ),
    Planted(
        "a new account of unknown shape",
        both(env(SYNCRO_API_SHAPE="auto"), empty_account),
        "Syncro shape",
        "no invoice yet",
        "Set SYNCRO_API_SHAPE to openapi",
        shape="openapi",
    ),
    Planted(
        "no right to list invoices",
        lacks("Invoices – List/Search"),
        "read invoices",
        "lacks the permission “Invoices – List/Search”",
        "“Invoices – List/Search” under Admin, API Tokens",
        skips=("Syncro shape",),
    ),
    Planted(
        "no right to see an invoice",
        lacks("Invoices – View Details"),
        "read one invoice",
        "“Invoices – View Details”",
        "Let a Syncro admin give the key",
    ),
    Planted(
        "no right to list payments",
        lacks("Payments – View List"),
        "read payments",
        "“Payments – View List”",
        "Let a Syncro admin",
        shape="openapi",
    ),
    Planted(
        "no right to list customers",
        lacks("Customers – List/Search"),
        "read customers",
        "“Customers – List/Search”",
        "Let a Syncro admin",
    ),
    Planted(
        "no right to see a customer",
        lacks("Customers – View Detail"),
        "read one customer",
        "“Customers – View Detail”",
        "Let a Syncro admin",
        shape="openapi",
    ),
    Planted(
        "no right to list products",
        lacks("Products – List/Search"),
        "read products",
        "prices aren't filled in",
        "“Products – List/Search”",
        "warn",
    ),
    Planted(
        "no right to create invoices",
        lacks("Invoices – Create"),
        "write invoices",
        "lacks one of the permissions “Invoices – Create and Invoices – Edit”",
        "“Invoices – Create and Invoices – Edit”",
    ),
    Planted(
        "no right to record payments",
        lacks("Payments – Create"),
        "write payments",
        "lacks the permission “Payments – Create”",
        "Let a Syncro admin",
        shape="openapi",
    ),
    Planted(
        "one reading that fails",
        syncro_fails("GET /payment_methods", "status", status=504),
        "read payment methods",
        "no readable answer",
        "again in a minute",
    ),
    Planted(
        "a clock of Syncro's own",
        lambda bench: setattr(bench.stage.syncro, "date_skew", timedelta(minutes=-9)),
        "clock",
        "agrees with Slack's, but Syncro's answers are dated 9 minutes behind",
        "proxy",
        "warn",
    ),
]

DATABASE = [
    Planted(
        "a folder that isn't there",
        env(DATABASE_URL="sqlite:///nowhere/duebot.db"),
        "database",
        "nowhere doesn't exist",
        "correct DATABASE_URL",
    ),
    Planted(
        "another engine",
        env(DATABASE_URL="postgresql://duebot:canary@db.example/duebot"),
        "database",
        "postgreSQL is not in this version",
        "sqlite:///PATH",
    ),
    Planted(
        "a database in memory",
        env(DATABASE_URL="sqlite:///:memory:"),
        "database",
        "everything is forgotten",
        "Set DATABASE_URL to sqlite:///duebot.db.",
        "warn",
    ),
    Planted(
        "another program's database",
        database("CREATE TABLE song (title TEXT)", marked=7),
        "database",
        "belongs to another program",
        "Point DATABASE_URL at another file.",
    ),
    Planted(
        "a file that is no database",
        lambda bench: (bench.folder / "duebot.db").write_text("This is no database. " * 100),
        "database",
        "the file is not a database",
        "Point DATABASE_URL at another file.",
    ),
    Planted(
        "a database of a newer version",
        database("CREATE TABLE migration (name TEXT); INSERT INTO migration VALUES ('9999-later')"),
        "database",
        "a newer version of Duebot (it knows 9999-later)",
        "Start that version",
    ),
    Planted(
        "a database that others can read",
        both(database("CREATE TABLE migration (name TEXT)"), lambda b: (b.folder / "duebot.db").chmod(0o644)),
        "database",
        "other users of this machine can read",
        "chmod 600",
        "warn",
    ),
]

ALL = [*SETTINGS, *POLICY, *SLACK, *IN_SLACK, *SYNCRO, *DATABASE]
