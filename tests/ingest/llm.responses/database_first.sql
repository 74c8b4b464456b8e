CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);
CREATE TABLE responses (id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, prompt_json TEXT, options_json TEXT, response TEXT, response_json TEXT, conversation_id TEXT REFERENCES conversations (id), duration_ms INTEGER, datetime_utc TEXT);
INSERT INTO responses VALUES ('01h0', 'gpt-4', 'Some question of the user', NULL, NULL, '{}', 'Some answer of the model', NULL, 'c-0', 1200, '2023-09-01T10:00:00+00:00');
