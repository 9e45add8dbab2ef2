-- Bodies lie one behind the other: in their key's tree a page holds three of them, also where it only shows the way to others.
CREATE TABLE webhook_bodies_by_arrival (
    batch_id TEXT NOT NULL,
    place BIGINT NOT NULL,
    body BYTEA NOT NULL,
    applied_at BIGINT,
    source TEXT
);
INSERT INTO webhook_bodies_by_arrival SELECT * FROM webhook_bodies;
DROP TABLE webhook_bodies;
ALTER TABLE webhook_bodies_by_arrival RENAME TO webhook_bodies;
CREATE UNIQUE INDEX webhook_bodies_in_order ON webhook_bodies (batch_id, place);
