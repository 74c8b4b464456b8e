/* logcost
format        = "cohere.api"
title         = "Cohere chat, embed, rerank and classify, v1 and v2: responses, or request and response pairs"
reader        = ["json_lines", "json_document", "sse"]
bodies        = [
    "response.body", "response.data", "response", "resp.body", "resp", "response_body", "output", "result", "completion", "body",
    "data", "payload",
]
identify      = []
identify_any  = ["usage.billed_units", "meta.billed_units", "delta.usage.billed_units"]
identify_none = ["litellm_call_id", "request_created_at", "ai_model", "op_name", "ai.proxy.usage"]
keep          = ["usage.billed_units", "meta.billed_units", "delta.usage.billed_units"]
scope         = "row"
grain         = "request"
on_duplicate  = "largest"
docs          = "https://docs.cohere.com/reference/chat"
seen          = "2026-11"
about         = """
Bodies of Cohere's API, bare or beside their request; of a stream, the event that ends it. One body is one call.

- The counts are `billed_units`, by which Cohere bills. `tokens` counts its prompt template too (91 against 25) and is not read.
- `cached_tokens` counts parts of `tokens`, not of the billed units, so cache reads stay unknown.
- Search units (rerank), classifications and images are further units.
- The counts are written as 25 or 25.0; a count with a fraction is a reject.
- No body states a time; chat states no model either. Both come from what is logged around it: `ts`, and the request's `model`.
"""

[fields]
id = "str"
generation_id = "str"
response_type = "str"
model = "str"
[fields.usage.billed_units]
input_tokens = "int"
output_tokens = "int"
search_units = "int"
classifications = "int"
images = "int"
[fields.delta.usage.billed_units]
input_tokens = "int"
output_tokens = "int"
search_units = "int"
[fields.meta.billed_units]
input_tokens = "int"
output_tokens = "int"
search_units = "int"
classifications = "int"
images = "int"

[wrapper]
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
[wrapper.req]
model = "str"
[wrapper.request]
host = "str"
url = "str"
path = "str"
model = "str"
stream = "bool"
[wrapper.request.body]
model = "str"
stream = "bool"

# Only the first event of a stream names its id, only the last its usage.
[stream]
identify = ["type", "delta"]
where    = { type = [
    "message-start", "tool-plan-delta", "tool-call-start", "tool-call-delta", "tool-call-end", "content-start", "content-delta",
    "content-end", "citation-start", "citation-end", "message-end",
] }
*/
-- One body a row. The billed units stand in `usage` (v2), in `meta` (v1), or in the last event of a stream.
WITH call AS (
    SELECT
        *,
        coalesce(usage.billed_units.input_tokens, meta.billed_units.input_tokens, delta.usage.billed_units.input_tokens) AS asked,
        coalesce(usage.billed_units.output_tokens, meta.billed_units.output_tokens, delta.usage.billed_units.output_tokens) AS answered,
        coalesce(usage.billed_units.search_units, meta.billed_units.search_units, delta.usage.billed_units.search_units) AS searches,
        coalesce(usage.billed_units.classifications, meta.billed_units.classifications) AS classified,
        coalesce(usage.billed_units.images, meta.billed_units.images) AS images,
        coalesce(wrapper.ts, wrapper.timestamp, wrapper.started_at, wrapper.created_at) AS stated_at,
        lower(coalesce(wrapper.request.host, wrapper.request.url, '')) AS host,
        regexp_extract(coalesce(wrapper.request.path, wrapper.request.url), '/v[12]/([a-z]+)', 1) AS endpoint
    FROM source
)

SELECT
    any_time(stated_at) AS started_at,
    CASE
        WHEN host LIKE '%amazonaws.com%' THEN 'aws.bedrock'
        WHEN host LIKE '%.azure.com%' THEN 'azure.ai.inference'
        WHEN host = '' OR host LIKE '%cohere.%' THEN 'cohere'
    END AS provider_name,
    coalesce(wrapper.request.body.model, wrapper.request.model, wrapper.req.model) AS request_model,
    model AS response_model,
    CASE
        WHEN endpoint IN ('chat', 'rerank') THEN endpoint
        WHEN endpoint = 'embed' THEN 'embeddings'
        WHEN endpoint = 'generate' THEN 'text_completion'
        WHEN answered IS NOT NULL THEN 'chat'
        WHEN searches IS NOT NULL THEN 'rerank'
        WHEN classified IS NOT NULL THEN 'classification'
        ELSE 'embeddings'
    END AS operation_name,
    asked AS input_tokens,
    answered AS output_tokens,
    nullif(map_from_entries(list_filter(
        [
            {'key': 'search_units', 'value': searches},
            {'key': 'classifications', 'value': classified},
            {'key': 'images', 'value': images}
        ],
        lambda unit: unit.value IS NOT NULL
    )), MAP {}) AS other_units,
    wrapper.api_key_id AS api_key_id,
    wrapper.project AS project,
    wrapper.user_id AS user_id,
    wrapper.session_id AS session_id,
    coalesce(wrapper.workload, wrapper.feature) AS workload,
    json_tags(wrapper.tags) AS tags,
    'ok' AS status,
    coalesce(wrapper.request.body.stream, wrapper.request.stream) AS streamed,
    round(wrapper.latency_ms)::BIGINT AS latency_ms,
    coalesce(nullif(id, ''), nullif(generation_id, '')) AS dedup_key,
    bad_time('ts', stated_at) AS reject_reason,
    file_id,
    line
FROM call
