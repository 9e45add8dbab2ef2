-- Who has what open at this moment. A row per page, written anew while it is open; nothing of it must outlive a crash.
CREATE UNLOGGED TABLE presence (
    landlord_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    tab_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    typing_until BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, person_id, tab_id)
);
-- When a tenant was last shown that somebody writes.
CREATE TABLE typing_signs (
    landlord_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    shown_at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, conversation_id)
);
ALTER TABLE read_receipts ADD COLUMN typing BOOLEAN NOT NULL DEFAULT FALSE;
-- Browsers that are told of messages while the page is closed. device_id is the digest of a secret that only this browser has.
CREATE TABLE push_devices (
    landlord_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    name TEXT NOT NULL,
    endpoint_digest TEXT NOT NULL,
    subscription_sealed TEXT NOT NULL,
    shows_words BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, person_id, device_id)
);
CREATE INDEX push_devices_by_device ON push_devices (device_id);
-- Up to which live event a landlord's messages were looked at; one row for each landlord who has, or had, such a browser.
CREATE TABLE push_watches (
    landlord_id TEXT PRIMARY KEY,
    sequence BIGINT NOT NULL,
    looked_at BIGINT NOT NULL
);
-- The newest message of a conversation that a browser was told of, or is to be told of: then due_at says when.
CREATE TABLE push_notices (
    landlord_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    due_at BIGINT,
    tries BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT,
    noticed_at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, conversation_id, person_id, device_id)
);
CREATE INDEX push_notices_due ON push_notices (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX push_notices_age ON push_notices (noticed_at);
-- Lists of unanswered conversations on their way to the platform, and what stands in them.
CREATE TABLE digests (
    landlord_id TEXT NOT NULL,
    digest_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    lease_until BIGINT,
    PRIMARY KEY (landlord_id, digest_id)
);
CREATE INDEX digests_due ON digests (due_at);
CREATE TABLE digest_items (
    landlord_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    digest_id TEXT NOT NULL,
    PRIMARY KEY (landlord_id, conversation_id)
);
CREATE INDEX digest_items_of ON digest_items (landlord_id, digest_id);
