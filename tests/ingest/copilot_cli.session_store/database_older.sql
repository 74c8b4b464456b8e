CREATE TABLE sessions (id TEXT PRIMARY KEY, cwd TEXT, repository TEXT, branch TEXT, summary TEXT, created_at TEXT, updated_at TEXT);
CREATE TABLE assistant_usage_events (session_id TEXT, model TEXT NOT NULL, input_tokens REAL, output_tokens REAL, cache_read_tokens REAL, cache_write_tokens REAL, reasoning_tokens REAL, created_at TEXT);
INSERT INTO sessions VALUES ('s-9', '/home/dev/old', NULL, 'main', NULL, '2026-07-30 10:00:00', '2026-07-30 10:00:00');
INSERT INTO assistant_usage_events VALUES ('s-9', 'gpt-5-mini', 300.0, 20.0, 100.0, 0.0, 5.0, '2026-07-30 10:01:00');
