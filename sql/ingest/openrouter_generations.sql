/* logcost
format   = "openrouter.generations"
title    = "OpenRouter activity, generation by generation (CSV)"
reader   = "csv"
identify = ["cost_total", "tokens_prompt", "tokens_completion", "model_permaslug"]
scope    = "file"
grain    = "request"
docs     = "https://openrouter.ai/activity"
seen     = "2026-11"
about    = """
The per-generation export of OpenRouter's activity page (`openrouter_activity_<date>.csv`), one call a row; older files have
fewer columns. `created_at` is UTC (the file does not say; the time inside the generation ids agrees). Completion tokens include
reasoning; cached tokens are taken as part of the prompt (not confirmed by OpenRouter: a row with more cached than prompt tokens
is rejected).

`cost_total` is what OpenRouter charged in US dollars; `cost_cache` (negative: a saving) is already in it. What your own account
at the provider paid (`byok_usage_inference`) stays a tag. A variant such as `:free` is part of the requested model. Calls that
failed without tokens and cost are skipped. The answer to the same call in your own log has the same id and counts once; in older files without ids the
same time, model and counts in two exports are one call. Amounts
of more than 15 decimals are rounded to 15, half to even.
"""

[fields]
generation_id = "str"
created_at = "time"
cost_total = "decimal"
byok_usage_inference = "decimal"
tokens_prompt = "decimal"
tokens_completion = "decimal"
tokens_reasoning = "decimal"
tokens_cached = "decimal"
model_permaslug = "str"
provider_name = "str"
variant = "str"
cancelled = "str"
streamed = "str"
user = "id"
finish_reason_normalized = "str"
generation_time_ms = "decimal"
api_key_name = "id"
app_name = "str"
*/
-- One call a row. Older files have no ids: there the time to the millisecond, the model and the counts are the call.
WITH call AS (
    SELECT
        *,
        CASE WHEN generation_id IS NULL AND any_time(created_at) IS NOT NULL THEN concat_ws(
            '|', 'openrouter.generations', epoch_us(any_time(created_at)), coalesce(model_permaslug, ''), coalesce(provider_name, ''),
            coalesce(tokens_prompt, ''), coalesce(tokens_completion, ''), coalesce(cost_total, '')
        ) END AS described
    FROM source
),

-- Equal calls of one file are told apart, not lost.
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY file_id, described ORDER BY line) AS position
    FROM call
)

SELECT
    any_time(created_at) AS started_at,
    'openrouter' AS provider_name,
    CASE
        WHEN coalesce(variant, 'standard') = 'standard' OR model_permaslug LIKE '%:%' THEN model_permaslug
        ELSE model_permaslug || ':' || variant
    END AS request_model,
    model_permaslug AS response_model,
    strict_int(tokens_prompt) AS input_tokens,
    strict_int(tokens_cached) AS cache_read_input_tokens,
    strict_int(tokens_completion) AS output_tokens,
    strict_int(tokens_reasoning) AS reasoning_output_tokens,
    api_key_name AS api_key_id,
    app_name AS project,
    "user" AS user_id,
    nullif(map_from_entries(list_filter(
        [
            {'key': 'upstream_provider', 'value': provider_name},
            {
                'key': 'byok_usage_inference',
                'value': CASE WHEN strict_decimal(byok_usage_inference) <> 0 THEN byok_usage_inference END
            }
        ],
        lambda tag: tag.value IS NOT NULL
    )), MAP {}) AS tags,
    CASE
        WHEN lower(cancelled) = 'true' THEN 'cancelled'
        WHEN finish_reason_normalized = 'error' THEN 'error'
        WHEN finish_reason_normalized IS NOT NULL THEN 'ok'
    END AS status,
    CASE lower(streamed) WHEN 'true' THEN true WHEN 'false' THEN false END AS streamed,
    round(strict_decimal(generation_time_ms))::BIGINT AS latency_ms,
    strict_decimal(cost_total) AS reported_cost,
    CASE WHEN cost_total IS NOT NULL THEN 'USD' END AS reported_currency,
    coalesce(generation_id, described || CASE WHEN position > 1 THEN '#' || position ELSE '' END) AS dedup_key,
    coalesce(
        bad_time('created_at', created_at), bad_decimal('cost_total', cost_total), bad_int('tokens_prompt', tokens_prompt),
        bad_int('tokens_completion', tokens_completion), bad_int('tokens_reasoning', tokens_reasoning),
        bad_int('tokens_cached', tokens_cached), bad_decimal('byok_usage_inference', byok_usage_inference),
        bad_int('generation_time_ms', split_part(generation_time_ms, '.', 1))
    ) AS reject_reason,
    file_id,
    line
FROM numbered
-- A call that failed states zeros.
WHERE coalesce(tokens_prompt, tokens_completion, cost_total) IS NOT NULL
    AND NOT (
        coalesce(strict_int(tokens_prompt) = 0, tokens_prompt IS NULL)
        AND coalesce(strict_int(tokens_completion) = 0, tokens_completion IS NULL)
        AND coalesce(strict_decimal(cost_total) = 0, cost_total IS NULL)
    )
