/* logcost
format   = "cloudflare.ai_gateway_page"
title    = "Cloudflare AI Gateway: pages of logs as its API returns them"
reader   = ["json_lines", "json_document"]
identify = ["result.tokens_in", "result.tokens_out", "result.cached", "result.provider"]
records  = "result[]"
scope    = "row"
grain    = "request"
docs     = "https://developers.cloudflare.com/ai-gateway/observability/logging/"
seen     = "2026-11"
note     = "Cloudflare's logs do not say what the provider's prompt cache served: cache and reasoning counts are unknown, and a price computed from them is an upper bound."
about    = """
The answer of `GET /accounts/{account}/ai-gateway/gateways/{gateway}/logs`: `{"result": [...], "result_info": ...}`. Give all pages.

- `tokens_in` and `tokens_out` are all there is: nothing tells cached tokens or reasoning apart, and for Anthropic whether `tokens_in` contains cached tokens is not documented.
- `cost` (USD, Cloudflare's estimate, or your own where `custom_cost` is set) becomes the reported cost.
- Answers from the gateway's own cache (`cached`) cost nothing and are skipped, as are calls without counts.
- The provider's response id is not logged: do not load an application's log of the same calls as well.
"""

[fields]
[[fields.result]]
id = "id"
created_at = "time"
provider = "str"
model = "str"
model_type = "str"
duration = "float"
success = "bool"
cached = "bool"
tokens_in = "int"
tokens_out = "int"
cost = "decimal"
metadata = "json"
*/
-- One request a row.
WITH request AS (
    SELECT file_id, line, result.* FROM source
)

SELECT
    any_time(created_at) AS started_at,
    coalesce(
        CASE lower(provider) WHEN 'workers-ai' THEN 'cloudflare.workers_ai' WHEN 'google-ai-studio' THEN 'gcp.gemini' END,
        CASE lower(provider) WHEN 'google-vertex-ai' THEN 'gcp.vertex_ai' WHEN 'perplexity-ai' THEN 'perplexity' END,
        provider_called(provider),
        maker_of(model)
    ) AS provider_name,
    nullif(model, '') AS response_model,
    CASE WHEN coalesce(model_type, '') = '' THEN 'chat' ELSE operation_called(model_type) END AS operation_name,
    tokens_in AS input_tokens,
    tokens_out AS output_tokens,
    coalesce(json_tags(json_inside(metadata))['user_id'], json_tags(json_inside(metadata))['user']) AS user_id,
    json_tags(json_inside(metadata)) AS tags,
    CASE WHEN success THEN 'ok' WHEN NOT success THEN 'error' END AS status,
    round(duration)::BIGINT AS latency_ms,
    strict_decimal(cost) AS reported_cost,
    CASE WHEN strict_decimal(cost) IS NOT NULL THEN 'USD' END AS reported_currency,
    'cloudflare|' || nullif(id, '') AS dedup_key,
    coalesce(bad_time('created_at', created_at), bad_decimal('cost', cost)) AS reject_reason,
    file_id,
    line
FROM request
WHERE cached IS NOT TRUE AND coalesce(tokens_in, 0) + coalesce(tokens_out, 0) > 0
