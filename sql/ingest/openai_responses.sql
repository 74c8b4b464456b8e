/* logcost
format        = "openai.responses"
title         = "OpenAI Responses: responses, request and response pairs, or streamed response.completed events"
reader        = ["json_lines", "json_document", "sse"]
bodies        = [
    "response.body", "response.data", "response", "resp.body", "resp", "response_body", "output", "result", "completion", "body",
    "data", "payload",
]
identify      = ["output", "usage.input_tokens"]
identify_none = ["litellm_call_id", "request_created_at", "ai_model", "op_name", "ai.proxy.usage"]
where         = { object = "response" }
keep          = ["usage.input_tokens", "usage.output_tokens"]
scope         = "row"
grain         = "request"
on_duplicate  = "largest"
docs          = "https://platform.openai.com/docs/api-reference/responses/object"
seen          = "2026-11"
about = '''
Bodies of [Responses](https://platform.openai.com/docs/api-reference/responses/object), bare, [as pairs](../formats.md#request-and-response-pairs), or as the events of a stream, of which the completed one has the usage.

- Polls of a background response repeat its id: those without usage are skipped, and of the rest the largest counts.
- `web_search_requests` counts the searches in `output`; opening a page or finding text in it is not billed as one. File searches are in `other_units`.
'''

[fields]
id = "str"
object = "str"
created_at = "time"
model = "str"
service_tier = "str"
status = "str"
user = "id"
metadata = "json"
[fields.usage]
input_tokens = "int"
output_tokens = "int"
total_tokens = "int"
cost = "json"
is_byok = "bool"
[fields.usage.input_tokens_details]
cached_tokens = "int"
cache_write_tokens = "int"
audio_tokens = "int"
image_tokens = "int"
[fields.usage.input_tokens_details.cache_write_tokens_details]
ttl_30m_tokens = "int"
ttl_12h_tokens = "int"
[fields.usage.output_tokens_details]
reasoning_tokens = "int"
audio_tokens = "int"
image_tokens = "int"
[[fields.output]]
type = "str"
[fields.output.action]
type = "str"

[wrapper]
custom_id = "id"
ts = "time"
timestamp = "time"
started_at = "time"
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
stream = "bool"
user = "id"
[wrapper.request.body]
model = "str"
stream = "bool"
user = "id"

# A request that goes on from a stored response or conversation holds only what is new: its prefix is not in the log. Of a
# stored prompt only the name is, which stands for its text.
[prompt]
at       = ["request.body", "request", "req.body", "req", "input", "request_body", "payload", "kwargs"]
system   = ["prompt", "instructions"]
tools    = ["tools"]
format   = ["text.format"]
messages = ["input"]
unless   = ["previous_response_id", "conversation"]

# The object comes again and again; only the event that ends it has the usage.
[stream]
take     = "response"
identify = ["output"]
where    = { object = "response" }
*/
-- One response a row. Polls of a background response repeat its id; those without usage are skipped, of the rest the largest
-- counts. input_tokens includes cache reads and writes, output_tokens includes reasoning.
WITH call AS (
    SELECT
        *,
        usage.input_tokens_details AS given,
        usage.input_tokens_details.cache_write_tokens_details AS written,
        coalesce(created_at, wrapper.ts, wrapper.timestamp, wrapper.started_at) AS stated_at,
        lower(coalesce(wrapper.request.host, wrapper.request.url, '')) AS host
    FROM source
)
SELECT
    any_time(stated_at) AS started_at,
    -- Other services answer in this shape too: unknown unless the host or the model's name says it.
    coalesce(provider_of_body(host, NULL), CASE WHEN usage.is_byok IS NOT NULL THEN 'openrouter' END, provider_of_body(host, model))
        AS provider_name,
    coalesce(wrapper.request.body.model, wrapper.request.model, wrapper.req.model) AS request_model,
    model AS response_model,
    'chat' AS operation_name,
    -- Only lines of a batch's output have a custom_id.
    CASE
        WHEN wrapper.custom_id IS NOT NULL THEN 'batch'
        WHEN service_tier = 'default' THEN 'standard'
        WHEN service_tier <> 'auto' THEN service_tier
    END AS service_tier,
    usage.input_tokens AS input_tokens,
    given.cached_tokens AS cache_read_input_tokens,
    written.ttl_30m_tokens AS cache_creation_30m_input_tokens,
    written.ttl_12h_tokens AS cache_creation_12h_input_tokens,
    given.cache_write_tokens - coalesce(written.ttl_30m_tokens, 0) - coalesce(written.ttl_12h_tokens, 0)
        AS cache_creation_unsplit_input_tokens,
    CASE
        WHEN usage.total_tokens > usage.input_tokens + coalesce(usage.output_tokens, 0)
            THEN usage.total_tokens - usage.input_tokens
        ELSE usage.output_tokens
    END AS output_tokens,
    usage.output_tokens_details.reasoning_tokens AS reasoning_output_tokens,
    given.audio_tokens AS input_audio_tokens,
    usage.output_tokens_details.audio_tokens AS output_audio_tokens,
    given.image_tokens AS input_image_tokens,
    usage.output_tokens_details.image_tokens AS output_image_tokens,
    -- Opening a page or finding text in it is not billed; old bodies do not name the action, and then it is a search.
    len(list_filter(output, lambda item: item.type = 'web_search_call' AND coalesce(item.action.type, 'search') = 'search'))
        AS web_search_requests,
    CASE
        WHEN list_contains(list_transform(output, lambda item: item.type), 'file_search_call')
            THEN MAP {'file_search_calls': len(list_filter(output, lambda item: item.type = 'file_search_call'))}
    END AS other_units,
    wrapper.api_key_id AS api_key_id,
    wrapper.project AS project,
    coalesce(wrapper.user_id, wrapper.request.body.user, wrapper.request.user, "user") AS user_id,
    wrapper.session_id AS session_id,
    coalesce(wrapper.workload, wrapper.feature) AS workload,
    json_tags(coalesce(wrapper.tags, nullif(metadata, '{}'))) AS tags,
    CASE status WHEN 'completed' THEN 'ok' WHEN 'complete' THEN 'ok' WHEN 'failed' THEN 'error' ELSE status END AS status,
    coalesce(wrapper.request.body.stream, wrapper.request.stream) AS streamed,
    round(wrapper.latency_ms)::BIGINT AS latency_ms,
    prompt,
    strict_decimal(json_amount(usage.cost, '$.total_cost')) AS reported_cost,
    CASE WHEN strict_decimal(json_amount(usage.cost, '$.total_cost')) IS NOT NULL THEN 'USD' END AS reported_currency,
    nullif(id, '') AS dedup_key,
    coalesce(bad_time('created_at', stated_at), bad_decimal('usage.cost', json_amount(usage.cost, '$.total_cost'))) AS reject_reason,
    file_id,
    line
FROM call
