/* logcost
format        = "openai.transcriptions"
title         = "OpenAI transcriptions and translations of audio: responses, or request and response pairs"
reader        = ["json_lines", "json_document"]
bodies        = [
    "response.body", "response.data", "response", "resp.body", "resp", "response_body", "output", "result", "completion", "body",
    "data", "payload",
]
identify      = ["text"]
identify_none = ["litellm_call_id", "request_created_at", "ai_model", "op_name", "ai.proxy.usage"]
where         = { "usage.type" = ["tokens", "duration"] }
keep          = ["usage.type"]
scope         = "row"
grain         = "request"
on_duplicate  = "largest"
docs          = "https://platform.openai.com/docs/api-reference/audio/json-object"
seen          = "2026-11"
about         = """
Bodies of the audio endpoints that state their usage (JSON, and the last event of a stream), bare or beside their request. One body
is one call.

- `usage.type` = `tokens`: input and output tokens, those of audio apart. `duration`: seconds, rounded to the nearest, as they are billed.
- A body has neither id nor time nor model: time and model come from what is logged around it. Without a model the call cannot be priced.
- Bodies in plain text, SRT or VTT carry no usage.
"""

[fields]
model = "str"
[fields.usage]
type = "str"
input_tokens = "int"
output_tokens = "int"
seconds = "decimal"
[fields.usage.input_token_details]
audio_tokens = "int"

[wrapper]
id = "id"
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
stream = "bool"
*/
-- One body a row, counted in tokens or, where it says so, in seconds.
WITH call AS (
    SELECT
        *,
        coalesce(wrapper.request.body.model, wrapper.request.model, wrapper.req.model) AS asked,
        coalesce(wrapper.ts, wrapper.timestamp, wrapper.started_at, wrapper.created_at) AS stated_at
    FROM source
)

SELECT
    any_time(stated_at) AS started_at,
    -- Groq, Azure and others answer in a like shape: without a host, the model's name must say it.
    provider_of_body(lower(coalesce(wrapper.request.host, wrapper.request.url, '')), coalesce(model, asked)) AS provider_name,
    asked AS request_model,
    model AS response_model,
    'transcription' AS operation_name,
    CASE WHEN wrapper.custom_id IS NOT NULL THEN 'batch' END AS service_tier,
    usage.input_tokens AS input_tokens,
    usage.output_tokens AS output_tokens,
    usage.input_token_details.audio_tokens AS input_audio_tokens,
    CASE WHEN usage.type = 'duration' AND usage.seconds IS NOT NULL THEN MAP {'seconds': round(strict_decimal(usage.seconds))::BIGINT} END
        AS other_units,
    wrapper.api_key_id AS api_key_id,
    wrapper.project AS project,
    coalesce(wrapper.user_id, wrapper.request.body.user, wrapper.request.user) AS user_id,
    wrapper.session_id AS session_id,
    coalesce(wrapper.workload, wrapper.feature) AS workload,
    json_tags(wrapper.tags) AS tags,
    'ok' AS status,
    wrapper.request.body.stream AS streamed,
    round(wrapper.latency_ms)::BIGINT AS latency_ms,
    request_key(wrapper.id, wrapper.response.headers."x-request-id") AS dedup_key,
    coalesce(bad_time('ts', stated_at), bad_decimal('usage.seconds', usage.seconds)) AS reject_reason,
    file_id,
    line
FROM call
