-- Words that wait until the person writes again.
CREATE TABLE waiting_answers (
    landlord_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    answer_id TEXT NOT NULL,
    text TEXT NOT NULL,
    person_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    problem TEXT,
    PRIMARY KEY (landlord_id, conversation_id)
);
