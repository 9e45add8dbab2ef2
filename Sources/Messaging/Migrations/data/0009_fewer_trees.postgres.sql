-- What another table answers needs no index here, and rows that ticks change have room beside them.
ALTER TABLE messages DROP CONSTRAINT messages_landlord_id_line_id_wamid_key;
ALTER TABLE messages DROP CONSTRAINT messages_landlord_id_client_message_id_key;
CREATE UNIQUE INDEX messages_client_ids ON messages (landlord_id, client_message_id) WHERE client_message_id IS NOT NULL;
ALTER TABLE messages SET (fillfactor = 85);
ALTER TABLE contacts DROP CONSTRAINT contacts_landlord_id_external_id_key;
CREATE UNIQUE INDEX contacts_external ON contacts (landlord_id, external_id) WHERE external_id IS NOT NULL;
ALTER TABLE conversations ADD COLUMN named_at BIGINT;
ALTER TABLE conversations ADD COLUMN named_wamid TEXT;
ALTER TABLE conversations DROP CONSTRAINT conversations_landlord_id_line_id_contact_id_key;
DROP INDEX conversations_of_contact;
ALTER TABLE conversations ADD UNIQUE (landlord_id, contact_id, line_id);
ALTER TABLE landlords SET (fillfactor = 50);
