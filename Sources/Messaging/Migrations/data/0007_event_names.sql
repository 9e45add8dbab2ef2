-- An event is named by its batch and its place in it; those stored before batches are batches of one.
UPDATE waiting_items SET event_id = event_id || '.0';
