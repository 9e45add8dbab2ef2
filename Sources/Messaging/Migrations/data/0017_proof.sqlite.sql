-- What was seen of messages, ticks, edits and consent, in the order in which it was seen: a chain of digests for each landlord. Salt and
-- content of a record may be erased; the chain holds all the same.
CREATE TABLE proof_chains (
    landlord_id TEXT PRIMARY KEY,
    seen_sequence BIGINT NOT NULL,
    sweep TEXT,
    last_number BIGINT NOT NULL,
    last_link BYTEA NOT NULL
) WITHOUT ROWID;
CREATE TABLE proof_records (
    landlord_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    fact TEXT NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    link BYTEA NOT NULL,
    salt BYTEA,
    content TEXT
);
CREATE UNIQUE INDEX proof_records_in_order ON proof_records (landlord_id, number);
CREATE UNIQUE INDEX proof_records_of ON proof_records (landlord_id, subject_id, fact, version);
-- Conversations on their way to a file, and files that wait to be fetched.
CREATE TABLE exports (
    landlord_id TEXT NOT NULL,
    export_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    format TEXT NOT NULL CHECK (format IN ('pdf', 'bundle')),
    person_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('wanted', 'ready', 'failed', 'gone')),
    problem TEXT,
    created_at BIGINT NOT NULL,
    done BIGINT NOT NULL DEFAULT 0,
    total BIGINT,
    digest TEXT,
    bytes BIGINT,
    finished_at BIGINT,
    expires_at BIGINT,
    tries BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    lease_until BIGINT,
    claimed_by TEXT,
    PRIMARY KEY (landlord_id, export_id)
) WITHOUT ROWID;
CREATE INDEX exports_of ON exports (landlord_id, conversation_id, created_at);
CREATE INDEX exports_wanted ON exports (landlord_id, due_at) WHERE state = 'wanted';
CREATE INDEX exports_late ON exports (created_at) WHERE state = 'wanted';
CREATE INDEX exports_claims ON exports (claimed_by) WHERE lease_until IS NOT NULL;
CREATE INDEX exports_expiry ON exports (expires_at) WHERE state = 'ready';

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('proof_chains', 'proof_chains', '1000 1'),
    ('proof_records', 'proof_records_in_order', '100000000 100000 1'),
    ('proof_records', 'proof_records_of', '100000000 100000 5 1 1'),
    ('exports', 'exports', '100000 100 1'),
    ('exports', 'exports_of', '100000 100 5 1'),
    ('exports', 'exports_wanted', '10 2 1'),
    ('exports', 'exports_late', '10 1'),
    ('exports', 'exports_claims', '10 5'),
    ('exports', 'exports_expiry', '1000 1');
ANALYZE sqlite_schema;
