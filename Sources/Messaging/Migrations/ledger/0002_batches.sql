-- Events are only ever added. What changes as they are applied is one row per commit and account, not one per event.
CREATE TABLE webhook_batches (
    batch_id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    events BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    applied_at BIGINT,
    lease_until BIGINT,
    tries BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX webhook_batches_waiting ON webhook_batches (source, batch_id) WHERE applied_at IS NULL;
CREATE TABLE webhook_bodies (
    batch_id TEXT NOT NULL,
    place BIGINT NOT NULL,
    body BYTEA NOT NULL,
    applied_at BIGINT,
    PRIMARY KEY (batch_id, place)
);
-- Events that could not be understood or applied, in whole or in part, until a replay succeeds.
CREATE TABLE webhook_problems (
    batch_id TEXT NOT NULL,
    place BIGINT NOT NULL,
    problem TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (batch_id, place)
);
CREATE TABLE webhook_replays (
    batch_id TEXT NOT NULL,
    place BIGINT NOT NULL,
    requested_at BIGINT NOT NULL,
    PRIMARY KEY (batch_id, place)
);
INSERT INTO webhook_batches (batch_id, source, events, bytes, received_at, applied_at)
SELECT event_id, '', 1, size, received_at, CASE WHEN state = 'waiting' THEN NULL ELSE COALESCE(applied_at, received_at) END FROM webhook_events;
INSERT INTO webhook_bodies (batch_id, place, body) SELECT event_id, 0, body FROM webhook_events;
INSERT INTO webhook_problems (batch_id, place, problem, at)
SELECT event_id, 0, COALESCE(error, 'unknown'), COALESCE(applied_at, received_at) FROM webhook_events WHERE state = 'setAside';
DROP TABLE webhook_events;
