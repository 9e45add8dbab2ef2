-- The WhatsApp Business Accounts and numbers that landlords have connected, and how they got there.
CREATE TABLE accounts (
    landlord_id TEXT NOT NULL REFERENCES landlords (landlord_id),
    account_id TEXT NOT NULL,
    waba_id TEXT NOT NULL,
    business_id TEXT,
    name TEXT,
    currency TEXT,
    status TEXT NOT NULL CHECK (status IN ('connected', 'reconnect', 'disconnected')),
    token_sealed TEXT,
    token_expires_at BIGINT,
    connected_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, account_id)
);
CREATE UNIQUE INDEX accounts_active_waba ON accounts (waba_id) WHERE status <> 'disconnected';
CREATE TABLE lines (
    landlord_id TEXT NOT NULL,
    line_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('own', 'shared')),
    waba_id TEXT NOT NULL,
    phone_number_id TEXT NOT NULL,
    phone_number TEXT NOT NULL,
    verified_name TEXT,
    status TEXT NOT NULL CHECK (status IN ('connecting', 'connected', 'disconnected')),
    quality_rating TEXT,
    throughput TEXT,
    on_business_app BOOLEAN NOT NULL,
    pin_sealed TEXT,
    proven_at BIGINT NOT NULL,
    applies_from BIGINT NOT NULL,
    last_event_at BIGINT,
    PRIMARY KEY (landlord_id, line_id),
    FOREIGN KEY (landlord_id, account_id) REFERENCES accounts (landlord_id, account_id)
);
CREATE UNIQUE INDEX lines_active_number ON lines (phone_number_id) WHERE status <> 'disconnected';
CREATE INDEX lines_by_number ON lines (phone_number_id);
CREATE TABLE onboardings (
    landlord_id TEXT NOT NULL REFERENCES landlords (landlord_id),
    onboarding_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('running', 'failed', 'done')),
    step TEXT NOT NULL,
    browser_event TEXT,
    hinted_waba_id TEXT,
    hinted_phone_number_id TEXT,
    hinted_business_id TEXT,
    code_hash TEXT NOT NULL,
    code_sealed TEXT,
    code_at BIGINT NOT NULL,
    token_sealed TEXT,
    token_expires_at BIGINT,
    waba_id TEXT,
    business_id TEXT,
    account_name TEXT,
    currency TEXT,
    phone_number_id TEXT,
    pin_sealed TEXT,
    proven_at BIGINT,
    registers BIGINT NOT NULL DEFAULT 0,
    tries BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    lease_until BIGINT,
    fence TEXT,
    problem TEXT,
    problem_code BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, onboarding_id),
    UNIQUE (landlord_id, code_hash)
);
CREATE INDEX onboardings_due ON onboardings (due_at) WHERE status = 'running';
CREATE TABLE onboarding_steps (
    landlord_id TEXT NOT NULL,
    onboarding_id TEXT NOT NULL,
    step TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('toCome', 'underWay', 'done', 'skipped', 'needsYou')),
    started_at BIGINT,
    finished_at BIGINT,
    PRIMARY KEY (landlord_id, onboarding_id, step)
);
CREATE TABLE templates (
    landlord_id TEXT NOT NULL,
    waba_id TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    template_id TEXT,
    category TEXT NOT NULL,
    status TEXT NOT NULL,
    parameter_format TEXT NOT NULL,
    components TEXT NOT NULL,
    reason TEXT,
    status_at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, waba_id, name, language)
);
