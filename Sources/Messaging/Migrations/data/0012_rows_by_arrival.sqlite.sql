-- Large rows lie one behind the other, in the order in which they come: in a tree of many landlords' keys each landlord's newest row is in the
-- middle of it, where rows of this size make a page overflow every few inserts, and its neighbours are written with it.
CREATE TABLE messages_by_arrival (
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
    revoked_at BIGINT
);
INSERT INTO messages_by_arrival SELECT * FROM messages;
DROP TABLE messages;
ALTER TABLE messages_by_arrival RENAME TO messages;
-- IDs rise with time, so that the newest are at the end of this tree, whosever they are.
CREATE UNIQUE INDEX messages_by_id ON messages (message_id, landlord_id);
CREATE UNIQUE INDEX messages_client_ids ON messages (landlord_id, client_message_id) WHERE client_message_id IS NOT NULL;
CREATE INDEX messages_in_order ON messages (landlord_id, conversation_id, at, message_id);
CREATE INDEX messages_unknown ON messages (created_at) WHERE state = 'unknown';

CREATE TABLE live_blocks_by_arrival (
    landlord_id TEXT NOT NULL,
    last_sequence BIGINT NOT NULL,
    first_sequence BIGINT NOT NULL,
    changes TEXT NOT NULL,
    at BIGINT NOT NULL
);
INSERT INTO live_blocks_by_arrival SELECT * FROM live_blocks;
DROP TABLE live_blocks;
ALTER TABLE live_blocks_by_arrival RENAME TO live_blocks;
CREATE UNIQUE INDEX live_blocks_in_order ON live_blocks (landlord_id, last_sequence);
CREATE INDEX live_blocks_age ON live_blocks (at);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('messages', 'messages_by_id', '100000000 1 1'),
    ('messages', 'messages_client_ids', '50000000 50000 1'),
    ('messages', 'messages_in_order', '100000000 100000 100 2 1'),
    ('messages', 'messages_unknown', '100 1'),
    ('live_blocks', 'live_blocks_in_order', '10000000 10000 1'),
    ('live_blocks', 'live_blocks_age', '10000000 20');
ANALYZE sqlite_schema;
