-- A third role: who reads and changes nothing. A rule of a column is changed by making its table anew.
CREATE TABLE members_with_roles (
    landlord_id TEXT NOT NULL REFERENCES landlords (landlord_id),
    person_id TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'member', 'readOnly')),
    name TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, person_id)
);
INSERT INTO members_with_roles (landlord_id, person_id, role, name, created_at)
SELECT landlord_id, person_id, role, name, created_at FROM members;
DROP TABLE members;
ALTER TABLE members_with_roles RENAME TO members;
CREATE INDEX members_by_person ON members (person_id, landlord_id);
-- Links that let somebody join. Only a digest of each is kept.
CREATE TABLE invitations (
    landlord_id TEXT NOT NULL,
    invitation_id TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'member', 'readOnly')),
    name TEXT,
    invited_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, invitation_id)
);
CREATE UNIQUE INDEX invitations_by_secret ON invitations (secret_hash);
-- Who is no member any more keeps a name here, so that what they wrote still says by whom.
CREATE TABLE former_members (
    landlord_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    name TEXT,
    left_at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, person_id)
);
-- Who looks after a conversation, until when it is put off, and when it was done.
ALTER TABLE conversations ADD COLUMN assigned_to TEXT;
ALTER TABLE conversations ADD COLUMN snoozed_until BIGINT;
ALTER TABLE conversations ADD COLUMN done_at BIGINT;
CREATE INDEX conversations_snoozed ON conversations (snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE TABLE labels (
    landlord_id TEXT NOT NULL,
    label_id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    hue BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, label_id)
);
CREATE UNIQUE INDEX labels_by_name ON labels (landlord_id, name_key);
CREATE TABLE quick_answers (
    landlord_id TEXT NOT NULL,
    answer_id TEXT NOT NULL,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    text TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, answer_id)
);
CREATE UNIQUE INDEX quick_answers_by_title ON quick_answers (landlord_id, title_key);
CREATE TABLE conversation_labels (
    landlord_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    label_id TEXT NOT NULL,
    PRIMARY KEY (landlord_id, conversation_id, label_id)
) WITHOUT ROWID;
-- What stands between the messages of a thread and never leaves the house: notes, and who did what.
CREATE TABLE conversation_entries (
    landlord_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    entry_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('note', 'assigned', 'snoozed', 'awake', 'done', 'opened')),
    person_id TEXT,
    about_id TEXT,
    until BIGINT,
    text TEXT,
    client_id TEXT,
    PRIMARY KEY (landlord_id, conversation_id, at, entry_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX conversation_entries_client ON conversation_entries (landlord_id, client_id) WHERE client_id IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('conversations', 'conversations_snoozed', '1000 2'),
    ('conversation_labels', 'conversation_labels', '1000000 1000 2 1'),
    ('conversation_entries', 'conversation_entries', '10000000 10000 10 1 1'),
    ('conversation_entries', 'conversation_entries_client', '5000000 5000 1');
ANALYZE sqlite_schema;
