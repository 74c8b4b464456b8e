/* logcost
format   = "weave.calls"
title    = "W&B Weave: exported calls, one object a line or in an array"
reader   = ["json_lines", "json_document"]
identify = ["op_name", "trace_id", "started_at", "summary"]
scope    = "file"
apart    = ["trace_id"]
grain    = "request"
docs     = "https://docs.wandb.ai/weave/guides/tracking/tracing"
seen     = "2026-11"
about    = """
Calls of a Weave project as its API returns them (`calls/stream_query`), one a line or as an array.

- Parents carry the sums of their children, so only calls with usage that have no call with usage below them count; each model of their `summary.usage` is a row.
- Counts are what the provider's API said: OpenAI-like names hold the cache inside the input, Anthropic's beside it (told by the model's name). Where cached tokens are stated and nothing tells, the row is rejected.
- A project that samples (`tracing_sample_rate`) holds a part of the calls only. Weave's own cost sums are not read.
- The provider's response id, where the output keeps it, makes the same call in another log count once.
"""

[fields]
id = "id"
trace_id = "id"
parent_id = "id"
op_name = "str"
project_id = "str"
started_at = "time"
ended_at = "time"
thread_id = "id"
wb_user_id = "id"
exception = "str"
output = "json"
summary.usage = "json"
*/
-- One model of one call a row.
WITH RECURSIVE call AS (
    SELECT
        * EXCLUDE (summary, output) REPLACE (nullif(parent_id, id) AS parent_id),
        CASE WHEN json_type(summary.usage::JSON) = 'OBJECT' AND summary.usage <> '{}' THEN summary.usage::JSON END AS usage,
        json_inside(output) ->> '$.id' AS answer_id
    FROM source
),

above AS (
    SELECT file_id, trace_id, parent_id AS id FROM call WHERE usage IS NOT NULL AND parent_id IS NOT NULL
    UNION
    SELECT above.file_id, above.trace_id, call.parent_id
    FROM above
    INNER JOIN call ON call.file_id = above.file_id AND call.trace_id IS NOT DISTINCT FROM above.trace_id AND call.id = above.id
    WHERE call.parent_id IS NOT NULL
),

of_model AS (
    SELECT *, unnest(map_entries(try_cast(usage AS MAP(VARCHAR, JSON)))) AS entry
    FROM call
    WHERE
        usage IS NOT NULL
        AND NOT EXISTS (
            FROM above
            WHERE above.file_id = call.file_id AND above.trace_id IS NOT DISTINCT FROM call.trace_id AND above.id = call.id
        )
),

-- The usage is put back into the body of the API that it came from, so that its rule applies.
counted AS (
    SELECT
        *,
        entry.key AS model,
        entry.value AS stated,
        body_of(
            '{"type": "' || CASE WHEN entry.key LIKE '%claude%' THEN 'message' ELSE '' END || '", "object": "'
            || CASE
                WHEN entry.key NOT LIKE '%claude%' AND json_exists(entry.value, '$.input_tokens_details') THEN 'response'
                ELSE ''
            END
            || '", "usage": ' || entry.value::VARCHAR || '}'
        ) AS body
    FROM of_model
),

placed AS (
    SELECT
        *,
        strict_int(body.usage.input_tokens) AS bare_input,
        strict_int(body.usage.output_tokens) AS bare_output,
        coalesce(strict_int(body.usage.cache_read_input_tokens), 0)
            + coalesce(strict_int(body.usage.cache_creation_input_tokens), 0) AS cached
    FROM counted
)

SELECT
    any_time(started_at) AS started_at,
    coalesce(strict_int(stated ->> '$.requests'), 1) AS requests,
    maker_of(model) AS provider_name,
    model AS response_model,
    coalesce(operation_called(regexp_extract(op_name, '([^/:]+)(:[^/:]*)?$', 1)), 'chat') AS operation_name,
    coalesce(body_input(body), bare_input) AS input_tokens,
    body_cache_read(body) AS cache_read_input_tokens,
    body_written_5m(body) AS cache_creation_5m_input_tokens,
    body_written_1h(body) AS cache_creation_1h_input_tokens,
    body_written_unsplit(body) AS cache_creation_unsplit_input_tokens,
    coalesce(body_output(body), bare_output) AS output_tokens,
    body_reasoning(body) AS reasoning_output_tokens,
    project_id AS project,
    wb_user_id AS user_id,
    thread_id AS session_id,
    CASE WHEN exception <> '' THEN 'error' ELSE 'ok' END AS status,
    CASE WHEN any_time(ended_at) >= any_time(started_at) THEN epoch_ms(any_time(ended_at)) - epoch_ms(any_time(started_at)) END
        AS latency_ms,
    CASE
        WHEN regexp_matches(answer_id, '^(chatcmpl-|resp_|msg_|gen-)') AND len(json_keys(usage)) = 1 THEN answer_id
        ELSE 'weave|' || id || '|' || model
    END AS dedup_key,
    coalesce(
        bad_time('started_at', started_at),
        CASE
            WHEN body_kind(body) IS NULL AND cached > 0
                THEN 'Whether input_tokens contains the cached tokens cannot be told from this model''s name.'
        END
    ) AS reject_reason,
    file_id,
    line
FROM placed
WHERE coalesce(body_input(body), bare_input, 0) + coalesce(body_output(body), bare_output, 0) > 0
