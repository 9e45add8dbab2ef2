-- What is to be sent, and every try at it. An attempt is committed before its call to Meta.
CREATE TABLE outbox (
    landlord_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    line_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    give_up_at BIGINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT,
    PRIMARY KEY (landlord_id, message_id)
);
CREATE INDEX outbox_order ON outbox (landlord_id, conversation_id, position);
CREATE INDEX outbox_due ON outbox (due_at);
CREATE TABLE attempts (
    landlord_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    fence TEXT NOT NULL,
    phone_number_id TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('calling', 'accepted', 'refused', 'notSent', 'unknown')),
    wamid TEXT,
    error_code BIGINT,
    error_details TEXT,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (landlord_id, message_id, number)
);
-- The fence travels to Meta as biz_opaque_callback_data and comes back in statuses, whoever's they are.
CREATE UNIQUE INDEX attempts_fence ON attempts (fence);
CREATE TABLE read_receipts (
    landlord_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    line_id TEXT NOT NULL,
    wamid TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT,
    PRIMARY KEY (landlord_id, conversation_id)
);
CREATE INDEX read_receipts_due ON read_receipts (due_at);
