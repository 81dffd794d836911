"""Inbox, mails, interactions, cases, conversations, history, outgoing, quarantine, mailboxes, tokens, outbox."""

from alembic import op

from runtime.database.outbox import OUTBOX_DDL

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INTAKE = """
CREATE TABLE inbox (
    mail_id text NOT NULL,
    run integer NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (mail_id, run)
);
CREATE TABLE attempts (
    mail_id text NOT NULL,
    run integer NOT NULL,
    count integer NOT NULL,
    owner text NOT NULL,
    last_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (mail_id, run)
);
CREATE TABLE superseded (
    mail_id text NOT NULL,
    run integer NOT NULL,
    same_as text NOT NULL,
    reason text NOT NULL,
    decision jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (mail_id, run)
);
"""

_MAILS = """
CREATE TABLE mails (
    mail_id text PRIMARY KEY,
    run integer NOT NULL,
    mailbox text NOT NULL,
    server_id text NOT NULL,
    server_conflict boolean NOT NULL DEFAULT false,
    content_digest text NOT NULL,
    conversation text NOT NULL,
    message_digest text,
    thread_digest text,
    from_address text,
    from_name text NOT NULL,
    subject text NOT NULL,
    class text NOT NULL,
    sent_at timestamptz,
    received_at timestamptz NOT NULL,
    raw_ref text NOT NULL,
    raw_size bigint NOT NULL,
    decision jsonb NOT NULL,
    decided_at timestamptz NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX mails_server ON mails (mailbox, server_id) WHERE NOT server_conflict;
CREATE INDEX mails_content ON mails (content_digest);
CREATE INDEX mails_message ON mails (message_digest) WHERE message_digest IS NOT NULL;
CREATE INDEX mails_thread ON mails (thread_digest) WHERE thread_digest IS NOT NULL;
CREATE TABLE mail_references (
    digest text NOT NULL,
    mail_id text NOT NULL REFERENCES mails,
    PRIMARY KEY (digest, mail_id)
);
CREATE SEQUENCE interaction_numbers;
CREATE TABLE interactions (
    number bigint PRIMARY KEY,
    id text NOT NULL UNIQUE,
    mail_id text NOT NULL UNIQUE REFERENCES mails,
    mailbox text NOT NULL,
    conversation text NOT NULL,
    class text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'routed', 'resolved')),
    placement text NOT NULL CHECK (placement IN ('new', 'join', 'linked')),
    reason text NOT NULL,
    evidence text,
    rule text,
    queue text,
    operator text,
    resolution text,
    opened_at timestamptz NOT NULL,
    resolved_at timestamptz
);
CREATE INDEX interactions_state ON interactions (state, number);
"""

_CASES = """
CREATE TABLE cases (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    type text NOT NULL,
    label text NOT NULL,
    description text NOT NULL DEFAULT '',
    stage text NOT NULL,
    status text NOT NULL,
    resolved boolean NOT NULL DEFAULT false,
    priority integer,
    queue text NOT NULL,
    operator text,
    tags text[] NOT NULL DEFAULT '{}',
    fields jsonb NOT NULL DEFAULT '{}',
    missing text[] NOT NULL DEFAULT '{}',
    conversation text NOT NULL,
    mailbox text NOT NULL,
    origin_mail text NOT NULL REFERENCES mails,
    rule text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX cases_conversation ON cases (conversation);
CREATE INDEX cases_type ON cases (type, number);
CREATE TABLE participants (
    case_id text NOT NULL REFERENCES cases (id),
    address text NOT NULL,
    name text NOT NULL DEFAULT '',
    how text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (case_id, address)
);
CREATE TABLE attachments (
    case_id text NOT NULL REFERENCES cases (id),
    sha256 text NOT NULL,
    mail_id text NOT NULL REFERENCES mails,
    part text NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    size bigint NOT NULL,
    inline boolean NOT NULL,
    seen integer NOT NULL DEFAULT 1,
    PRIMARY KEY (case_id, sha256)
);
CREATE TABLE interaction_cases (
    interaction_id text NOT NULL REFERENCES interactions (id),
    case_id text NOT NULL REFERENCES cases (id),
    relation text NOT NULL CHECK (relation IN ('created', 'joined', 'linked', 'reported')),
    PRIMARY KEY (interaction_id, case_id)
);
CREATE INDEX interaction_cases_case ON interaction_cases (case_id);
CREATE TABLE interaction_links (
    interaction_id text NOT NULL REFERENCES interactions (id),
    other_id text NOT NULL REFERENCES interactions (id),
    relation text NOT NULL CHECK (relation IN ('same_mail', 'conversation')),
    PRIMARY KEY (interaction_id, other_id)
);
CREATE INDEX interaction_links_other ON interaction_links (other_id);
CREATE TABLE history (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id text,
    interaction_id text,
    mail_id text,
    event_id text UNIQUE,
    what text NOT NULL,
    by text NOT NULL,
    at timestamptz NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX history_case ON history (case_id, number) WHERE case_id IS NOT NULL;
CREATE INDEX history_mail ON history (mail_id, number) WHERE mail_id IS NOT NULL;
CREATE FUNCTION history_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is immutable: % is refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER history_rows BEFORE UPDATE OR DELETE ON history
    FOR EACH ROW EXECUTE FUNCTION history_is_immutable();
CREATE TRIGGER history_table BEFORE TRUNCATE ON history
    FOR EACH STATEMENT EXECUTE FUNCTION history_is_immutable();
"""

_AROUND = """
CREATE TABLE outgoing (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notification_id text NOT NULL UNIQUE,
    purpose text NOT NULL,
    case_id text,
    interaction_id text,
    mail_id text,
    conversation text,
    account text NOT NULL,
    template text,
    language text,
    recipients text[] NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'requested',
    sequence bigint NOT NULL DEFAULT 0,
    attempt integer NOT NULL DEFAULT 0,
    response text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    recipient_states jsonb NOT NULL DEFAULT '[]',
    requested_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX outgoing_mail ON outgoing (mail_id) WHERE mail_id IS NOT NULL;
CREATE INDEX outgoing_case ON outgoing (case_id) WHERE case_id IS NOT NULL;
CREATE TABLE outgoing_ids (
    digest text PRIMARY KEY,
    notification_id text NOT NULL
);
CREATE TABLE outgoing_steps (
    event_id text PRIMARY KEY,
    notification_id text NOT NULL,
    state text NOT NULL,
    sequence bigint NOT NULL,
    attempt integer NOT NULL,
    response text NOT NULL,
    reason text NOT NULL,
    recipients jsonb NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX outgoing_steps_notification ON outgoing_steps (notification_id);
CREATE TABLE quarantine (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mail_id text NOT NULL,
    run integer NOT NULL,
    stage text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'closed', 'superseded', 'released', 'discarded')),
    mailbox text NOT NULL,
    reason text NOT NULL,
    kind text NOT NULL,
    record jsonb NOT NULL,
    decision jsonb,
    at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (mail_id, run, stage)
);
CREATE INDEX quarantine_state ON quarantine (state, number);
CREATE TABLE mailbox_status (
    mailbox text PRIMARY KEY,
    epoch bigint NOT NULL,
    status jsonb NOT NULL,
    at timestamptz NOT NULL
);
CREATE TABLE api_tokens (
    id text PRIMARY KEY,
    name text NOT NULL,
    secret_sha256 text NOT NULL UNIQUE,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz
);
"""


def upgrade() -> None:
    """Make everything."""
    for part in (_INTAKE, _MAILS, _CASES, _AROUND, OUTBOX_DDL):
        op.execute(part)
