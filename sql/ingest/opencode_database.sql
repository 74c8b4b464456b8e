/* logcost
format       = "opencode.database"
title        = "opencode: its SQLite database (opencode.db)"
reader       = "sqlite"
identify     = ["message.id", "message.session_id", "message.data", "session.directory"]
query        = """
SELECT message.session_id, message.data, session.directory
FROM message LEFT JOIN session ON session.id = message.session_id
ORDER BY message.id
"""
scope        = "row"
grain        = "request"
on_duplicate = "largest"
docs         = "https://opencode.ai/docs"
seen         = "2026-11"
about        = """
opencode keeps its messages in `~/.local/share/opencode/opencode.db`. It is read as it is, also while opencode runs. One row is
one message of the assistant.

- The counts are those of the message files of older versions (format opencode.message, which says how `input`, `output` and
  reasoning relate); a message that is in both counts once.
- A copied (forked) session repeats its messages under new ids. A message is known by its times and counts, so it counts once.
- Sub-agents have sessions of their own, in the same database.
- `cost` is what opencode worked out from public prices; 0 with a subscription.
"""

[fields]
session_id = "id"
directory = "str"
data = "str"
*/
-- One message of the assistant a row. The message is JSON in a cell; its counts are texts until they were checked.
WITH parsed AS (
    SELECT file_id, line, session_id, directory, data, try_cast(data AS JSON) AS message
    FROM source
),

stated AS (
    SELECT
        file_id,
        line,
        session_id,
        message,
        coalesce(message ->> '$.path.cwd', directory) AS folder,
        message ->> '$.providerID' AS provider,
        message ->> '$.modelID' AS model,
        coalesce(message ->> '$.agent', message ->> '$.mode') AS agent,
        message ->> '$.variant' AS variant,
        message ->> '$.time.created' AS created,
        message ->> '$.time.completed' AS completed,
        CASE WHEN json_type(message, '$.cost') NOT IN ('OBJECT', 'ARRAY', 'NULL', 'BOOLEAN') THEN message ->> '$.cost' END
            AS cost,
        message ->> '$.tokens.input' AS input_text,
        message ->> '$.tokens.output' AS output_text,
        message ->> '$.tokens.reasoning' AS reasoning_text,
        message ->> '$.tokens.cache.read' AS read_text,
        message ->> '$.tokens.cache.write' AS written_text,
        message ->> '$.tokens.total' AS total_text,
        CASE WHEN data IS NOT NULL AND message IS NULL THEN 'data is no JSON. Export the database again.' END AS broken
    FROM parsed
    WHERE message IS NULL OR message ->> '$.role' = 'assistant'
),

number AS (
    SELECT
        *,
        strict_int(input_text) + coalesce(strict_int(read_text), 0) + coalesce(strict_int(written_text), 0) AS input_tokens,
        strict_int(output_text) AS output,
        strict_int(reasoning_text) AS reasoning,
        strict_int(read_text) AS read,
        strict_int(written_text) AS written,
        strict_int(total_text) AS total,
        coalesce(
            broken, bad_time('time.created', created), bad_time('time.completed', completed),
            bad_int('tokens.input', input_text), bad_int('tokens.output', output_text),
            bad_int('tokens.reasoning', reasoning_text), bad_int('tokens.cache.read', read_text),
            bad_int('tokens.cache.write', written_text), bad_int('tokens.total', total_text), bad_decimal('cost', cost)
        ) AS wrong
    FROM stated
),

counted AS (
    SELECT
        *,
        CASE
            WHEN total = input_tokens + output + reasoning THEN output + reasoning
            WHEN total = input_tokens + output THEN output
            WHEN reasoning > output OR (total IS NULL AND model LIKE '%gemini%') THEN output + reasoning
            ELSE output
        END AS output_tokens
    FROM number
)

SELECT
    any_time(created) AS started_at,
    CASE provider
        WHEN 'github-copilot' THEN 'github.copilot'
        WHEN 'github-copilot-enterprise' THEN 'github.copilot'
        WHEN 'azure-cognitive-services' THEN 'azure.ai.openai'
        ELSE provider_called(provider)
    END AS provider_name,
    model AS response_model,
    'chat' AS operation_name,
    input_tokens,
    read AS cache_read_input_tokens,
    written AS cache_creation_unsplit_input_tokens,
    output_tokens,
    reasoning AS reasoning_output_tokens,
    folder AS project,
    session_id,
    nullif(map_from_entries(list_filter(
        [{'key': 'agent', 'value': agent}, {'key': 'variant', 'value': variant}], lambda tag: tag.value IS NOT NULL
    )), MAP {}) AS tags,
    CASE WHEN json_type(message, '$.error') = 'OBJECT' THEN 'error' ELSE 'ok' END AS status,
    epoch_ms(any_time(completed)) - epoch_ms(any_time(created)) AS latency_ms,
    strict_decimal(cost) AS reported_cost,
    CASE WHEN strict_decimal(cost) IS NOT NULL THEN 'USD' END AS reported_currency,
    concat_ws(
        '|', 'opencode', created, coalesce(completed, ''), coalesce(provider, ''), coalesce(model, ''), input_tokens,
        coalesce(read, 0), coalesce(written, 0), output_tokens, coalesce(reasoning, 0)
    ) AS dedup_key,
    wrong AS reject_reason,
    file_id,
    line
FROM counted
WHERE wrong IS NOT NULL OR coalesce(input_tokens, 0) + coalesce(output_tokens, 0) > 0
