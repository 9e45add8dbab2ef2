-- Only the head of each conversation can be claimed (`ready`), so that a claim finds its work by an index and never reads the queue.
ALTER TABLE outbox ADD COLUMN ready BOOLEAN NOT NULL DEFAULT FALSE;
-- The process that makes the call; it renews the lease as long as it lives.
ALTER TABLE outbox ADD COLUMN claimed_by TEXT;
UPDATE outbox SET ready = TRUE WHERE lease_until IS NULL AND NOT EXISTS (
    SELECT 1 FROM outbox e WHERE e.landlord_id = outbox.landlord_id AND e.conversation_id = outbox.conversation_id
        AND e.position < outbox.position);
DROP INDEX outbox_due;
CREATE INDEX outbox_ready ON outbox (landlord_id, line_id, due_at, position) WHERE ready;
CREATE INDEX outbox_oldest ON outbox (due_at) WHERE ready;
CREATE INDEX outbox_leases ON outbox (lease_until) WHERE lease_until IS NOT NULL;
UPDATE messages SET state = 'queued' WHERE state = 'sending';
-- How fast each line may go; times in milliseconds, speed in thousandths of what Meta allows.
CREATE TABLE paces (
    landlord_id TEXT NOT NULL,
    line_id TEXT NOT NULL,
    busy_until BIGINT NOT NULL,
    speed BIGINT NOT NULL,
    slowed_at BIGINT,
    hold_until BIGINT,
    PRIMARY KEY (landlord_id, line_id)
);
-- How fast a line may write to one person.
CREATE TABLE pair_paces (
    landlord_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    busy_until BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, conversation_id)
);
