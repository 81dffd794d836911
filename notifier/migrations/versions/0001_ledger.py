"""The ledger of outgoing mails with its steps, outcomes, recipients' counts, servers' back-off, and the outbox."""

from alembic import op

from runtime.database.outbox import OUTBOX_DDL

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_LEDGER = """
CREATE TABLE ledger (
    notification_id text PRIMARY KEY,
    event_key text NOT NULL,
    purpose text NOT NULL,
    account text NOT NULL,
    request jsonb NOT NULL,
    recipients jsonb NOT NULL,
    state text NOT NULL,
    step integer NOT NULL,
    attempt integer NOT NULL DEFAULT 0,
    owner text,
    lease_until timestamptz,
    message_id text,
    retries_of_unknown integer NOT NULL DEFAULT 0,
    response text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    next_try_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    requested_at timestamptz NOT NULL,
    state_since timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ledger_due ON ledger (account, next_try_at) WHERE state IN ('queued', 'deferred');
CREATE INDEX ledger_leased ON ledger (lease_until) WHERE state IN ('claimed', 'transmitting');
CREATE INDEX ledger_unknown ON ledger (state_since) WHERE state = 'unknown';
CREATE INDEX ledger_expiring ON ledger (expires_at) WHERE state IN ('queued', 'deferred');

CREATE FUNCTION ledger_never_sends_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'the ledger keeps every mail' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state IN ('handed_over', 'confirmed_sent', 'delivered', 'bounced', 'complained')
       AND NEW.state IN ('queued', 'claimed', 'transmitting', 'deferred', 'unknown', 'held') THEN
        RAISE EXCEPTION 'notification % was handed over and is never sent again', OLD.notification_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_rows BEFORE UPDATE OR DELETE ON ledger
    FOR EACH ROW EXECUTE FUNCTION ledger_never_sends_again();
"""

_STEPS = """
CREATE TABLE ledger_steps (
    notification_id text NOT NULL,
    step integer NOT NULL,
    cause text NOT NULL,
    state text NOT NULL,
    attempt integer NOT NULL,
    owner text,
    response text NOT NULL,
    reason text NOT NULL,
    recipients jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (notification_id, step)
);
CREATE FUNCTION steps_are_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'steps of the ledger are immutable: % is refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_steps_rows BEFORE UPDATE OR DELETE ON ledger_steps
    FOR EACH ROW EXECUTE FUNCTION steps_are_immutable();
CREATE TRIGGER ledger_steps_table BEFORE TRUNCATE ON ledger_steps
    FOR EACH STATEMENT EXECUTE FUNCTION steps_are_immutable();
"""

_AROUND = """
CREATE TABLE inbox (
    event_id text PRIMARY KEY,
    taken_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX inbox_taken ON inbox (taken_at);
CREATE TABLE early_outcomes (
    event_id text PRIMARY KEY,
    notification_id text NOT NULL,
    outcome jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX early_outcomes_of ON early_outcomes (notification_id);
CREATE TABLE automatic_mails (
    recipient_digest text NOT NULL,
    notification_id text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (recipient_digest, notification_id)
);
CREATE INDEX automatic_mails_age ON automatic_mails (at);
CREATE TABLE destinations (
    destination text PRIMARY KEY,
    failures integer NOT NULL,
    retry_at timestamptz NOT NULL,
    reason text NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
);
"""


def upgrade() -> None:
    """Make the tables."""
    for statements in (_LEDGER, _STEPS, _AROUND, OUTBOX_DDL):
        op.execute(statements)
