/* logcost
format        = "gemini_cli.session"
title         = "Gemini CLI sessions (session-*.json and session-*.jsonl in the chats folders below ~/.gemini/tmp)"
reader        = "json_lines"
identify      = ["sessionId", "projectHash"]
identify_none = ["messages"]
keep          = ["sessionId", "tokens", '"$set"', '"$patch"']
scope         = "file"
grain         = "request"
on_duplicate  = "largest"
docs          = "https://github.com/google-gemini/gemini-cli"
seen          = "2026-11"

[fields]
sessionId = "id"
id = "id"
timestamp = "time"
type = "str"
model = "str"
[fields.tokens]
input = "int"
output = "int"
cached = "int"
thoughts = "int"
tool = "int"
[[fields."$set".messages]]
id = "id"
timestamp = "time"
type = "str"
model = "str"
[fields."$set".messages.tokens]
input = "int"
output = "int"
cached = "int"
thoughts = "int"
tool = "int"
[fields."$patch"]
model = "str"
[fields."$patch".tokens]
input = "int"
output = "int"
cached = "int"
thoughts = "int"
tool = "int"
*/
-- A header names the session; then one message a line. A message is written again under its id when it grows, a whole list of
-- messages may be set at once ($set), and parts of one may be corrected ($patch): the last counts of an id are final.
WITH header AS (
    SELECT file_id, arg_min(sessionId, line) AS session_id
    FROM source
    GROUP BY file_id
),

set_message AS (
    SELECT file_id, line, unnest("$set".messages) AS message
    FROM source
    WHERE len("$set".messages) > 0
),

written AS (
    SELECT file_id, line, id, timestamp, type, coalesce("$patch".model, model) AS model, "$patch".tokens AS patched, tokens
    FROM source
    WHERE id IS NOT NULL
    UNION ALL
    SELECT file_id, line, message.id, message.timestamp, message.type, message.model, NULL, message.tokens
    FROM set_message
),

counted AS (
    SELECT
        * EXCLUDE (tokens, patched),
        CASE WHEN coalesce(patched.input, patched.output) IS NOT NULL THEN patched ELSE tokens END AS tokens
    FROM written
),

-- The row stands on the line that gave the final counts; the call began when its message was first written.
final AS (
    SELECT
        file_id,
        line,
        id,
        tokens,
        first_value(timestamp IGNORE NULLS) OVER of_message AS timestamp,
        first_value(type IGNORE NULLS) OVER of_message AS type,
        last_value(model IGNORE NULLS) OVER of_message AS model
    FROM counted
    WINDOW of_message AS (
        PARTITION BY file_id, id ORDER BY line ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
    QUALIFY row_number() OVER (
        PARTITION BY file_id, id ORDER BY coalesce(tokens.input, tokens.output) IS NULL, line DESC
    ) = 1
)

SELECT
    any_time(final.timestamp) AS started_at,
    CASE WHEN final.model IS NULL THEN 'gcp.gemini' ELSE maker_of(final.model) END AS provider_name,
    final.model AS response_model,
    'chat' AS operation_name,
    -- One sum that is too large must not end the reading of the whole file: it is told of as its own row's.
    final.tokens.input::HUGEINT + coalesce(final.tokens.tool, 0) AS input_tokens,
    final.tokens.cached AS cache_read_input_tokens,
    final.tokens.output::HUGEINT + coalesce(final.tokens.thoughts, 0) AS output_tokens,
    final.tokens.thoughts AS reasoning_output_tokens,
    header.session_id,
    'ok' AS status,
    'gemini_cli|' || header.session_id || '|' || final.id AS dedup_key,
    bad_time('timestamp', final.timestamp) AS reject_reason,
    final.file_id,
    final.line
FROM final
LEFT JOIN header ON header.file_id = final.file_id
WHERE coalesce(final.type, 'gemini') = 'gemini'
    AND (final.tokens.input > 0 OR final.tokens.tool > 0 OR final.tokens.output > 0 OR final.tokens.thoughts > 0)
