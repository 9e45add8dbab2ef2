-- A commit's events are one batch where their own process applies them at once; each body knows its account then.
ALTER TABLE webhook_bodies ADD COLUMN source TEXT;
-- Bodies are read once and deleted: squeezing them would cost more than their room.
ALTER TABLE webhook_bodies ALTER COLUMN body SET STORAGE EXTERNAL;
