/* logcost
format        = "goose.sessions"
title         = "goose sessions (sessions.db below ~/.local/share/goose, SQLite)"
reader        = "sqlite"
identify      = [
    "sessions.accumulated_input_tokens", "sessions.accumulated_output_tokens", "sessions.model_config_json", "sessions.working_dir",
    "messages.content_json",
]
query         = """
SELECT id, working_dir, created_at, updated_at, accumulated_total_tokens, accumulated_input_tokens, accumulated_output_tokens,
    provider_name, CASE WHEN json_valid(model_config_json) THEN json_extract(model_config_json, '$.model_name') END AS model
FROM sessions
ORDER BY created_at, id
"""
scope         = "row"
grain         = "bucket"
on_duplicate  = "largest"
docs          = "https://block.github.io/goose/docs/guides/logs/"
seen          = "2026-11"
note          = "goose keeps one sum a session: not what the prompt cache served, and only the model that was last in use. The cost of a session with cached tokens is an upper bound."
about         = """
`~/.local/share/goose/sessions/sessions.db` (macOS and Windows: the application's data folder). One row is one session from its
start to its last change; goose does not keep the counts of its calls.

- The accumulated counts are read. `input_tokens` and `output_tokens` of the table are those of the last call only.
- Input includes what was read from and written to the prompt cache, of Anthropic's models too: goose adds it. How much that
  was is not stored.
- A total above input and output is hidden reasoning: the surplus is output.
- A session that went on counts with its larger counts. No text is read into the ledger.
"""

[fields]
id = "id"
working_dir = "str"
created_at = "time"
updated_at = "time"
accumulated_total_tokens = "int"
accumulated_input_tokens = "int"
accumulated_output_tokens = "int"
provider_name = "str"
model = "str"
*/
-- One session a row.
SELECT
    any_time(created_at) AS started_at,
    CASE WHEN any_time(updated_at) > any_time(created_at) THEN any_time(updated_at) END AS ended_at,
    CASE lower(provider_name)
        WHEN 'github_copilot' THEN 'github.copilot'
        WHEN 'gcp_vertex_ai' THEN 'gcp.vertex_ai'
        WHEN 'claude-code' THEN 'anthropic'
        WHEN 'codex' THEN 'openai'
        WHEN 'chatgpt_codex' THEN 'openai'
        ELSE coalesce(provider_called(provider_name), maker_of(model))
    END AS provider_name,
    nullif(model, '') AS response_model,
    'chat' AS operation_name,
    accumulated_input_tokens AS input_tokens,
    CASE
        WHEN accumulated_total_tokens > accumulated_input_tokens::HUGEINT + coalesce(accumulated_output_tokens, 0)
            THEN accumulated_total_tokens - accumulated_input_tokens
        ELSE accumulated_output_tokens
    END AS output_tokens,
    nullif(working_dir, '') AS project,
    id AS session_id,
    'goose|bucket|' || id || '|' || coalesce(created_at, '') AS dedup_key,
    coalesce(bad_time('created_at', created_at), bad_time('updated_at', updated_at)) AS reject_reason,
    file_id,
    line
FROM source
WHERE coalesce(accumulated_input_tokens, 0) > 0 OR coalesce(accumulated_output_tokens, 0) > 0
