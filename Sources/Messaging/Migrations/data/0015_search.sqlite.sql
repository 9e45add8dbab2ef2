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
CREATE TABLE search_documents (
    landlord_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (landlord_id, message_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX search_documents_in_order ON search_documents (landlord_id, number);
-- Words come folded and cut, so that both engines find the same: all that is left to do is to part them at the blanks. Each bears its
-- landlord's number. A write never merges what is there: small merges are transactions of their own, so that none holds the writer for long.
CREATE VIRTUAL TABLE search_words USING fts5 (words, tokenize = 'ascii', detail = none, columnsize = 0);
INSERT INTO search_words (search_words, rank) VALUES ('automerge', 0);
INSERT INTO search_words (search_words, rank) VALUES ('crisismerge', 1000);
-- Pictures, films, sounds and documents of a conversation, and the landlord's properties, are listed by keys of their own.
CREATE INDEX messages_with_files ON messages (landlord_id, conversation_id, at, message_id)
    WHERE type IN ('image', 'video', 'audio', 'document');
CREATE INDEX contacts_of_property ON contacts (landlord_id, property) WHERE property IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('search_documents', 'search_documents', '100000000 100000 1'),
    ('search_documents', 'search_documents_in_order', '100000000 100000 1'),
    ('messages', 'messages_with_files', '5000000 5000 20 2 1'),
    ('contacts', 'contacts_of_property', '1000000 1000 20');
ANALYZE sqlite_schema;
