-- A transaction's changes for a landlord are one row: a line for each, numbered from first_sequence on. Readers of the old table start anew.
CREATE TABLE live_blocks (
    landlord_id TEXT NOT NULL,
    last_sequence BIGINT NOT NULL,
    first_sequence BIGINT NOT NULL,
    changes TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (landlord_id, last_sequence)
);
CREATE INDEX live_blocks_age ON live_blocks (at);
DROP TABLE live_events;
