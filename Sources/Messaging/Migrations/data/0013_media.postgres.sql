-- Files of messages: each is fetched from WhatsApp by a job of its own, and kept once by its content.
CREATE TABLE media (
    landlord_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('wanted', 'stored', 'lost')),
    problem TEXT,
    digest TEXT,
    tries BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    give_up_at BIGINT NOT NULL,
    lease_until BIGINT,
    claimed_by TEXT,
    PRIMARY KEY (landlord_id, message_id)
);
CREATE INDEX media_wanted ON media (landlord_id, due_at) WHERE state = 'wanted';
CREATE INDEX media_late ON media (give_up_at) WHERE state = 'wanted';
CREATE INDEX media_claims ON media (claimed_by) WHERE lease_until IS NOT NULL;
CREATE TABLE media_contents (
    landlord_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    width BIGINT,
    height BIGINT,
    seconds BIGINT,
    pages BIGINT,
    stored_at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, digest)
);
CREATE TABLE media_uploads (
    landlord_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    phone_number_id TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    meta_id TEXT,
    uploaded_at BIGINT,
    tries BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    lease_until BIGINT,
    claimed_by TEXT,
    PRIMARY KEY (landlord_id, digest, phone_number_id)
);
CREATE INDEX media_uploads_due ON media_uploads (landlord_id, due_at) WHERE meta_id IS NULL;
CREATE INDEX media_uploads_claims ON media_uploads (claimed_by) WHERE lease_until IS NOT NULL;
-- A message whose file WhatsApp does not have yet; it keeps its place in its conversation's queue and is not ready.
ALTER TABLE outbox ADD COLUMN file_digest TEXT;
CREATE INDEX outbox_files ON outbox (landlord_id, file_digest) WHERE file_digest IS NOT NULL;
CREATE INDEX outbox_files_late ON outbox (give_up_at) WHERE file_digest IS NOT NULL;
