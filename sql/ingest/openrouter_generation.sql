/* logcost
format   = "openrouter.generation"
title    = "OpenRouter generation API (JSON)"
reader   = ["json_document", "json_lines"]
identify = ["data.id", "data.native_tokens_prompt", "data.total_cost"]
scope    = "row"
grain    = "request"
docs     = "https://openrouter.ai/docs/api-reference/generations/get-generation"
seen     = "2026-11"
about    = """
The answer of `GET https://openrouter.ai/api/v1/generation?id=...`, one call; several may stand in one file, one a line. The
native counts are those of the model's own tokenizer, which OpenRouter bills; `tokens_prompt` and `tokens_completion` are
normalised and used only when the native ones are absent. Cached tokens are part of the prompt, reasoning is part of the
completion. `total_cost` is what OpenRouter charged in US dollars; with your own key (`is_byok`) the provider's share
(`upstream_inference_cost`) is not in it and stays a tag. Calls that failed without tokens and cost are skipped.
"""

[fields]
[fields.data]
id = "str"
model = "str"
created_at = "time"
tokens_prompt = "int"
tokens_completion = "int"
native_tokens_prompt = "int"
native_tokens_completion = "int"
native_tokens_completion_images = "int"
native_tokens_reasoning = "int"
native_tokens_cached = "int"
total_cost = "decimal"
usage = "decimal"
upstream_inference_cost = "decimal"
is_byok = "bool"
service_tier = "str"
data_region = "str"
provider_name = "str"
streamed = "bool"
cancelled = "bool"
finish_reason = "str"
generation_time = "float"
latency = "float"
api_type = "str"
external_user = "id"
session_id = "id"
app_id = "id"
router = "str"
*/
-- One call a row; the native counts are those that are billed.
WITH generation AS (
    SELECT
        file_id,
        line,
        data.*,
        coalesce(data.native_tokens_prompt, data.tokens_prompt) AS prompt,
        coalesce(data.native_tokens_completion, data.tokens_completion) AS completion,
        coalesce(data.total_cost, data.usage) AS cost
    FROM source
    WHERE data.id IS NOT NULL
)

SELECT
    any_time(created_at) AS started_at,
    'openrouter' AS provider_name,
    coalesce(router, model) AS request_model,
    model AS response_model,
    CASE
        WHEN api_type = 'embeddings' THEN 'embeddings'
        WHEN api_type IN ('completions', 'chat', 'responses', 'messages') THEN 'chat'
        ELSE api_type
    END AS operation_name,
    CASE WHEN service_tier = 'default' THEN 'standard' WHEN service_tier <> 'auto' THEN service_tier END AS service_tier,
    data_region AS region,
    prompt AS input_tokens,
    native_tokens_cached AS cache_read_input_tokens,
    completion AS output_tokens,
    native_tokens_reasoning AS reasoning_output_tokens,
    native_tokens_completion_images AS output_image_tokens,
    app_id AS project,
    external_user AS user_id,
    session_id,
    nullif(map_from_entries(list_filter(
        [
            {'key': 'upstream_provider', 'value': provider_name},
            {'key': 'upstream_inference_cost', 'value': CASE WHEN is_byok THEN upstream_inference_cost END}
        ],
        lambda tag: tag.value IS NOT NULL
    )), MAP {}) AS tags,
    CASE
        WHEN cancelled THEN 'cancelled'
        WHEN finish_reason = 'error' THEN 'error'
        WHEN finish_reason IS NOT NULL THEN 'ok'
    END AS status,
    streamed,
    CASE WHEN coalesce(generation_time, latency) >= 0 THEN round(coalesce(generation_time, latency))::BIGINT END AS latency_ms,
    strict_decimal(cost) AS reported_cost,
    CASE WHEN cost IS NOT NULL THEN 'USD' END AS reported_currency,
    id AS dedup_key,
    coalesce(bad_time('created_at', created_at), bad_decimal('total_cost', cost)) AS reject_reason,
    file_id,
    line
FROM generation
WHERE coalesce(prompt, completion) IS NOT NULL
    AND NOT (coalesce(prompt, 0) = 0 AND coalesce(completion, 0) = 0 AND coalesce(strict_decimal(cost), 0) = 0)
