/* logcost
format        = "openai.embeddings"
title         = "OpenAI embeddings, and services that answer in their shape: responses, or request and response pairs"
reader        = ["json_lines", "json_document"]
bodies        = [
    "response.body", "response.data", "response", "resp.body", "resp", "response_body", "output", "result", "completion", "body",
    "data", "payload",
]
identify      = ["data", "usage.total_tokens"]
identify_none = ["litellm_call_id", "request_created_at", "ai_model", "op_name", "ai.proxy.usage"]
where         = { object = "list" }
keep          = ["usage.prompt_tokens", "usage.total_tokens"]
scope         = "row"
grain         = "request"
on_duplicate  = "largest"
docs          = "https://platform.openai.com/docs/api-reference/embeddings/create"
seen          = "2026-11"
about         = """
Bodies of the embeddings endpoint, bare, beside their request, or as lines of a batch's output. One body is one call. A log that
mixes chats and embeddings is read, too.

- `prompt_tokens` is the input; a service that states the total alone (Voyage) has nothing but input. There is no output.
- OpenAI's bodies have neither id nor time. A batch's output (`batch_req_...`) and a log with the header `x-request-id` (`req_...`) name
  the call; otherwise the same call in two files cannot be told, and counts twice. The time comes from what is logged around the
  body.
- Some services read cached tokens for embeddings, none states them: the count is unknown.
"""

[fields]
id = "str"
object = "str"
model = "str"
created = "time"
[fields.usage]
prompt_tokens = "int"
total_tokens = "int"
cost = "decimal"

[wrapper]
id = "id"
ts = "time"
timestamp = "time"
started_at = "time"
created_at = "time"
latency_ms = "float"
workload = "id"
feature = "id"
project = "id"
session_id = "id"
user_id = "id"
api_key_id = "id"
tags = "json"
custom_id = "id"
[wrapper.req]
model = "str"
[wrapper.response.headers]
x-request-id = "str[]"
[wrapper.request]
host = "str"
url = "str"
model = "str"
user = "id"
[wrapper.request.body]
model = "str"
user = "id"
*/
-- One body a row. There is no output; a total alone is the input.
WITH call AS (
    SELECT
        *,
        coalesce(created, wrapper.ts, wrapper.timestamp, wrapper.started_at, wrapper.created_at) AS stated_at,
        lower(coalesce(wrapper.request.host, wrapper.request.url, '')) AS host
    FROM source
)

SELECT
    any_time(stated_at) AS started_at,
    provider_of_body(host, model) AS provider_name,
    coalesce(wrapper.request.body.model, wrapper.request.model, wrapper.req.model) AS request_model,
    model AS response_model,
    'embeddings' AS operation_name,
    -- Only lines of a batch's output have a custom_id.
    CASE WHEN wrapper.custom_id IS NOT NULL THEN 'batch' END AS service_tier,
    coalesce(usage.prompt_tokens, usage.total_tokens) AS input_tokens,
    wrapper.api_key_id AS api_key_id,
    wrapper.project AS project,
    coalesce(wrapper.user_id, wrapper.request.body.user, wrapper.request.user) AS user_id,
    wrapper.session_id AS session_id,
    coalesce(wrapper.workload, wrapper.feature) AS workload,
    json_tags(wrapper.tags) AS tags,
    'ok' AS status,
    round(wrapper.latency_ms)::BIGINT AS latency_ms,
    strict_decimal(usage.cost) AS reported_cost,
    CASE WHEN strict_decimal(usage.cost) IS NOT NULL THEN 'USD' END AS reported_currency,
    coalesce(nullif(id, ''), request_key(wrapper.id, wrapper.response.headers."x-request-id")) AS dedup_key,
    coalesce(bad_time('created', stated_at), bad_decimal('usage.cost', usage.cost)) AS reject_reason,
    file_id,
    line
FROM call
