-- A commit's events are one batch where their own process applies them at once; each body knows its account then. Rows live in their key's tree.
CREATE TABLE webhook_batches_slim (
    batch_id TEXT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    events BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    applied_at BIGINT,
    lease_until BIGINT,
    tries BIGINT NOT NULL DEFAULT 0
) WITHOUT ROWID;
INSERT INTO webhook_batches_slim SELECT * FROM webhook_batches ORDER BY batch_id;
DROP TABLE webhook_batches;
ALTER TABLE webhook_batches_slim RENAME TO webhook_batches;
CREATE INDEX webhook_batches_waiting ON webhook_batches (source, batch_id) WHERE applied_at IS NULL;
CREATE TABLE webhook_bodies_slim (
    batch_id TEXT NOT NULL,
    place BIGINT NOT NULL,
    body BYTEA NOT NULL,
    applied_at BIGINT,
    source TEXT,
    PRIMARY KEY (batch_id, place)
) WITHOUT ROWID;
INSERT INTO webhook_bodies_slim (batch_id, place, body, applied_at)
SELECT batch_id, place, body, applied_at FROM webhook_bodies ORDER BY batch_id, place;
DROP TABLE webhook_bodies;
ALTER TABLE webhook_bodies_slim RENAME TO webhook_bodies;
