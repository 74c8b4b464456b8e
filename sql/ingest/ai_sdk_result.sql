/* logcost
format        = "ai_sdk.result"
title         = "AI SDK (Vercel): results of generateText, streamText and generateObject, and their usage objects in app logs"
reader        = ["json_lines", "json_document"]
bodies        = ["result", "event", "completion", "body"]
identify      = []
identify_any  = [
    ["usage.inputTokens", "usage.totalTokens"], ["usage.inputTokens", "usage.outputTokens"],
    ["usage.promptTokens", "usage.completionTokens"], "totalUsage.inputTokens",
]
identify_none = ["litellm_call_id", "schemaType", "traceId", "sessionID"]
# Bedrock's Converse has the same counts with another meaning.
where         = { stopReason = [], metrics = [], "usage.cacheReadInputTokens" = [], "usage.cacheReadInputTokenCount" = [], "usage.serverToolUsage" = [] }
keep          = ["usage.inputTokens", "usage.promptTokens", "usage.outputTokens", "totalUsage.inputTokens"]
scope         = "row"
grain         = "request"
on_duplicate  = "largest"
docs          = "https://ai-sdk.dev/docs/reference/ai-sdk-core/generate-text"
seen          = "2026-11"
about         = """
What an application logs of the AI SDK's results, versions 4 to 6: `usage` beside `finishReason`, `response` (id, model, time) and
`providerMetadata`, as far as they were logged. Each of the `steps` of a result is one call; without them the record is one call, with
the counts of `totalUsage` if there are any.

- Since version 6 the input includes the cache, and `inputTokenDetails` states reads and writes.
- Before, the providers' own counts came through: for Anthropic and Bedrock the input excludes the cache. It is added when
  `providerMetadata` or the model's name shows one of them, or when more is cached than asked. The writes of Anthropic stand in
  `providerMetadata.anthropic`, those of Bedrock in `providerMetadata.bedrock.usage`.
- A total above input plus output is hidden reasoning and counts as output.
- `providerMetadata` says who was billed, else the model's name; else it is unknown.
- Times are read from `response.timestamp`, else from `timestamp`, `ts`, `time` or `created_at` of the record.
"""

[fields]
ts = "time"
timestamp = "time"
time = "time"
created_at = "time"
model = "str"
modelId = "str"
provider = "str"
finishReason = "str"
stopReason = "str"
metrics = "json"
workload = "id"
feature = "id"
functionId = "id"
project = "id"
session_id = "id"
user_id = "id"
userId = "id"
api_key_id = "id"
latency_ms = "float"
tags = "json"
[fields.usage]
inputTokens = "int"
outputTokens = "int"
promptTokens = "int"
completionTokens = "int"
totalTokens = "int"
reasoningTokens = "int"
cachedInputTokens = "int"
cacheReadInputTokens = "int"
cacheReadInputTokenCount = "int"
serverToolUsage = "json"
[fields.usage.inputTokenDetails]
noCacheTokens = "int"
cacheReadTokens = "int"
cacheWriteTokens = "int"
[fields.usage.outputTokenDetails]
reasoningTokens = "int"
[fields.totalUsage]
inputTokens = "int"
outputTokens = "int"
promptTokens = "int"
completionTokens = "int"
totalTokens = "int"
reasoningTokens = "int"
cachedInputTokens = "int"
cacheReadInputTokens = "int"
cacheReadInputTokenCount = "int"
serverToolUsage = "json"
[fields.totalUsage.inputTokenDetails]
noCacheTokens = "int"
cacheReadTokens = "int"
cacheWriteTokens = "int"
[fields.totalUsage.outputTokenDetails]
reasoningTokens = "int"
[fields.response]
id = "str"
modelId = "str"
timestamp = "time"
[fields.providerMetadata]
openai = "json"
azure = "json"
anthropic = "json"
bedrock = "json"
google = "json"
vertex = "json"
openrouter = "json"
gateway = "json"
[[fields.steps]]
finishReason = "str"
[fields.steps.usage]
inputTokens = "int"
outputTokens = "int"
promptTokens = "int"
completionTokens = "int"
totalTokens = "int"
reasoningTokens = "int"
cachedInputTokens = "int"
cacheReadInputTokens = "int"
cacheReadInputTokenCount = "int"
serverToolUsage = "json"
[fields.steps.usage.inputTokenDetails]
noCacheTokens = "int"
cacheReadTokens = "int"
cacheWriteTokens = "int"
[fields.steps.usage.outputTokenDetails]
reasoningTokens = "int"
[fields.steps.response]
id = "str"
modelId = "str"
timestamp = "time"
[fields.steps.providerMetadata]
openai = "json"
azure = "json"
anthropic = "json"
bedrock = "json"
google = "json"
vertex = "json"
openrouter = "json"
gateway = "json"

[wrapper]
ts = "time"
timestamp = "time"
time = "time"
started_at = "time"
latency_ms = "float"
workload = "id"
feature = "id"
project = "id"
session_id = "id"
user_id = "id"
api_key_id = "id"
model = "str"
tags = "json"
[wrapper.request]
model = "str"
*/
-- One call a row: each of the steps, else the whole record.
WITH record AS (
    SELECT
        file_id,
        line,
        coalesce(ts, timestamp, "time", created_at, wrapper.ts, wrapper.timestamp, wrapper."time", wrapper.started_at) AS logged_at,
        coalesce(modelId, model, wrapper.model, wrapper.request.model) AS asked,
        coalesce(wrapper.api_key_id, api_key_id) AS api_key_id,
        coalesce(wrapper.project, project) AS project,
        coalesce(wrapper.user_id, user_id, userId) AS user_id,
        coalesce(wrapper.session_id, session_id) AS session_id,
        coalesce(wrapper.workload, wrapper.feature, workload, feature, functionId) AS workload,
        json_tags(coalesce(wrapper.tags, tags)) AS tags,
        CASE WHEN len(steps) > 1 THEN NULL ELSE coalesce(wrapper.latency_ms, latency_ms) END AS latency,
        CASE
            WHEN len(steps) = len(list_filter(steps, lambda step: coalesce(step.usage.inputTokens, step.usage.promptTokens) IS NOT NULL))
                AND len(steps) > 0
                THEN list_transform(steps, lambda step: {
                    'usage': step.usage, 'response': step.response, 'meta': step.providerMetadata
                })
            ELSE [{
                'usage': CASE
                    WHEN coalesce(totalUsage.inputTokens, totalUsage.promptTokens) IS NULL THEN usage ELSE totalUsage
                END,
                'response': response,
                'meta': providerMetadata
            }]
        END AS calls
    FROM source
),

call AS (SELECT * EXCLUDE (calls), unnest(calls) AS one FROM record),

counted AS (
    SELECT
        *,
        coalesce(one.response.modelId, asked) AS model,
        coalesce(one.usage.inputTokens, one.usage.promptTokens) AS asked_tokens,
        coalesce(one.usage.outputTokens, one.usage.completionTokens) AS answered,
        coalesce(
            one.usage.inputTokenDetails.cacheReadTokens, one.usage.cachedInputTokens,
            strict_int(one.meta.anthropic ->> 'cacheReadInputTokens'), strict_int(one.meta.openai ->> 'cachedPromptTokens'),
            strict_int(one.meta.bedrock ->> '$.usage.cacheReadInputTokens')
        ) AS read_tokens,
        coalesce(
            one.usage.inputTokenDetails.cacheWriteTokens, strict_int(one.meta.anthropic ->> 'cacheCreationInputTokens'),
            strict_int(one.meta.bedrock ->> '$.usage.cacheWriteInputTokens')
        ) AS written,
        strict_int(one.meta.anthropic ->> '$.usage.cache_creation.ephemeral_5m_input_tokens') AS written_5m,
        strict_int(one.meta.anthropic ->> '$.usage.cache_creation.ephemeral_1h_input_tokens') AS written_1h,
        coalesce(one.response.timestamp, logged_at) AS stated_at,
        coalesce(one.meta.gateway ->> 'cost', one.meta.openrouter ->> '$.usage.cost') AS cost
    FROM call
),

-- Before version 6 the input of Anthropic and Bedrock comes without the cache; the details of version 6 show that it is inside.
summed AS (
    SELECT
        *,
        CASE
            WHEN one.usage.inputTokenDetails.cacheReadTokens IS NOT NULL OR one.usage.inputTokenDetails.noCacheTokens IS NOT NULL
                OR one.meta.openrouter IS NOT NULL
                THEN asked_tokens
            WHEN one.meta.anthropic IS NOT NULL OR one.meta.bedrock IS NOT NULL OR regexp_matches(model, '(^|[./])claude-')
                OR read_tokens > asked_tokens
                THEN asked_tokens + coalesce(read_tokens, 0) + coalesce(written, 0)
            ELSE asked_tokens
        END AS all_input
    FROM counted
    WHERE asked_tokens IS NOT NULL OR answered IS NOT NULL
)

SELECT
    any_time(stated_at) AS started_at,
    CASE
        WHEN one.meta.gateway IS NOT NULL THEN 'vercel'
        WHEN one.meta.openrouter IS NOT NULL THEN 'openrouter'
        WHEN one.meta.azure IS NOT NULL THEN 'azure.ai.openai'
        WHEN one.meta.bedrock IS NOT NULL THEN 'aws.bedrock'
        WHEN one.meta.vertex IS NOT NULL OR (one.meta.google ->> '$.usageMetadata.trafficType') IS NOT NULL THEN 'gcp.vertex_ai'
        WHEN one.meta.google IS NOT NULL THEN 'gcp.gemini'
        WHEN one.response.id LIKE 'msg_bdrk_%' THEN 'aws.bedrock'
        WHEN one.response.id LIKE 'msg_vrtx_%' THEN 'gcp.vertex_ai'
        WHEN one.meta.anthropic IS NOT NULL THEN 'anthropic'
        WHEN one.meta.openai IS NOT NULL THEN 'openai'
        ELSE maker_of(model)
    END AS provider_name,
    asked AS request_model,
    one.response.modelId AS response_model,
    'chat' AS operation_name,
    CASE coalesce(one.meta.openai ->> 'serviceTier', one.meta.azure ->> 'serviceTier', one.meta.anthropic ->> '$.usage.service_tier')
        WHEN 'default' THEN 'standard'
        WHEN 'auto' THEN NULL
        ELSE coalesce(one.meta.openai ->> 'serviceTier', one.meta.azure ->> 'serviceTier', one.meta.anthropic ->> '$.usage.service_tier')
    END AS service_tier,
    all_input AS input_tokens,
    read_tokens AS cache_read_input_tokens,
    written_5m AS cache_creation_5m_input_tokens,
    written_1h AS cache_creation_1h_input_tokens,
    written - coalesce(written_5m, 0) - coalesce(written_1h, 0) AS cache_creation_unsplit_input_tokens,
    greatest(answered, one.usage.totalTokens - asked_tokens) AS output_tokens,
    coalesce(
        one.usage.outputTokenDetails.reasoningTokens, one.usage.reasoningTokens, strict_int(one.meta.openai ->> 'reasoningTokens')
    ) AS reasoning_output_tokens,
    api_key_id,
    project,
    user_id,
    session_id,
    workload,
    tags,
    'ok' AS status,
    round(latency)::BIGINT AS latency_ms,
    strict_decimal(cost) AS reported_cost,
    CASE WHEN strict_decimal(cost) IS NOT NULL THEN 'USD' END AS reported_currency,
    CASE WHEN NOT weak_id(one.response.id) THEN nullif(one.response.id, '') END AS dedup_key,
    coalesce(bad_time('timestamp', stated_at), bad_decimal('cost', cost)) AS reject_reason,
    file_id,
    line
FROM summed
