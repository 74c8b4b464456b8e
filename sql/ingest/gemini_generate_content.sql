/* logcost
format        = "gemini.generate_content"
title         = "Gemini and Vertex AI generateContent: responses, or request and response pairs"
reader        = ["json_lines", "json_document", "sse"]
bodies        = [
    "response.body", "response.data", "response", "resp.body", "resp", "response_body", "output", "result", "completion", "body",
    "data", "payload",
]
identify      = []
identify_any  = [
    "usageMetadata.promptTokenCount", "usageMetadata.totalTokenCount", "usageMetadata.trafficType",
    "usage_metadata.prompt_token_count", "usage_metadata.total_token_count",
]
# A gateway's own log, and the transcripts of Google's and related coding agents.
identify_none = ["litellm_call_id", "request_created_at", "ai_model", "op_name", "ai.proxy.usage", "projectHash", "parentUuid"]
keep          = [
    "usageMetadata.promptTokenCount", "usageMetadata.totalTokenCount", "usageMetadata.trafficType",
    "usage_metadata.prompt_token_count", "usage_metadata.total_token_count", "usage_metadata.traffic_type",
]
scope         = "row"
grain         = "request"
on_duplicate  = "largest"
docs          = "https://ai.google.dev/api/generate-content#UsageMetadata"
seen          = "2026-11"
about         = """
Bodies of `generateContent`, of `embedContent`, of the Live API and of the lines of a batch's output, bare or beside their
request, as the REST API writes them (`usageMetadata`) or as the Python SDKs dump them (`usage_metadata`). One body is one call.

- Input is `promptTokenCount`, in which cached tokens are included, plus `toolUsePromptTokenCount`, which stands beside it.
- Output is `candidatesTokenCount` (Live API: `responseTokenCount`) plus `thoughtsTokenCount`, which stands beside it. Old SDKs drop
  the thoughts; they then show as a total above the sum, and count as output whose reasoning is unknown.
- The API leaves out counts of zero: a missing count of a body with usage is 0. A blocked prompt is a call of 0 tokens.
- Audio, image and video tokens are told apart, cached audio and images too; documents are not. Tokens without a stated modality count
  as text.
- A list of modalities that is missing leaves audio and images unknown.
- The biller is Vertex AI when the host or `trafficType` says so, else the Gemini API, whose bodies never state a traffic type.
- Chunks of one stream repeat their `responseId`, with growing counts: the largest counts.
- The bodies say nothing about the storage of explicit caches, which is billed by the hour. The answer to creating a cache is skipped.
- Grounded searches: one for each query; one a call for models up to Gemini 2.5, which are billed that way.
"""

[fields]
name = "str"
modelVersion = "str"
model_version = "str"
responseId = "str"
response_id = "str"
createTime = "time"
create_time = "time"
[fields.usageMetadata]
promptTokenCount = "int"
cachedContentTokenCount = "int"
toolUsePromptTokenCount = "int"
candidatesTokenCount = "int"
responseTokenCount = "int"
thoughtsTokenCount = "int"
totalTokenCount = "int"
trafficType = "str"
serviceTier = "str"
[[fields.usageMetadata.promptTokensDetails]]
modality = "id"
tokenCount = "int"
[[fields.usageMetadata.promptTokenDetails]]
modality = "id"
tokenCount = "int"
[[fields.usageMetadata.cacheTokensDetails]]
modality = "id"
tokenCount = "int"
[[fields.usageMetadata.toolUsePromptTokensDetails]]
modality = "id"
tokenCount = "int"
[[fields.usageMetadata.candidatesTokensDetails]]
modality = "id"
tokenCount = "int"
[[fields.usageMetadata.responseTokensDetails]]
modality = "id"
tokenCount = "int"
[fields.usage_metadata]
prompt_token_count = "int"
cached_content_token_count = "int"
tool_use_prompt_token_count = "int"
candidates_token_count = "int"
response_token_count = "int"
thoughts_token_count = "int"
total_token_count = "int"
traffic_type = "str"
service_tier = "str"
[[fields.usage_metadata.prompt_tokens_details]]
modality = "id"
token_count = "int"
[[fields.usage_metadata.cache_tokens_details]]
modality = "id"
token_count = "int"
[[fields.usage_metadata.tool_use_prompt_tokens_details]]
modality = "id"
token_count = "int"
[[fields.usage_metadata.candidates_tokens_details]]
modality = "id"
token_count = "int"
[[fields.usage_metadata.response_tokens_details]]
modality = "id"
token_count = "int"
[fields.promptFeedback]
blockReason = "id"
[fields.prompt_feedback]
block_reason = "id"
[[fields.embeddings]]
statistics.tokenCount = "float"
[[fields.candidates]]
groundingMetadata.webSearchQueries = "str[]"
grounding_metadata.web_search_queries = "str[]"

[wrapper]
key = "id"
custom_id = "id"
processed_time = "time"
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

[prompt]
at       = ["request.body", "request", "req.body", "req", "input", "request_body", "payload", "kwargs"]
system   = ["systemInstruction", "system_instruction"]
tools    = ["tools"]
format   = ["generationConfig.responseSchema", "generationConfig.responseJsonSchema", "config.response_schema"]
messages = ["contents"]
unless   = ["cachedContent", "cached_content"]

# Each event is a whole answer; its counts grow, and the last is final.
[stream]
id       = "responseId"
identify = ["usageMetadata"]
*/
-- One body a row. The counts of both spellings are brought together; what a body with usage leaves out is 0, as in all JSON of
-- the API. The lists of modalities get one spelling too.
WITH call AS (
    SELECT
        *,
        coalesce(usageMetadata.promptTokenCount, usage_metadata.prompt_token_count, 0) AS prompt_tokens,
        coalesce(usageMetadata.toolUsePromptTokenCount, usage_metadata.tool_use_prompt_token_count, 0) AS tool_tokens,
        coalesce(usageMetadata.cachedContentTokenCount, usage_metadata.cached_content_token_count, 0) AS cached_tokens,
        coalesce(
            usageMetadata.candidatesTokenCount, usageMetadata.responseTokenCount,
            usage_metadata.candidates_token_count, usage_metadata.response_token_count, 0
        ) AS answer_tokens,
        coalesce(usageMetadata.thoughtsTokenCount, usage_metadata.thoughts_token_count, 0) AS thought_tokens,
        coalesce(usageMetadata.totalTokenCount, usage_metadata.total_token_count, 0) AS total_tokens,
        list_transform(
            CASE
                WHEN usageMetadata.promptTokensDetails IS NULL THEN usageMetadata.promptTokenDetails
                ELSE list_concat(usageMetadata.promptTokensDetails, usageMetadata.toolUsePromptTokensDetails)
            END,
            lambda item: {'modality': item.modality, 'tokens': item.tokenCount}
        ) AS rest_input,
        list_transform(
            CASE
                WHEN usage_metadata.prompt_tokens_details IS NOT NULL
                    THEN list_concat(usage_metadata.prompt_tokens_details, usage_metadata.tool_use_prompt_tokens_details)
            END,
            lambda item: {'modality': item.modality, 'tokens': item.token_count}
        ) AS sdk_input,
        list_transform(
            usageMetadata.cacheTokensDetails, lambda item: {'modality': item.modality, 'tokens': item.tokenCount}
        ) AS rest_cached,
        list_transform(
            usage_metadata.cache_tokens_details, lambda item: {'modality': item.modality, 'tokens': item.token_count}
        ) AS sdk_cached,
        list_transform(
            coalesce(usageMetadata.candidatesTokensDetails, usageMetadata.responseTokensDetails),
            lambda item: {'modality': item.modality, 'tokens': item.tokenCount}
        ) AS rest_output,
        list_transform(
            coalesce(usage_metadata.candidates_tokens_details, usage_metadata.response_tokens_details),
            lambda item: {'modality': item.modality, 'tokens': item.token_count}
        ) AS sdk_output,
        list_sum(list_transform(
            candidates,
            lambda one: coalesce(len(one.groundingMetadata.webSearchQueries), len(one.grounding_metadata.web_search_queries), 0)
        ))::BIGINT AS searches,
        upper(coalesce(usageMetadata.trafficType, usage_metadata.traffic_type)) AS traffic,
        lower(coalesce(usageMetadata.serviceTier, usage_metadata.service_tier)) AS tier,
        coalesce(modelVersion, model_version) AS model,
        coalesce(promptFeedback.blockReason, prompt_feedback.block_reason) AS blocked,
        nullif(coalesce(responseId, response_id), '') AS id,
        coalesce(
            createTime, create_time, wrapper.processed_time, wrapper.ts, wrapper.timestamp, wrapper.started_at, wrapper.created_at
        ) AS stated_at,
        lower(coalesce(wrapper.request.host, wrapper.request.url, '')) AS host,
        coalesce(wrapper.request.path, wrapper.request.url, '') AS path
    FROM source
    -- The answer to making an explicit cache has a token count, too; it is no call of a model.
    WHERE name IS NULL OR name NOT LIKE '%cachedContents/%'
)

SELECT
    any_time(stated_at) AS started_at,
    CASE
        WHEN host LIKE '%aiplatform%' OR traffic IS NOT NULL THEN 'gcp.vertex_ai'
        WHEN host = '' OR host LIKE '%generativelanguage%' THEN 'gcp.gemini'
    END AS provider_name,
    coalesce(
        nullif(regexp_extract(path, '/models/([^:/?]+)', 1), ''), wrapper.request.body.model, wrapper.request.model, wrapper.req.model
    ) AS request_model,
    model AS response_model,
    -- An embedding's body has neither an id nor a model, and no list of answers.
    CASE
        WHEN path LIKE '%:embedContent%' OR path LIKE '%:batchEmbedContents%' OR len(embeddings) > 0 THEN 'embeddings'
        WHEN id IS NULL AND model IS NULL AND candidates IS NULL AND blocked IS NULL AND answer_tokens = 0 AND thought_tokens = 0
            THEN 'embeddings'
        ELSE 'chat'
    END AS operation_name,
    -- Lines of a batch's output: `key` (Gemini API) or the time they were processed (Vertex AI) stands beside the response.
    CASE
        WHEN wrapper.custom_id IS NOT NULL OR wrapper.processed_time IS NOT NULL THEN 'batch'
        WHEN wrapper."key" IS NOT NULL AND wrapper.request.host IS NULL AND wrapper.request.url IS NULL THEN 'batch'
        WHEN traffic LIKE '%PROVISIONED_THROUGHPUT' THEN 'provisioned'
        WHEN traffic LIKE '%ON_DEMAND_FLEX' THEN 'flex'
        WHEN traffic LIKE '%ON_DEMAND_PRIORITY' THEN 'priority'
        WHEN traffic LIKE '%ON_DEMAND' THEN 'standard'
        WHEN tier NOT LIKE '%unspecified' THEN regexp_extract(tier, '([a-z]+)$', 1)
    END AS service_tier,
    nullif(regexp_extract(path, '/locations/([a-z0-9-]+)/', 1), '') AS region,
    prompt_tokens + tool_tokens AS input_tokens,
    cached_tokens AS cache_read_input_tokens,
    modality_tokens(coalesce(rest_cached, sdk_cached), ['AUDIO', '4']) AS cache_read_audio_tokens,
    modality_tokens(coalesce(rest_cached, sdk_cached), ['IMAGE', '2']) AS cache_read_image_tokens,
    greatest(answer_tokens + thought_tokens, total_tokens - prompt_tokens - tool_tokens) AS output_tokens,
    CASE WHEN total_tokens <= prompt_tokens + tool_tokens + answer_tokens + thought_tokens THEN thought_tokens END
        AS reasoning_output_tokens,
    modality_tokens(coalesce(rest_input, sdk_input), ['AUDIO', '4']) AS input_audio_tokens,
    modality_tokens(coalesce(rest_output, sdk_output), ['AUDIO', '4']) AS output_audio_tokens,
    modality_tokens(coalesce(rest_input, sdk_input), ['IMAGE', '2']) AS input_image_tokens,
    modality_tokens(coalesce(rest_input, sdk_input), ['VIDEO', '3']) AS input_video_tokens,
    modality_tokens(coalesce(rest_output, sdk_output), ['IMAGE', '2']) AS output_image_tokens,
    CASE WHEN regexp_matches(coalesce(model, path), 'gemini-[12]\b') AND searches > 1 THEN 1 ELSE searches END AS web_search_requests,
    wrapper.api_key_id AS api_key_id,
    wrapper.project AS project,
    wrapper.user_id AS user_id,
    wrapper.session_id AS session_id,
    coalesce(wrapper.workload, wrapper.feature) AS workload,
    json_tags(wrapper.tags) AS tags,
    CASE WHEN blocked IS NULL THEN 'ok' ELSE 'blocked' END AS status,
    coalesce(wrapper.request.stream, path LIKE '%:streamGenerateContent%' OR NULL) AS streamed,
    round(wrapper.latency_ms)::BIGINT AS latency_ms,
    prompt,
    id AS dedup_key,
    bad_time('createTime', stated_at) AS reject_reason,
    file_id,
    line
FROM call
