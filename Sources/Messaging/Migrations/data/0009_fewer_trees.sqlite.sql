-- Every row lives in its key's own tree, and what another table answers needs no index here: each tree that a message touches is a page
-- written to disk.
CREATE TABLE contacts_slim (
    landlord_id TEXT NOT NULL REFERENCES landlords (landlord_id),
    contact_id TEXT NOT NULL,
    external_id TEXT,
    name TEXT,
    phone TEXT,
    property TEXT,
    unit TEXT,
    language TEXT,
    opt_in_source TEXT,
    opt_in_at BIGINT,
    opt_in_wording TEXT,
    opted_out_at BIGINT,
    consent_at BIGINT,
    consent_wamid TEXT,
    marketing_stopped_at BIGINT,
    marketing_at BIGINT,
    profile_name TEXT,
    username TEXT,
    profile_at BIGINT,
    profile_wamid TEXT,
    search_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    removed_at BIGINT,
    PRIMARY KEY (landlord_id, contact_id)
) WITHOUT ROWID;
INSERT INTO contacts_slim SELECT * FROM contacts ORDER BY landlord_id, contact_id;
CREATE TABLE contact_identities_slim (
    landlord_id TEXT NOT NULL,
    identity_key TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('number', 'bsuid', 'parentBsuid')),
    value TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, identity_key),
    FOREIGN KEY (landlord_id, contact_id) REFERENCES contacts_slim (landlord_id, contact_id)
) WITHOUT ROWID;
INSERT INTO contact_identities_slim SELECT * FROM contact_identities ORDER BY landlord_id, identity_key;
DROP TABLE contact_identities;
DROP TABLE contacts;
ALTER TABLE contacts_slim RENAME TO contacts;
ALTER TABLE contact_identities_slim RENAME TO contact_identities;
CREATE UNIQUE INDEX contacts_external ON contacts (landlord_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX contacts_in_order ON contacts (landlord_id, search_key, contact_id);
CREATE INDEX contact_identities_of ON contact_identities (landlord_id, contact_id);

CREATE TABLE conversations_slim (
    landlord_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    line_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    last_inbound_at BIGINT,
    last_message_at BIGINT NOT NULL,
    last_message_id TEXT,
    unread BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    named_at BIGINT,
    named_wamid TEXT,
    PRIMARY KEY (landlord_id, conversation_id)
) WITHOUT ROWID;
INSERT INTO conversations_slim (landlord_id, conversation_id, line_id, contact_id, last_inbound_at, last_message_at, last_message_id, unread,
    created_at)
SELECT landlord_id, conversation_id, line_id, contact_id, last_inbound_at, last_message_at, last_message_id, unread, created_at
FROM conversations ORDER BY landlord_id, conversation_id;
DROP TABLE conversations;
ALTER TABLE conversations_slim RENAME TO conversations;
CREATE UNIQUE INDEX conversations_of_contact ON conversations (landlord_id, contact_id, line_id);
CREATE INDEX conversations_newest ON conversations (landlord_id, last_message_at, conversation_id);

CREATE TABLE messages_slim (
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
    PRIMARY KEY (landlord_id, message_id)
) WITHOUT ROWID;
INSERT INTO messages_slim SELECT * FROM messages ORDER BY landlord_id, message_id;
DROP TABLE messages;
ALTER TABLE messages_slim RENAME TO messages;
CREATE UNIQUE INDEX messages_client_ids ON messages (landlord_id, client_message_id) WHERE client_message_id IS NOT NULL;
CREATE INDEX messages_in_order ON messages (landlord_id, conversation_id, at, message_id);
CREATE INDEX messages_unknown ON messages (created_at) WHERE state = 'unknown';

CREATE TABLE wamid_routes_slim (
    phone_number_id TEXT NOT NULL,
    wamid TEXT NOT NULL,
    landlord_id TEXT NOT NULL,
    message_id TEXT,
    PRIMARY KEY (phone_number_id, wamid)
) WITHOUT ROWID;
INSERT INTO wamid_routes_slim SELECT * FROM wamid_routes ORDER BY phone_number_id, wamid;
DROP TABLE wamid_routes;
ALTER TABLE wamid_routes_slim RENAME TO wamid_routes;

CREATE TABLE live_blocks_slim (
    landlord_id TEXT NOT NULL,
    last_sequence BIGINT NOT NULL,
    first_sequence BIGINT NOT NULL,
    changes TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, last_sequence)
) WITHOUT ROWID;
INSERT INTO live_blocks_slim SELECT * FROM live_blocks ORDER BY landlord_id, last_sequence;
DROP TABLE live_blocks;
ALTER TABLE live_blocks_slim RENAME TO live_blocks;
CREATE INDEX live_blocks_age ON live_blocks (at);

CREATE TABLE attempts_slim (
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
) WITHOUT ROWID;
INSERT INTO attempts_slim SELECT * FROM attempts ORDER BY landlord_id, message_id, number;
DROP TABLE attempts;
ALTER TABLE attempts_slim RENAME TO attempts;
CREATE UNIQUE INDEX attempts_fence ON attempts (fence);

-- SQLite plans as if every landlord were large, whatever is there when somebody looks: without numbers it prefers the table's own key and
-- reads all of a landlord's rows. Rows per value of one, two, … leading columns.
ANALYZE landlords;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('contacts', 'contacts', '1000000 1000 1'),
    ('contacts', 'contacts_external', '1000000 1000 1'),
    ('contacts', 'contacts_in_order', '1000000 1000 2 1'),
    ('contact_identities', 'contact_identities', '2000000 2000 1'),
    ('contact_identities', 'contact_identities_of', '2000000 2000 2 1'),
    ('conversations', 'conversations', '1000000 1000 1'),
    ('conversations', 'conversations_of_contact', '1000000 1000 1 1'),
    ('conversations', 'conversations_newest', '1000000 1000 2 1'),
    ('messages', 'messages', '100000000 100000 1'),
    ('messages', 'messages_client_ids', '50000000 50000 1'),
    ('messages', 'messages_in_order', '100000000 100000 100 2 1'),
    ('messages', 'messages_unknown', '100 1'),
    ('wamid_routes', 'wamid_routes', '100000000 100000 1'),
    ('live_blocks', 'live_blocks', '10000000 10000 1'),
    ('live_blocks', 'live_blocks_age', '10000000 20'),
    ('attempts', 'attempts', '50000000 50000 1 1'),
    ('attempts', 'attempts_fence', '50000000 1');
ANALYZE sqlite_schema;
