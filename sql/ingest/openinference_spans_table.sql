/* logcost
format   = "openinference.spans_table"
title    = "OpenInference spans as a table (Arize Phoenix: Parquet or CSV of its spans dataframe)"
reader   = ["parquet", "csv"]
identify = ['"attributes.llm.token_count.prompt"', '"attributes.llm.token_count.completion"', "start_time"]
scope    = "file"
grain    = "request"
docs     = "https://arize.com/docs/phoenix/tracing/how-to-tracing/importing-and-exporting-traces/extract-data-from-spans"
seen     = "2026-11"
about    = """
The spans dataframe of Phoenix (`client.get_spans_dataframe()`), saved as Parquet or CSV: one span a row, one column an attribute.

- Input includes cache reads and writes, output includes reasoning; columns that the table does not have are unknown.
- Of nested spans with usage the inner one counts; spans of agents, chains and tools are skipped where their trace holds the calls themselves.
- The provider's response id, where `attributes.output.value` keeps it, makes the same call in another log count once.
"""

[fields]
"context.trace_id" = "id"
"context.span_id" = "id"
parent_id = "id"
span_kind = "str"
start_time = "time"
end_time = "time"
status_code = "str"
"attributes.llm.model_name" = "str"
"attributes.llm.provider" = "str"
"attributes.llm.system" = "str"
"attributes.llm.token_count.prompt" = "int"
"attributes.llm.token_count.completion" = "int"
"attributes.llm.token_count.prompt_details.cache_read" = "int"
"attributes.llm.token_count.prompt_details.cache_write" = "int"
"attributes.llm.token_count.prompt_details.audio" = "int"
"attributes.llm.token_count.completion_details.reasoning" = "int"
"attributes.llm.token_count.completion_details.audio" = "int"
"attributes.llm.cost.total" = "decimal"
"attributes.session.id" = "id"
"attributes.user.id" = "id"
"attributes.output.value" = "str"
"attributes.metadata" = "json"
*/
-- One call a row. All spans are needed, because those without usage link the others.
WITH RECURSIVE span AS NOT MATERIALIZED (
    SELECT
        file_id,
        line,
        "context.trace_id" AS trace_id,
        "context.span_id" AS span_id,
        nullif(nullif(parent_id, ''), "context.span_id") AS parent_id,
        start_time,
        end_time,
        upper(coalesce(span_kind, '')) AS kind,
        upper(status_code) = 'ERROR' AS failed,
        "attributes.llm.model_name" AS model,
        coalesce(provider_called("attributes.llm.provider"), provider_called("attributes.llm.system")) AS provider,
        "attributes.llm.token_count.prompt"::HUGEINT AS input,
        "attributes.llm.token_count.completion" AS output,
        "attributes.llm.token_count.prompt_details.cache_read"::HUGEINT AS cache_read,
        "attributes.llm.token_count.prompt_details.cache_write"::HUGEINT AS written,
        "attributes.llm.token_count.prompt_details.audio" AS audio_in,
        "attributes.llm.token_count.completion_details.audio" AS audio_out,
        "attributes.llm.token_count.completion_details.reasoning" AS reasoning,
        "attributes.llm.cost.total" AS cost,
        "attributes.session.id" AS session_id,
        "attributes.user.id" AS user_id,
        "attributes.metadata" AS metadata,
        coalesce(greatest("attributes.llm.token_count.prompt", "attributes.llm.token_count.completion") > 0, FALSE) AS has_usage,
        coalesce(
            nullif(regexp_extract("attributes.output.value", '^\s*\{\s*"id":\s*"((chatcmpl-|resp_|msg_|gen-)[^"]+)"', 1), ''),
            nullif(regexp_extract("attributes.output.value", '"(response_id|responseId)":\s*"([A-Za-z0-9_-]{10,})"', 2), '')
        ) AS response_id
    FROM source
),

-- What links the spans: of a large file only this is held in memory.
link AS MATERIALIZED (
    SELECT file_id, trace_id, span_id, parent_id, has_usage, response_id, kind FROM span
),

above AS (
    SELECT file_id, trace_id, parent_id AS span_id, response_id FROM link WHERE has_usage AND parent_id IS NOT NULL
    UNION
    SELECT above.file_id, above.trace_id, link.parent_id, above.response_id
    FROM above
    INNER JOIN link ON
        link.file_id = above.file_id AND link.trace_id IS NOT DISTINCT FROM above.trace_id AND link.span_id = above.span_id
    WHERE link.parent_id IS NOT NULL
),

with_calls AS (
    SELECT DISTINCT file_id, trace_id FROM link WHERE has_usage AND kind IN ('LLM', 'EMBEDDING', 'RERANKER')
)

SELECT
    any_time(start_time) AS started_at,
    -- How many calls an agent's sum holds is not stated.
    CASE WHEN kind NOT IN ('AGENT', 'CHAIN', 'TOOL', 'RETRIEVER', 'GUARDRAIL', 'EVALUATOR') THEN 1 END AS requests,
    coalesce(provider, maker_of(model)) AS provider_name,
    nullif(model, '') AS response_model,
    CASE kind WHEN 'EMBEDDING' THEN 'embeddings' WHEN 'RERANKER' THEN 'rerank' ELSE 'chat' END AS operation_name,
    -- Older instrumentation of Anthropic counted the cache apart, which shows when it is more than the input.
    CASE
        WHEN coalesce(cache_read, 0) + coalesce(written, 0) > input THEN input + coalesce(cache_read, 0) + coalesce(written, 0)
        ELSE input
    END AS input_tokens,
    cache_read AS cache_read_input_tokens,
    written AS cache_creation_unsplit_input_tokens,
    output AS output_tokens,
    reasoning AS reasoning_output_tokens,
    audio_in AS input_audio_tokens,
    audio_out AS output_audio_tokens,
    user_id,
    session_id,
    json_tags(json_inside(metadata)) AS tags,
    CASE WHEN failed THEN 'error' ELSE 'ok' END AS status,
    CASE WHEN any_time(end_time) >= any_time(start_time) THEN epoch_ms(any_time(end_time)) - epoch_ms(any_time(start_time)) END
        AS latency_ms,
    strict_decimal(cost) AS reported_cost,
    CASE WHEN strict_decimal(cost) IS NOT NULL THEN 'USD' END AS reported_currency,
    coalesce(response_id, span_key(trace_id, span_id)) AS dedup_key,
    coalesce(bad_time('start_time', start_time), bad_decimal('attributes.llm.cost.total', cost)) AS reject_reason,
    file_id,
    line
FROM span
WHERE
    has_usage
    AND NOT EXISTS (
        FROM above
        WHERE
            above.file_id = span.file_id
            AND above.trace_id IS NOT DISTINCT FROM span.trace_id
            AND above.span_id = span.span_id
            AND (above.response_id IS NULL OR span.response_id IS NULL OR above.response_id = span.response_id)
    )
    AND NOT (
        kind IN ('AGENT', 'CHAIN', 'TOOL', 'RETRIEVER', 'GUARDRAIL', 'EVALUATOR')
        AND EXISTS (
            FROM with_calls WHERE with_calls.file_id = span.file_id AND with_calls.trace_id IS NOT DISTINCT FROM span.trace_id
        )
    )
