-- What Meta sent, as it came: durable before its 200, understood later.
CREATE TABLE webhook_events (
    event_id TEXT PRIMARY KEY,
    received_at BIGINT NOT NULL,
    body BYTEA NOT NULL,
    size BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'applied', 'setAside')),
    items BIGINT,
    applied_at BIGINT,
    error TEXT,
    tries BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT
);
CREATE INDEX webhook_events_waiting ON webhook_events (event_id) WHERE state = 'waiting';
CREATE INDEX webhook_events_set_aside ON webhook_events (event_id) WHERE state = 'setAside';
CREATE INDEX webhook_events_received ON webhook_events (received_at);
