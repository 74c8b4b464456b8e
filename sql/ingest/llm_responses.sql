/* logcost
format        = "llm.responses"
title         = "llm (the command line tool): its logs.db before the table turns (SQLite)"
reader        = "sqlite"
identify      = ["responses.id", "responses.model", "responses.conversation_id", "responses.datetime_utc"]
identify_none = ["turns.parent_message_hash"]
query         = """
SELECT *, CASE WHEN json_valid(response_json) THEN json_extract(response_json, '$.id') END AS response_id
FROM responses
ORDER BY datetime_utc, id
"""
scope         = "row"
grain         = "request"
on_duplicate  = "largest"
docs          = "https://llm.datasette.io/en/stable/logging.html"
seen          = "2026-11"
about         = """
`llm logs path` names the database. One row is one prompt that was answered. No text is read into the ledger. Databases of before
November 2024 have no token counts: their answers are skipped.

- The tool stores what the plugin of a model's API gave. `input_tokens` includes cached tokens for OpenAI and Gemini; for
  Anthropic the row adds what was read from and written to the cache. `token_details` leaves out zeros, so a missing cache
  count is unknown.
- Who is billed follows from the model's name; local models stay without a price.
"""

[fields]
id = "id"
conversation_id = "id"
response_id = "id"
model = "str"
resolved_model = "str"
input_tokens = "int"
output_tokens = "int"
token_details = "str"
duration_ms = "int"
datetime_utc = "time"
*/
-- One answered prompt a row. The details are those of each API, told apart by their keys.
WITH turn AS (
    SELECT *, try_cast(token_details AS JSON) AS details
    FROM source
),

counted AS (
    SELECT * FROM llm_counted('turn')
)

SELECT
    any_time(datetime_utc) AS started_at,
    CASE
        WHEN contains(model, '/') THEN provider_called(split_part(model, '/', 1))
        ELSE maker_of(coalesce(resolved_model, model))
    END AS provider_name,
    model AS request_model,
    coalesce(resolved_model, regexp_replace(model, '^[^/]+/', '')) AS response_model,
    'chat' AS operation_name,
    input_tokens,
    read AS cache_read_input_tokens,
    short_written AS cache_creation_5m_input_tokens,
    long_written AS cache_creation_1h_input_tokens,
    written - coalesce(short_written, 0) - coalesce(long_written, 0) AS cache_creation_unsplit_input_tokens,
    output_tokens,
    reasoning AS reasoning_output_tokens,
    conversation_id AS session_id,
    'ok' AS status,
    duration_ms AS latency_ms,
    -- The API's own id joins the call with other logs of it; ids of other kinds are not unique in the world.
    CASE
        WHEN regexp_matches(response_id, '^(chatcmpl-[A-Za-z0-9_-]{8,}|resp_|msg_|gen-)') THEN response_id
        ELSE 'llm|' || id
    END AS dedup_key,
    wrong AS reject_reason,
    file_id,
    line
FROM counted
WHERE wrong IS NOT NULL OR coalesce(input_tokens, 0) + coalesce(output_tokens, 0) > 0
