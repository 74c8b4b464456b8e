/* logcost
format   = "portkey.logs"
title    = "Portkey: exported logs, JSON Lines"
reader   = ["json_lines", "json_document"]
identify = ["created_at", "ai_model"]
identify_any = ["req_units", "res_units", "total_units", "cost", "cache_status"]
scope    = "row"
grain    = "request"
docs     = "https://portkey.ai/docs/product/observability/logs-export"
seen     = "2026-11"
about    = """
A log export of Portkey. Choose at least `created_at`, `ai_org`, `ai_model`, `req_units`, `res_units`, `cost`, `cache_status`, `response_status_code`, `trace_id` and, where you can, `response.body`.

- With `response.body` the counts are the provider's own, with cache reads, writes and reasoning, and its response id makes the same call in another log count once.
- Without it there are `req_units` and `res_units` alone: nothing is known of the provider's prompt cache, and for Anthropic and Bedrock whether `req_units` contains cached tokens is not documented. Take such counts as a lower bound.
- `cost` is in cents; a hundredth of it becomes the reported cost.
- Hits of Portkey's own cache (`cache_status` HIT or SEMANTIC HIT) cost nothing and are skipped, as are failed calls without usage.
"""

[fields]
id = "id"
created_at = "time"
ai_org = "str"
ai_model = "str"
req_units = "int"
res_units = "int"
cost = "decimal"
cost_currency = "str"
is_success = "json"
response_status_code = "int64"
response_time = "float"
cache_status = "str"
stream_mode = "json"
trace_id = "id"
prompt_slug = "str"
prompt_version_id = "id"
metadata = "json"
response = "json"
"response.body" = "json"
*/
-- One call a row. What the provider itself said, in the response body, goes before Portkey's units.
WITH call AS (
    SELECT
        * EXCLUDE (response, "response.body"),
        body_of(coalesce("response.body", json_inside(response) -> '$.body', response)) AS body,
        json_tags(json_inside(metadata)) AS labels
    FROM source
)

SELECT
    any_time(created_at) AS started_at,
    coalesce(provider_called(ai_org), maker_of(coalesce(body.model, body.modelVersion, ai_model))) AS provider_name,
    nullif(ai_model, '') AS request_model,
    coalesce(body.model, body.modelVersion, nullif(ai_model, '')) AS response_model,
    'chat' AS operation_name,
    body_tier(body) AS service_tier,
    coalesce(body_input(body), req_units) AS input_tokens,
    body_cache_read(body) AS cache_read_input_tokens,
    body_written_5m(body) AS cache_creation_5m_input_tokens,
    body_written_1h(body) AS cache_creation_1h_input_tokens,
    body_written_unsplit(body) AS cache_creation_unsplit_input_tokens,
    CASE WHEN body_input(body) IS NOT NULL THEN body_output(body) ELSE res_units END AS output_tokens,
    body_reasoning(body) AS reasoning_output_tokens,
    coalesce(labels['_user'], labels['user']) AS user_id,
    nullif(trace_id, '') AS session_id,
    map_concat(labels, nullif(map_from_entries(list_filter(
        [{'key': 'prompt_slug', 'value': prompt_slug}, {'key': 'prompt_version', 'value': prompt_version_id}],
        lambda tag: tag.value IS NOT NULL AND tag.value <> ''
    )), MAP {})) AS tags,
    CASE
        WHEN is_success IN ('1', 'true', '"1"', '"true"') THEN 'ok'
        WHEN is_success IN ('0', 'false', '"0"', '"false"') THEN 'error'
        WHEN response_status_code BETWEEN 200 AND 299 THEN 'ok'
        WHEN response_status_code >= 400 THEN 'error'
    END AS status,
    CASE
        WHEN stream_mode IN ('1', 'true', '"1"', '"true"') THEN TRUE
        WHEN stream_mode IN ('0', 'false', '"0"', '"false"') THEN FALSE
    END AS streamed,
    round(response_time)::BIGINT AS latency_ms,
    strict_decimal(cents(cost)) AS reported_cost,
    CASE WHEN strict_decimal(cost) IS NOT NULL THEN upper(coalesce(nullif(cost_currency, ''), 'USD')) END AS reported_currency,
    coalesce(body_id(body), 'portkey|' || nullif(id, '')) AS dedup_key,
    coalesce(bad_time('created_at', created_at), bad_decimal('cost', cost)) AS reject_reason,
    file_id,
    line
FROM call
WHERE
    coalesce(upper(cache_status), '') NOT IN ('HIT', 'SEMANTIC HIT', 'SIMPLE HIT')
    AND (
        coalesce(req_units, 0) + coalesce(res_units, 0) > 0
        OR coalesce(body_input(body), 0) + coalesce(body_output(body), 0) > 0
    )
