/* logcost
format        = "anthropic.messages"
title         = "Anthropic Messages: responses, or request and response pairs"
reader        = ["json_lines", "json_document", "sse"]
bodies        = [
    "response.body", "response.data", "response", "resp.body", "resp", "response_body", "output", "result.message", "result",
    "completion", "body", "data", "payload",
]
identify_none = ["litellm_call_id", "request_created_at", "ai_model", "op_name", "ai.proxy.usage"]
identify      = ["role", "usage.input_tokens"]
where         = { type = "message" }
keep          = ["usage.input_tokens", "usage.output_tokens"]
scope         = "row"
grain         = "request"
on_duplicate  = "largest"
docs          = "https://docs.anthropic.com/en/api/messages"
seen          = "2026-11"
about = '''
Bodies of [Messages](https://docs.anthropic.com/en/api/messages), bare, or [as pairs](../formats.md#request-and-response-pairs).

- A body states no time. It comes from the wrapper; otherwise the call is undated, and `--date` can supply a day.
- The API's `input_tokens` excludes the cache; reads and writes are added. Old bodies do not split the writes by lifetime: they stay unsplit.
- `usage.iterations` can hold calls that the totals leave out: a compaction, or an advisor with its own model. Each becomes a row of its own, with the key `msg_...#n`.
- `speed: fast` is our tier `fast`. `inference_geo` is the region; `not_available` says nothing.
- Ids of Bedrock (`msg_bdrk_`) and Vertex AI (`msg_vrtx_`) name the reseller as the one who bills; so does the request's host.
- Results of a message batch (`custom_id`, `result.message`) are at the batch tier; errored, canceled and expired ones cost nothing. They state no time.
- A recorded event stream is one call: its first event has the input, its last the output. A stream that broke off before has no final count and is skipped. Events may also stand one a line, without `data:`. The event with the output does not say whose it is: usage of streams that are mixed with each other, or with whole answers, is refused.
- The provider's own diagnosis of a cache miss, when it is logged, is kept.
'''

[fields]
id = "str"
type = "str"
model = "str"
[fields.usage]
input_tokens = "int"
cache_read_input_tokens = "int"
cache_creation_input_tokens = "int"
output_tokens = "int"
service_tier = "str"
speed = "str"
inference_geo = "str"
[fields.usage.cache_creation]
ephemeral_5m_input_tokens = "int"
ephemeral_1h_input_tokens = "int"
[fields.usage.output_tokens_details]
thinking_tokens = "int"
[fields.usage.server_tool_use]
web_search_requests = "int"
[[fields.usage.iterations]]
type = "str"
model = "str"
input_tokens = "int"
cache_read_input_tokens = "int"
cache_creation_input_tokens = "int"
output_tokens = "int"
[fields.usage.iterations.cache_creation]
ephemeral_5m_input_tokens = "int"
ephemeral_1h_input_tokens = "int"
[fields.diagnostics.cache_miss_reason]
type = "str"

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
path = "str"
model = "str"
stream = "bool"
[wrapper.request.metadata]
user_id = "id"
[wrapper.request.body]
model = "str"
stream = "bool"
[wrapper.request.body.metadata]
user_id = "id"

[prompt]
at       = ["request.body", "request", "req.body", "req", "input", "request_body", "payload", "kwargs"]
tools    = ["tools"]
system   = ["system"]
messages = ["messages"]
mark     = ["cache_control"]

# The first event has the input and a provisional output; the counts of the later ones are cumulative.
[stream]
take  = "message"
merge = "usage"
end   = { type = "message_stop" }
lines = { type = "message_start" }
*/
-- One response a row, and one more row for each hidden call inside it (compaction, advisor): usage.iterations lists them, the
-- totals of `usage` do not hold them, and an advisor has its own model. A body states no time; the wrapper does, or it is undated.
-- input_tokens of the API excludes cache reads and writes; they are added here. A body without the split of writes by lifetime
-- is kept unsplit.
WITH opened AS (
    SELECT
        *,
        -- 0: the response itself. Not a UNION: DuckDB would keep all columns for a second look (a third of the time).
        unnest(CASE WHEN len(usage.iterations) > 0 THEN range(len(usage.iterations) + 1) ELSE [0] END) AS position
    FROM source
),

iteration AS (
    SELECT *, CASE WHEN position > 0 THEN usage.iterations[position] END AS item
    FROM opened
),

part AS (
    SELECT
        file_id,
        line,
        CASE WHEN position = 0 THEN id ELSE nullif(id, '') || '#' || position END AS id,
        CASE WHEN position = 0 THEN model ELSE coalesce(item.model, model) END AS model,
        CASE WHEN position = 0 THEN usage.input_tokens ELSE item.input_tokens END AS input_tokens,
        CASE WHEN position = 0 THEN usage.output_tokens ELSE item.output_tokens END AS output_tokens,
        CASE WHEN position = 0 THEN usage.cache_read_input_tokens ELSE item.cache_read_input_tokens END AS read_tokens,
        CASE WHEN position = 0 THEN usage.cache_creation_input_tokens ELSE item.cache_creation_input_tokens END AS written_tokens,
        CASE
            WHEN position = 0 THEN usage.cache_creation.ephemeral_5m_input_tokens
            ELSE item.cache_creation.ephemeral_5m_input_tokens
        END AS written_5m,
        CASE
            WHEN position = 0 THEN usage.cache_creation.ephemeral_1h_input_tokens
            ELSE item.cache_creation.ephemeral_1h_input_tokens
        END AS written_1h,
        -- Fast mode is the asked model's; an advisor answers at its own.
        CASE WHEN position = 0 OR item.type = 'compaction' THEN usage.speed END AS speed,
        -- What a hidden call was asked, and how long it took, is not in the log.
        CASE WHEN position = 0 THEN usage.output_tokens_details.thinking_tokens END AS thinking_tokens,
        CASE WHEN position = 0 THEN usage.server_tool_use.web_search_requests END AS web_search_requests,
        CASE WHEN position = 0 THEN nullif(diagnostics.cache_miss_reason.type, 'none') END AS cache_miss_reason,
        CASE WHEN position = 0 THEN round(wrapper.latency_ms)::BIGINT END AS latency_ms,
        CASE WHEN position = 0 THEN prompt END AS prompt,
        type = 'message_delta' AND wrapper IS NULL AS is_event,
        usage,
        wrapper
    FROM iteration
    WHERE position = 0 OR item.type IN ('compaction', 'advisor_message')
),

call AS (
    SELECT
        *,
        coalesce(wrapper.ts, wrapper.timestamp, wrapper.started_at, wrapper.created_at) AS stated_at,
        coalesce(written_tokens, written_5m + coalesce(written_1h, 0), written_1h) AS written,
        lower(coalesce(wrapper.request.host, wrapper.request.url, '')) AS host,
        bedrock_model(coalesce(wrapper.request.path, wrapper.request.url)) AS bedrock_name
    FROM part
)

SELECT
    any_time(stated_at) AS started_at,
    -- The same bodies come from resellers; their ids or hosts say so. Another maker's model in this shape has no known biller.
    CASE
        WHEN id LIKE 'msg_bdrk_%' OR host LIKE '%.amazonaws.com%' THEN 'aws.bedrock'
        WHEN id LIKE 'msg_vrtx_%' OR host LIKE '%aiplatform.googleapis.com%' THEN 'gcp.vertex_ai'
        WHEN host LIKE '%.azure.com%' THEN 'azure.ai.inference'
        WHEN host LIKE '%openrouter.ai%' THEN 'openrouter'
        WHEN model LIKE 'claude%' THEN 'anthropic'
    END AS provider_name,
    coalesce(wrapper.request.body.model, wrapper.request.model, wrapper.req.model, bedrock_name) AS request_model,
    model AS response_model,
    'chat' AS operation_name,
    -- Only lines of a batch's results have a custom_id.
    CASE WHEN speed = 'fast' THEN 'fast' WHEN wrapper.custom_id IS NOT NULL THEN 'batch' ELSE usage.service_tier END AS service_tier,
    coalesce(
        nullif(usage.inference_geo, 'not_available'), CASE WHEN bedrock_name IS NOT NULL THEN bedrock_region(bedrock_name, host) END
    ) AS region,
    input_tokens + coalesce(read_tokens, 0) + coalesce(written, 0) AS input_tokens,
    read_tokens AS cache_read_input_tokens,
    written_5m AS cache_creation_5m_input_tokens,
    written_1h AS cache_creation_1h_input_tokens,
    written - coalesce(written_5m, 0) - coalesce(written_1h, 0) AS cache_creation_unsplit_input_tokens,
    output_tokens,
    thinking_tokens AS reasoning_output_tokens,
    web_search_requests,
    wrapper.api_key_id AS api_key_id,
    wrapper.project AS project,
    coalesce(wrapper.user_id, wrapper.request.body.metadata.user_id, wrapper.request.metadata.user_id) AS user_id,
    wrapper.session_id AS session_id,
    coalesce(wrapper.workload, wrapper.feature) AS workload,
    json_tags(wrapper.tags) AS tags,
    'ok' AS status,
    coalesce(wrapper.request.body.stream, wrapper.request.stream) AS streamed,
    latency_ms,
    cache_miss_reason,
    prompt,
    nullif(id, '') AS dedup_key,
    coalesce(
        bad_time('ts', stated_at),
        CASE
            WHEN is_event THEN 'An event of a stream between whole answers does not say whose usage this is. '
                || 'Log whole answers, or streams in a file of their own.'
        END
    ) AS reject_reason,
    file_id,
    line
FROM call
