-- What was said is found by its words. A job of its own keeps the index; this is how far it has come with each landlord.
CREATE TABLE search_progress (
    landlord_id TEXT NOT NULL PRIMARY KEY,
    landlord_number BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0,
    sequence BIGINT NOT NULL,
    next_number BIGINT NOT NULL DEFAULT 0,
    back_number BIGINT NOT NULL DEFAULT -1,
    back_at BIGINT,
    back_id TEXT
);
CREATE UNIQUE INDEX search_progress_numbers ON search_progress (landlord_number);
-- Words come folded and cut, so that both engines find the same. Each bears its landlord's number.
CREATE TABLE search_documents (
    landlord_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    digest TEXT NOT NULL,
    words TSVECTOR NOT NULL,
    PRIMARY KEY (landlord_id, message_id)
);
-- A list of what is still to be put in order would be read from end to end by each search.
CREATE INDEX search_documents_words ON search_documents USING gin (words) WITH (fastupdate = off);
-- Pictures, films, sounds and documents of a conversation, and the landlord's properties, are listed by keys of their own.
CREATE INDEX messages_with_files ON messages (landlord_id, conversation_id, at, message_id)
    WHERE type IN ('image', 'video', 'audio', 'document');
CREATE INDEX contacts_of_property ON contacts (landlord_id, property) WHERE property IS NOT NULL;
