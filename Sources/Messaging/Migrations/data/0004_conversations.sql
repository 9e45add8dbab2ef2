-- What was said. Every delivery state has its own timestamp, so that the order in which Meta reports them cannot matter.
CREATE TABLE conversations (
    landlord_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    line_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    last_inbound_at BIGINT,
    last_message_at BIGINT NOT NULL,
    last_message_id TEXT,
    unread BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, conversation_id),
    UNIQUE (landlord_id, line_id, contact_id)
);
CREATE INDEX conversations_newest ON conversations (landlord_id, last_message_at, conversation_id);
CREATE INDEX conversations_of_contact ON conversations (landlord_id, contact_id);
CREATE TABLE messages (
    landlord_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    line_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    wamid TEXT,
    type TEXT NOT NULL,
    content TEXT NOT NULL,
    preview TEXT NOT NULL,
    richness BIGINT NOT NULL,
    reply_to TEXT,
    client_message_id TEXT,
    request_hash TEXT,
    sent_by TEXT,
    state TEXT NOT NULL CHECK (state IN ('received', 'queued', 'sending', 'accepted', 'unknown', 'probablyNotSent', 'refused')),
    at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    accepted_at BIGINT,
    sent_at BIGINT,
    delivered_at BIGINT,
    read_at BIGINT,
    played_at BIGINT,
    failed_at BIGINT,
    error_code BIGINT,
    error_details TEXT,
    edited_at BIGINT,
    edited_wamid TEXT,
    edited_content TEXT,
    revoked_at BIGINT,
    PRIMARY KEY (landlord_id, message_id),
    UNIQUE (landlord_id, line_id, wamid),
    UNIQUE (landlord_id, client_message_id)
);
CREATE INDEX messages_in_order ON messages (landlord_id, conversation_id, at, message_id);
CREATE INDEX messages_unknown ON messages (created_at) WHERE state = 'unknown';
CREATE TABLE reactions (
    landlord_id TEXT NOT NULL,
    line_id TEXT NOT NULL,
    target_wamid TEXT NOT NULL,
    direction TEXT NOT NULL,
    emoji TEXT,
    at BIGINT NOT NULL,
    wamid TEXT NOT NULL,
    PRIMARY KEY (landlord_id, line_id, target_wamid, direction)
);
-- A wamid is routed once: which landlord it belongs to is never decided again.
CREATE TABLE wamid_routes (
    phone_number_id TEXT NOT NULL,
    wamid TEXT NOT NULL,
    landlord_id TEXT NOT NULL,
    message_id TEXT,
    PRIMARY KEY (phone_number_id, wamid)
);
-- Parts of webhook events that cannot be applied yet, and why. Their bodies stay in the ledger.
CREATE TABLE waiting_items (
    event_id TEXT NOT NULL,
    part BIGINT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('unknownLine', 'beforeProof', 'unknownTarget', 'failed')),
    phone_number_id TEXT,
    waba_id TEXT,
    wamid TEXT,
    callback_data TEXT,
    error TEXT,
    waiting_since BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    released_at BIGINT,
    PRIMARY KEY (event_id, part)
);
CREATE INDEX waiting_items_of_number ON waiting_items (phone_number_id, wamid);
CREATE INDEX waiting_items_of_account ON waiting_items (waba_id);
CREATE INDEX waiting_items_of_attempt ON waiting_items (callback_data);
CREATE INDEX waiting_items_released ON waiting_items (released_at) WHERE released_at IS NOT NULL;
CREATE INDEX waiting_items_expiry ON waiting_items (expires_at);
