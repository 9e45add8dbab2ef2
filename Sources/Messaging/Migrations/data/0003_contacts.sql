-- The people landlords write to. A person may be known by a number, by Meta's business-scoped IDs, by both or, until they write, by neither.
CREATE TABLE contacts (
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
    PRIMARY KEY (landlord_id, contact_id),
    UNIQUE (landlord_id, external_id)
);
CREATE INDEX contacts_in_order ON contacts (landlord_id, search_key, contact_id);
CREATE TABLE contact_identities (
    landlord_id TEXT NOT NULL,
    identity_key TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('number', 'bsuid', 'parentBsuid')),
    value TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, identity_key),
    FOREIGN KEY (landlord_id, contact_id) REFERENCES contacts (landlord_id, contact_id)
);
CREATE INDEX contact_identities_of ON contact_identities (landlord_id, contact_id);
