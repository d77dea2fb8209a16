"""The schema, as steps that are only ever added to, and the runner that applies them.

Types are words that every lane understands (INTEGER holds 64 bits; STRICT is SQLite's). Money is whole minor
units, times are UTC text, dates ISO text, flags 0 or 1, and structures JSON text.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.errors import Misconfigured
from bot.store.lane import Lane, Tx
from bot.store.rows import iso


@dataclass(frozen=True, slots=True)
class Only:
    """A statement for one engine, where there are no portable words (triggers)."""

    engine: str
    sql: str


Step = str | Only

_MIRROR: tuple[Step, ...] = (
    """CREATE TABLE customer (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, cc TEXT NOT NULL,
        other_emails TEXT NOT NULL, phone TEXT NOT NULL, address TEXT NOT NULL, contacts TEXT NOT NULL,
        no_email INTEGER NOT NULL, opt_out INTEGER NOT NULL, disabled INTEGER NOT NULL,
        read_at TEXT NOT NULL) STRICT""",
    """CREATE TABLE invoice (
        id TEXT PRIMARY KEY, number TEXT NOT NULL, digits TEXT NOT NULL, customer_id TEXT NOT NULL,
        customer_name TEXT NOT NULL, date TEXT, due_date TEXT, status TEXT NOT NULL, subtotal INTEGER,
        tax INTEGER, total INTEGER NOT NULL, balance INTEGER, currency TEXT NOT NULL, notes TEXT NOT NULL,
        terms TEXT NOT NULL, created_at TEXT NOT NULL, gone INTEGER NOT NULL, read_at TEXT NOT NULL) STRICT""",
    "CREATE INDEX invoice_number ON invoice (number)",
    "CREATE INDEX invoice_digits ON invoice (digits)",
    "CREATE INDEX invoice_customer ON invoice (customer_id, date)",
    "CREATE INDEX invoice_status ON invoice (status, due_date)",
    "CREATE INDEX invoice_date ON invoice (date)",
    """CREATE TABLE payment (
        id TEXT PRIMARY KEY, invoice_id TEXT, amount INTEGER NOT NULL, method TEXT NOT NULL,
        reference TEXT NOT NULL, date TEXT, notes TEXT NOT NULL, created_at TEXT NOT NULL,
        successful INTEGER NOT NULL) STRICT""",
    "CREATE INDEX payment_invoice ON payment (invoice_id)",
    "CREATE INDEX payment_date ON payment (date)",
    "CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
)

_OPERATIONS: tuple[Step, ...] = (
    """CREATE TABLE operation (
        key TEXT PRIMARY KEY, base_key TEXT NOT NULL, attempt INTEGER NOT NULL, kind TEXT NOT NULL,
        invoice_id TEXT, customer_id TEXT NOT NULL, actor_id TEXT NOT NULL, actor_name TEXT NOT NULL,
        request TEXT NOT NULL, request_hash TEXT NOT NULL, version_seen TEXT NOT NULL, mark TEXT NOT NULL,
        visit_id TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('prepared', 'sent', 'confirmed', 'refused', 'unknown')),
        sentence TEXT NOT NULL, result TEXT, created_at TEXT NOT NULL, sent_at TEXT, ended_at TEXT,
        absent_at TEXT, settled_at TEXT, lease_until TEXT, recovered INTEGER NOT NULL,
        resent INTEGER NOT NULL,
        UNIQUE (base_key, attempt)) STRICT""",
    """CREATE UNIQUE INDEX operation_open ON operation (invoice_id)
        WHERE state IN ('prepared', 'sent', 'unknown')""",
    "CREATE INDEX operation_state ON operation (state, created_at)",
    "CREATE INDEX operation_invoice ON operation (invoice_id, created_at)",
    "CREATE INDEX operation_customer ON operation (customer_id, created_at)",
)

_OUTBOX: tuple[Step, ...] = (
    """CREATE TABLE outbox (
        id TEXT PRIMARY KEY, seq INTEGER NOT NULL UNIQUE, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        target TEXT NOT NULL, thread_ts TEXT NOT NULL, payload TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('pending', 'claimed', 'sent', 'dropped', 'failed')),
        not_before TEXT NOT NULL, claimed_at TEXT, lease_until TEXT, attempts INTEGER NOT NULL,
        lookups INTEGER NOT NULL, looked_up_at TEXT, channel TEXT NOT NULL, ts TEXT NOT NULL,
        reason TEXT NOT NULL, created_at TEXT NOT NULL, ended_at TEXT) STRICT""",
    "CREATE INDEX outbox_state ON outbox (state, seq)",
)

_CLAIMS: tuple[Step, ...] = (
    """CREATE TABLE claim (
        job TEXT NOT NULL, slot TEXT NOT NULL, owner TEXT NOT NULL, lease_until TEXT NOT NULL,
        done INTEGER NOT NULL, result TEXT NOT NULL, taken_at TEXT NOT NULL, finished_at TEXT,
        PRIMARY KEY (job, slot)) STRICT""",
)

_VISITS: tuple[Step, ...] = (
    """CREATE TABLE visit (
        id TEXT PRIMARY KEY, user_id TEXT NOT NULL, user_name TEXT NOT NULL, team_id TEXT NOT NULL,
        channel_id TEXT NOT NULL, response_url TEXT NOT NULL, message_ts TEXT NOT NULL,
        thread_ts TEXT NOT NULL, surface TEXT NOT NULL, data TEXT NOT NULL, created_at TEXT NOT NULL) STRICT""",
    "CREATE INDEX visit_created ON visit (created_at)",
)

_CONTACTS: tuple[Step, ...] = (
    """CREATE TABLE contact (
        id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, currency TEXT NOT NULL,
        track TEXT NOT NULL CHECK (track IN ('customer', 'internal')), carrying_invoice_id TEXT NOT NULL,
        level TEXT NOT NULL, repeat INTEGER NOT NULL,
        stage TEXT NOT NULL CHECK (stage IN ('planned', 'approved', 'claimed', 'sent', 'failed', 'unknown',
                                             'suppressed')),
        policy_version TEXT NOT NULL, total INTEGER NOT NULL, as_of TEXT NOT NULL, created_at TEXT NOT NULL,
        reason TEXT NOT NULL, actor_id TEXT NOT NULL) STRICT""",
    """CREATE UNIQUE INDEX contact_counts_once
        ON contact (customer_id, currency, track, carrying_invoice_id, level, repeat)
        WHERE stage IN ('claimed', 'sent', 'unknown')""",
    "CREATE INDEX contact_customer ON contact (customer_id, created_at)",
    "CREATE INDEX contact_stage ON contact (stage)",
    """CREATE TABLE contact_invoice (
        contact_id TEXT NOT NULL REFERENCES contact (id), place INTEGER NOT NULL, invoice_id TEXT NOT NULL,
        number TEXT NOT NULL, days_past_due INTEGER NOT NULL, balance INTEGER NOT NULL,
        level_due TEXT NOT NULL, level_days INTEGER NOT NULL, PRIMARY KEY (contact_id, invoice_id)) STRICT""",
    "CREATE INDEX contact_invoice_invoice ON contact_invoice (invoice_id)",
    """CREATE TABLE delivery (
        id TEXT PRIMARY KEY, contact_id TEXT NOT NULL REFERENCES contact (id), place INTEGER NOT NULL,
        audience TEXT NOT NULL, target TEXT NOT NULL, state TEXT NOT NULL, outbox_id TEXT NOT NULL,
        reason TEXT NOT NULL) STRICT""",
    "CREATE INDEX delivery_contact ON delivery (contact_id)",
)

_AUDIT: tuple[Step, ...] = (
    """CREATE TABLE audit (
        seq INTEGER PRIMARY KEY, at TEXT NOT NULL, actor_id TEXT NOT NULL, actor_name TEXT NOT NULL,
        action TEXT NOT NULL, subject TEXT NOT NULL, before_json TEXT NOT NULL, after_json TEXT NOT NULL,
        operation_key TEXT NOT NULL, policy_version TEXT NOT NULL, channel TEXT NOT NULL, link TEXT NOT NULL,
        seal TEXT NOT NULL) STRICT""",
    "CREATE INDEX audit_at ON audit (at)",
    "CREATE INDEX audit_subject ON audit (subject, seq)",
    "CREATE TABLE audit_head (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, proof TEXT NOT NULL) STRICT",
    Only(
        "sqlite",
        """CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    ),
    Only(
        "sqlite",
        """CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    ),
    Only(
        "sqlite",
        """CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    ),
)

_PROGRESS: tuple[Step, ...] = ("ALTER TABLE operation ADD COLUMN progress TEXT NOT NULL DEFAULT '{}'",)

_OWED = "gone = 0 AND status IN ('sent', 'viewed', 'partial', 'open')"
#: Invoices and payments are read from Syncro again: the next sync is a first one. ``due_day`` counts days, so that
#: days past due can be reckoned with; the partial indexes hold all that searches and aging look at.
_MIRROR_AGAIN: tuple[Step, ...] = (
    "DROP TABLE payment",
    "DROP TABLE invoice",
    "DELETE FROM state WHERE key = 'synced_at'",
    """CREATE TABLE invoice (
        id TEXT PRIMARY KEY, number TEXT NOT NULL, digits TEXT NOT NULL, customer_id TEXT NOT NULL,
        customer_name TEXT NOT NULL, date TEXT, due_date TEXT, due_day INTEGER, status TEXT NOT NULL,
        subtotal INTEGER, tax INTEGER, total INTEGER NOT NULL, balance INTEGER, currency TEXT NOT NULL,
        notes TEXT NOT NULL, terms TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
        needs_detail INTEGER NOT NULL, gone INTEGER NOT NULL, read_at TEXT NOT NULL) STRICT""",
    "CREATE INDEX invoice_digits ON invoice (digits)",
    "CREATE INDEX invoice_customer ON invoice (customer_id)",
    "CREATE INDEX invoice_found ON invoice (date, id, status, due_day, gone) WHERE gone = 0",
    f"CREATE INDEX invoice_owed ON invoice (customer_id, currency, due_day, balance, status, gone) WHERE {_OWED}",
    "CREATE INDEX invoice_needs_detail ON invoice (due_day, id) WHERE needs_detail = 1",
    """CREATE TABLE payment (
        id TEXT NOT NULL, invoice_id TEXT NOT NULL, customer_id TEXT NOT NULL, spread_over TEXT NOT NULL,
        amount INTEGER NOT NULL, method TEXT NOT NULL, reference TEXT NOT NULL, mark TEXT NOT NULL, date TEXT,
        notes TEXT NOT NULL, created_at TEXT NOT NULL, successful INTEGER NOT NULL,
        PRIMARY KEY (id, invoice_id)) STRICT""",
    "CREATE INDEX payment_invoice ON payment (invoice_id, customer_id)",
    "CREATE INDEX payment_date ON payment (date)",
    "CREATE INDEX payment_created ON payment (created_at)",
    """CREATE TABLE reversal (
        payment_id TEXT NOT NULL, invoice_id TEXT NOT NULL, amount INTEGER NOT NULL, method TEXT NOT NULL,
        reference TEXT NOT NULL, date TEXT, PRIMARY KEY (payment_id, invoice_id)) STRICT""",
)

#: ``hold_invoice`` repeats kind and openness of its hold, because one index can't look into two tables.
_HOLDS: tuple[Step, ...] = (
    """CREATE TABLE hold (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('dispute', 'promise', 'says_paid', 'snooze', 'do_not_contact')),
        customer_id TEXT NOT NULL, until TEXT, amount INTEGER, currency TEXT NOT NULL, note TEXT NOT NULL,
        said_by TEXT NOT NULL, payments_seen TEXT NOT NULL, by_id TEXT NOT NULL, by_name TEXT NOT NULL,
        created_at TEXT NOT NULL, ended_at TEXT, ended_by TEXT NOT NULL, end_reason TEXT NOT NULL) STRICT""",
    "CREATE INDEX hold_open ON hold (customer_id, created_at) WHERE ended_at IS NULL",
    """CREATE UNIQUE INDEX hold_do_not_contact_once ON hold (customer_id)
        WHERE kind = 'do_not_contact' AND ended_at IS NULL""",
    """CREATE TABLE hold_invoice (
        hold_id TEXT NOT NULL REFERENCES hold (id), invoice_id TEXT NOT NULL, kind TEXT NOT NULL,
        open INTEGER NOT NULL, PRIMARY KEY (hold_id, invoice_id)) STRICT""",
    "CREATE UNIQUE INDEX hold_invoice_once ON hold_invoice (invoice_id, kind) WHERE open = 1",
)

#: What is sent to a customer, who let it out, and which debts were there before sending was started.
_CUSTOMER_CONTACTS: tuple[Step, ...] = (
    "ALTER TABLE contact ADD COLUMN subject TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE contact ADD COLUMN message TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE contact ADD COLUMN needs TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE contact ADD COLUMN edited_by TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE contact ADD COLUMN decision TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE contact ADD COLUMN decided_by TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE contact ADD COLUMN decided_name TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE contact ADD COLUMN decided_at TEXT",
    "CREATE TABLE old_book (invoice_id TEXT PRIMARY KEY, noted_at TEXT NOT NULL) STRICT",
)

#: How promises ended, and plans: a promise with instalments (JSON, dates and minor units).
_PROMISES: tuple[Step, ...] = (
    "ALTER TABLE hold ADD COLUMN outcome TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE hold ADD COLUMN instalments TEXT NOT NULL DEFAULT '[]'",
    "CREATE INDEX hold_ended ON hold (kind, ended_at)",
)

#: Settled invoices of which the owner is told, each once, and with which message of the outbox.
_THANKS: tuple[Step, ...] = (
    """CREATE TABLE thanked (
        invoice_id TEXT PRIMARY KEY, outbox_key TEXT NOT NULL, noted_at TEXT NOT NULL) STRICT""",
    "CREATE INDEX thanked_outbox ON thanked (outbox_key)",
)

#: Calls as people logged them, and who looks after a customer; an assignment with nobody leaves it to policy.
_CALLS: tuple[Step, ...] = (
    """CREATE TABLE call_log (
        id TEXT PRIMARY KEY, customer_id TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('no_answer', 'left_message', 'promise', 'dispute', 'wrong_person')),
        note TEXT NOT NULL, made_on TEXT NOT NULL, next_on TEXT, by_id TEXT NOT NULL, by_name TEXT NOT NULL,
        at TEXT NOT NULL) STRICT""",
    "CREATE INDEX call_log_customer ON call_log (customer_id, at)",
    """CREATE TABLE assignment (
        id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, owner_id TEXT NOT NULL, by_id TEXT NOT NULL,
        by_name TEXT NOT NULL, at TEXT NOT NULL, current INTEGER NOT NULL) STRICT""",
    "CREATE UNIQUE INDEX assignment_current ON assignment (customer_id) WHERE current = 1",
    "CREATE INDEX contact_latest ON contact (track, stage, customer_id, as_of)",
)

#: Late fees. The index lets a level add one to an invoice for ever; failed and withdrawn ones wrote nothing.
_LATE_FEES: tuple[Step, ...] = (
    """CREATE TABLE late_fee (
        id TEXT PRIMARY KEY, invoice_id TEXT NOT NULL, level TEXT NOT NULL, customer_id TEXT NOT NULL,
        number TEXT NOT NULL, currency TEXT NOT NULL, contacted_on TEXT NOT NULL, base INTEGER NOT NULL,
        amount INTEGER NOT NULL, balance INTEGER NOT NULL, percent TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('planned', 'approved', 'claimed', 'added', 'failed', 'unknown',
                                             'skipped', 'withdrawn')),
        policy_version TEXT NOT NULL, created_at TEXT NOT NULL, reason TEXT NOT NULL, line TEXT NOT NULL,
        gone INTEGER NOT NULL, decided_by TEXT NOT NULL, decided_name TEXT NOT NULL, decided_at TEXT) STRICT""",
    """CREATE UNIQUE INDEX late_fee_once ON late_fee (invoice_id, level)
        WHERE state NOT IN ('failed', 'withdrawn')""",
    "CREATE INDEX late_fee_state ON late_fee (state)",
    "CREATE INDEX late_fee_invoice ON late_fee (invoice_id)",
    "CREATE INDEX late_fee_customer ON late_fee (customer_id)",
)

#: Requests for somebody else's word, frozen with the rules that they began with. No right is used twice for one.
_APPROVALS: tuple[Step, ...] = (
    """CREATE TABLE approval (
        id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, customer_id TEXT NOT NULL,
        currency TEXT NOT NULL, amount INTEGER NOT NULL, requester_id TEXT NOT NULL, requester_name TEXT NOT NULL,
        visit_id TEXT NOT NULL, steps TEXT NOT NULL, plan TEXT NOT NULL, request_hash TEXT NOT NULL,
        asked TEXT NOT NULL, rules TEXT NOT NULL, told TEXT NOT NULL, policy_version TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'done', 'failed', 'rejected', 'withdrawn',
                                             'expired', 'stale')),
        created_at TEXT NOT NULL, remind_at TEXT, expires_at TEXT NOT NULL, decided_at TEXT,
        decided_by TEXT NOT NULL, decided_name TEXT NOT NULL, comment TEXT NOT NULL, sentence TEXT NOT NULL,
        next_try_at TEXT, ended_at TEXT) STRICT""",
    "CREATE INDEX approval_state ON approval (state, created_at)",
    "CREATE INDEX approval_customer ON approval (customer_id, state)",
    """CREATE TABLE approval_invoice (
        approval_id TEXT NOT NULL, invoice_id TEXT NOT NULL, PRIMARY KEY (approval_id, invoice_id)) STRICT""",
    "CREATE INDEX approval_invoice_invoice ON approval_invoice (invoice_id)",
    """CREATE TABLE vote (
        subject TEXT NOT NULL, version TEXT NOT NULL, user_id TEXT NOT NULL, name TEXT NOT NULL,
        principal TEXT NOT NULL, comment TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (subject, version, user_id), UNIQUE (subject, version, principal)) STRICT""",
)

#: Replacing deletes a row without asking the triggers that refuse deletion, and the head only ever goes on by one.
_AUDIT_HEAD: tuple[Step, ...] = tuple(
    Only("sqlite", f"CREATE TRIGGER {when} BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END")
    for when in (
        "audit_no_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)",
        """audit_head_no_replace BEFORE INSERT ON audit_head
            WHEN EXISTS (SELECT 1 FROM audit_head WHERE id = NEW.id AND seq + 1 <> NEW.seq)""",
        "audit_head_no_back BEFORE UPDATE ON audit_head WHEN NEW.id <> OLD.id OR NEW.seq <> OLD.seq + 1",
    )
)

#: Every migration in order. Once released, one is never changed or taken away: the next change is a new one.
MIGRATIONS: tuple[tuple[str, tuple[Step, ...]], ...] = (
    ("0001-mirror", _MIRROR),
    ("0002-operations", _OPERATIONS),
    ("0003-outbox", _OUTBOX),
    ("0004-claims", _CLAIMS),
    ("0005-visits", _VISITS),
    ("0006-contacts", _CONTACTS),
    ("0007-audit", _AUDIT),
    ("0008-operation-progress", _PROGRESS),
    ("0009-mirror-again", _MIRROR_AGAIN),
    ("0010-holds", _HOLDS),
    ("0011-customer-contacts", _CUSTOMER_CONTACTS),
    ("0012-promises", _PROMISES),
    ("0013-thanks", _THANKS),
    ("0014-calls", _CALLS),
    ("0015-late-fees", _LATE_FEES),
    ("0016-approvals", _APPROVALS),
    ("0017-audit", _AUDIT_HEAD),
)


async def migrate(lane: Lane) -> list[str]:
    """Apply what is missing, in one transaction; the names applied now.

    Two processes at once: the second waits for the first one's write and then finds nothing to do.
    Raises ``Misconfigured`` when the database knows a migration that this version does not.
    """
    return await lane.write(lambda tx: _apply(tx, lane.engine))


def pending(applied: AbstractSet[str]) -> list[tuple[str, tuple[Step, ...]]]:
    """What is still to be applied, in order. Raises ``Misconfigured`` when one is applied that this version lacks."""
    newer = applied - {name for name, _ in MIGRATIONS}
    if newer:
        raise Misconfigured(
            f"The database was made by a newer version of Duebot (it knows {min(newer)}). "
            "Start that version, or restore a backup from before the upgrade."
        )
    return [(name, steps) for name, steps in MIGRATIONS if name not in applied]


def _apply(tx: Tx, engine: str) -> list[str]:
    tx.run("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL) STRICT")
    missing = pending({row["name"] for row in tx.all("SELECT name FROM migration")})
    for name, steps in missing:
        _run_steps(tx, engine, steps)
        tx.run(
            "INSERT INTO migration (name, applied_at) VALUES (:name, :now)",
            {"name": name, "now": iso(datetime.now(UTC))},
        )
    return [name for name, _ in missing]


def _run_steps(tx: Tx, engine: str, steps: Iterable[Step]) -> None:
    for step in steps:
        if isinstance(step, str):
            tx.run(step)
        elif step.engine == engine:
            tx.run(step.sql)
