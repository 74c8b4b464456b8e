/* logcost
format   = "helicone.requests"
title    = "Helicone: requests, as its export tool or its query API writes them (JSON Lines, JSON, CSV)"
reader   = ["json_lines", "json_document", "csv"]
identify = ["request_created_at", "response_created_at", "response_status", "prompt_tokens", "completion_tokens"]
identify_any = ["request_id", "response_id"]
scope    = "row"
grain    = "request"
docs     = "https://docs.helicone.ai/tools/export"
seen     = "2026-11"
about    = """
Rows of Helicone's export tool (`@helicone/export`) or of its request query. Export with `--include-body` where you can.

- With the response body the counts are the provider's own, also cache reads, cache writes with their lifetime, and reasoning, and the provider's response id makes the same call in another log count once.
- Without it the counts are Helicone's columns. Its documentation does not say whether `prompt_tokens` contains the cached tokens. `total_tokens` or the size of the counts may decide it; OpenAI-like and Google APIs count them inside; where nothing decides, the row is rejected, never guessed. The CSV export has no cache columns: their counts are unknown.
- Answers from Helicone's own cache (`cache_reference_id`) cost nothing and are skipped, as are calls without usage.
- `cost` (or `costUSD`, USD, Helicone's calculation) becomes the reported cost.
"""

[fields]
request_id = "id"
response_id = "id"
request_created_at = "time"
response_created_at = "time"
response_status = "int64"
model = "str"
request_model = "str"
response_model = "str"
model_override = "str"
provider = "str"
prompt_tokens = "int"
prompt_cache_read_tokens = "int"
prompt_cache_write_tokens = "int"
prompt_audio_tokens = "int"
completion_tokens = "int"
completion_audio_tokens = "int"
total_tokens = "int"
delay_ms = "float"
cost = "decimal"
costUSD = "decimal"
request_user_id = "id"
request_properties = "json"
properties = "json"
prompt_id = "id"
prompt_version = "id"
cache_reference_id = "id"
response_body = "json"
*/
-- One request a row. What the provider itself said, in the response body, goes before Helicone's columns.
WITH request AS (
    SELECT
        * EXCLUDE (response_body),
        body_of(response_body) AS body,
        coalesce(prompt_cache_read_tokens, 0) + coalesce(prompt_cache_write_tokens, 0) AS cached,
        coalesce(json_tags(json_inside(request_properties)), json_tags(json_inside(properties))) AS labels,
        coalesce(cost, costUSD) AS stated_cost
    FROM source
),

-- Where the cached tokens of Helicone's columns stand: TRUE inside prompt_tokens, FALSE beside it, NULL when nothing tells.
placed AS (
    SELECT
        *,
        coalesce(provider_called(provider), maker_of(coalesce(response_model, body.model, model))) AS provider_name,
        CASE
            WHEN cached = 0 THEN TRUE
            WHEN total_tokens = prompt_tokens + cached + coalesce(completion_tokens, 0) THEN FALSE
            WHEN cached > prompt_tokens THEN FALSE
            WHEN coalesce(provider_called(provider), maker_of(coalesce(response_model, model)), '') IN (
                'openai', 'azure.ai.openai', 'gcp.gemini', 'gcp.vertex_ai', 'deepseek', 'groq', 'mistral_ai', 'x_ai', 'openrouter'
            ) THEN TRUE
        END AS inside
    FROM request
)

SELECT
    any_time(request_created_at) AS started_at,
    provider_name,
    coalesce(nullif(model_override, ''), nullif(request_model, '')) AS request_model,
    coalesce(nullif(response_model, ''), body.model, body.modelVersion, nullif(model, '')) AS response_model,
    'chat' AS operation_name,
    body_tier(body) AS service_tier,
    CASE
        WHEN body_input(body) IS NOT NULL THEN body_input(body)
        WHEN inside THEN prompt_tokens
        ELSE prompt_tokens + cached
    END AS input_tokens,
    CASE WHEN body_input(body) IS NOT NULL THEN body_cache_read(body) ELSE prompt_cache_read_tokens END
        AS cache_read_input_tokens,
    CASE WHEN body_input(body) IS NOT NULL THEN body_written_5m(body) END AS cache_creation_5m_input_tokens,
    CASE WHEN body_input(body) IS NOT NULL THEN body_written_1h(body) END AS cache_creation_1h_input_tokens,
    CASE WHEN body_input(body) IS NOT NULL THEN body_written_unsplit(body) ELSE prompt_cache_write_tokens END
        AS cache_creation_unsplit_input_tokens,
    CASE WHEN body_input(body) IS NOT NULL THEN body_output(body) ELSE completion_tokens END AS output_tokens,
    body_reasoning(body) AS reasoning_output_tokens,
    prompt_audio_tokens AS input_audio_tokens,
    completion_audio_tokens AS output_audio_tokens,
    nullif(request_user_id, '') AS user_id,
    coalesce(labels['Helicone-Session-Id'], labels['helicone-session-id']) AS session_id,
    map_concat(labels, nullif(map_from_entries(list_filter(
        [{'key': 'prompt_id', 'value': prompt_id}, {'key': 'prompt_version', 'value': prompt_version}],
        lambda tag: tag.value IS NOT NULL AND tag.value <> ''
    )), MAP {})) AS tags,
    CASE WHEN response_status BETWEEN 200 AND 299 THEN 'ok' WHEN response_status >= 400 THEN 'error' END AS status,
    coalesce(
        round(delay_ms)::BIGINT,
        CASE
            WHEN any_time(response_created_at) >= any_time(request_created_at)
                THEN epoch_ms(any_time(response_created_at)) - epoch_ms(any_time(request_created_at))
        END
    ) AS latency_ms,
    strict_decimal(stated_cost) AS reported_cost,
    CASE WHEN strict_decimal(stated_cost) IS NOT NULL THEN 'USD' END AS reported_currency,
    coalesce(body_id(body), 'helicone|' || coalesce(nullif(request_id, ''), nullif(response_id, ''))) AS dedup_key,
    coalesce(
        bad_time('request_created_at', request_created_at),
        bad_decimal('cost', stated_cost),
        CASE
            WHEN body_input(body) IS NULL AND inside IS NULL
                THEN 'Whether prompt_tokens contains the cached tokens cannot be told for this provider. '
                || 'Export again with --include-body.'
        END
    ) AS reject_reason,
    file_id,
    line
FROM placed
-- The nil UUID says that the answer did not come from Helicone's cache.
WHERE
    coalesce(nullif(cache_reference_id, ''), '00000000-0000-0000-0000-000000000000') = '00000000-0000-0000-0000-000000000000'
    AND (
        coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0) + cached > 0
        OR coalesce(body_input(body), 0) + coalesce(body_output(body), 0) > 0
    )
