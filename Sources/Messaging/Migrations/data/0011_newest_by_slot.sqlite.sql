-- The newest threads are found by a slot of ten minutes and put in order when they are read: a busy thread moves once per slot, not with each
-- message.
ALTER TABLE conversations ADD COLUMN active_slot BIGINT NOT NULL DEFAULT 0;
UPDATE conversations SET active_slot = last_message_at / 600000;
DROP INDEX conversations_newest;
CREATE INDEX conversations_newest ON conversations (landlord_id, active_slot);
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('conversations', 'conversations_newest', '1000000 1000 5');
ANALYZE sqlite_schema;
