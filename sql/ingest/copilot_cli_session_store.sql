/* logcost
format       = "copilot_cli.session_store"
title        = "GitHub Copilot CLI and desktop app: every call, from session-store.db (SQLite)"
reader       = "sqlite"
identify     = [
    "assistant_usage_events.session_id", "assistant_usage_events.model", "assistant_usage_events.input_tokens", "sessions.cwd",
]
query        = """
SELECT event.*, event.rowid AS event_id, sessions.cwd AS session_cwd
FROM assistant_usage_events AS event LEFT JOIN sessions ON sessions.id = event.session_id
ORDER BY event.rowid
"""
scope        = "row"
grain        = "request"
on_duplicate = "largest"
docs         = "https://docs.github.com/en/copilot/concepts/agents/about-copilot-cli"
seen         = "2026-11"
about        = """
`~/.copilot/session-store.db`. Its table `assistant_usage_events` has one row a call of a model, also of calls for compaction
and of sub-agents. It is read as it is, also while Copilot runs.

- Input includes cache reads and writes, output includes reasoning.
- Copilot bills AI credits or premium requests, not tokens. The tag `nano_aiu` is what the call was charged in billionths of a
  credit; the cost here is what the models' own prices would give.
- The sessions' events.jsonl (format copilot_cli.events) sum the same calls. Give one of the two.
"""

[fields]
event_id = "id"
session_id = "id"
agent_id = "id"
model = "str"
input_tokens = "int"
output_tokens = "int"
cache_read_tokens = "int"
cache_write_tokens = "int"
reasoning_tokens = "int"
total_nano_aiu = "id"
duration_ms = "decimal"
initiator = "str"
reasoning_effort = "str"
created_at = "time"
session_cwd = "str"
*/
-- One call a row. Calls without a token were refused or cancelled.
SELECT
    any_time(created_at) AS started_at,
    'github.copilot' AS provider_name,
    model AS response_model,
    'chat' AS operation_name,
    input_tokens,
    cache_read_tokens AS cache_read_input_tokens,
    cache_write_tokens AS cache_creation_unsplit_input_tokens,
    output_tokens,
    reasoning_tokens AS reasoning_output_tokens,
    session_cwd AS project,
    session_id,
    nullif(map_from_entries(list_filter(
        [
            {'key': 'agent_id', 'value': agent_id},
            {'key': 'effort', 'value': reasoning_effort},
            {'key': 'initiator', 'value': initiator},
            {'key': 'nano_aiu', 'value': total_nano_aiu}
        ],
        lambda tag: tag.value IS NOT NULL
    )), MAP {}) AS tags,
    'ok' AS status,
    round(strict_decimal(duration_ms))::BIGINT AS latency_ms,
    'copilot_cli.session_store|' || session_id || '|' || event_id AS dedup_key,
    coalesce(bad_time('created_at', created_at), bad_decimal('duration_ms', duration_ms)) AS reject_reason,
    file_id,
    line
FROM source
WHERE coalesce(input_tokens, 0) + coalesce(output_tokens, 0) > 0
