/* logcost
format        = "openai.moderations"
title         = "OpenAI moderations: responses, or request and response pairs"
reader        = ["json_lines", "json_document"]
bodies        = [
    "response.body", "response.data", "response", "resp.body", "resp", "response_body", "output", "result", "completion", "body",
    "data", "payload",
]
identify      = ["model", "results.flagged", "results.categories"]
identify_none = ["litellm_call_id", "request_created_at", "ai_model", "op_name", "ai.proxy.usage"]
where         = { object = [], usage = [], meta = [], inputTextTokenCount = [] }
keep          = ["results"]
scope         = "row"
grain         = "request"
on_duplicate  = "largest"
docs          = "https://platform.openai.com/docs/api-reference/moderations"
seen          = "2026-11"
note          = "Moderation responses carry no token counts; the usage API does."
about         = """
Bodies of the moderations endpoint, bare, beside their request, or as lines of a batch's output. One body is one call.

- A body states no token counts and no time. It is loaded so that the number of calls is right; moderation is free of charge.
- A body that names its usage is another service's and is not read here.
"""

[fields]
id = "str"
model = "str"
object = "str"
inputTextTokenCount = "int"
[fields.usage]
total_tokens = "float"
[fields.meta]
billed_units.search_units = "float"
[[fields.results]]
flagged = "bool"

[wrapper]
custom_id = "id"
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
model = "str"
[wrapper.request.body]
model = "str"
*/
-- One body a row. It has an id, but no time and no counts of its own.
WITH call AS (
    SELECT *, coalesce(wrapper.ts, wrapper.timestamp, wrapper.started_at, wrapper.created_at) AS stated_at
    FROM source
)

SELECT
    any_time(stated_at) AS started_at,
    CASE
        WHEN id LIKE 'modr-%' AND coalesce(wrapper.request.host, wrapper.request.url) IS NULL THEN 'openai'
        ELSE provider_of_body(lower(coalesce(wrapper.request.host, wrapper.request.url, '')), model)
    END AS provider_name,
    coalesce(wrapper.request.body.model, wrapper.request.model, wrapper.req.model) AS request_model,
    model AS response_model,
    'moderation' AS operation_name,
    CASE WHEN wrapper.custom_id IS NOT NULL THEN 'batch' END AS service_tier,
    wrapper.api_key_id AS api_key_id,
    wrapper.project AS project,
    wrapper.user_id AS user_id,
    wrapper.session_id AS session_id,
    coalesce(wrapper.workload, wrapper.feature) AS workload,
    json_tags(wrapper.tags) AS tags,
    'ok' AS status,
    round(wrapper.latency_ms)::BIGINT AS latency_ms,
    nullif(id, '') AS dedup_key,
    bad_time('ts', stated_at) AS reject_reason,
    file_id,
    line
FROM call
