-- Who is here: landlords, the people who work for them, and how those people are signed in.
CREATE TABLE landlords (
    landlord_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    live_sequence BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);
CREATE TABLE members (
    landlord_id TEXT NOT NULL REFERENCES landlords (landlord_id),
    person_id TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'member')),
    name TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, person_id)
);
CREATE INDEX members_by_person ON members (person_id, landlord_id);
CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    landlord_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE TABLE sign_in_links (
    token_hash TEXT PRIMARY KEY,
    landlord_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    spent_at BIGINT
);
-- Facts about the installation itself, such as who created this database.
CREATE TABLE installation (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE live_events (
    landlord_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    conversation_id TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, sequence)
);
CREATE INDEX live_events_age ON live_events (at);
