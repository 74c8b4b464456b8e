/* logcost
format        = "bedrock.converse"
title         = "Amazon Bedrock Converse: responses, or request and response pairs"
reader        = ["json_lines", "json_document"]
bodies        = [
    "response.body", "response.data", "response.body.metadata", "response", "response.metadata", "resp.body", "resp",
    "response_body", "result", "completion", "body", "metadata", "data", "payload",
]
identify      = ["usage.inputTokens"]
identify_any  = ["metrics.latencyMs", "stopReason", "usage.serverToolUsage", "usage.cacheReadInputTokens", "usage.cacheReadInputTokenCount"]
identify_none = ["litellm_call_id", "request_created_at", "ai_model", "op_name", "ai.proxy.usage", "schemaType"]
# What the AI SDK writes has the same counts with another meaning: these keys are Bedrock's alone.
keep          = [
    "metrics.latencyMs", "stopReason", "usage.serverToolUsage", "usage.cacheReadInputTokens", "usage.cacheReadInputTokenCount",
]
scope         = "row"
grain         = "request"
on_duplicate  = "largest"
docs          = "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html"
seen          = "2026-11"
about         = """
Bodies of `Converse`, the metadata event of `ConverseStream`, the bodies of Amazon Nova by `InvokeModel`, and the same as boto3
returns them (with `ResponseMetadata`), bare or beside their request. One body is one call.

- `inputTokens` excludes the cache. Input here is `inputTokens` plus cache reads plus cache writes.
- Some bodies state the cache counts twice (`cacheReadInputTokens`, `cacheReadInputTokenCount`): one of them counts.
- Cache writes are split by lifetime where `cacheDetails` states it; the rest stays unsplit. A body without cache counts leaves them
  unknown.
- Reasoning is part of the output and not stated apart.
- A body states neither model nor time nor id. The model comes from the path of the request; an application inference profile does
  not name its model. Without a request the model is unknown, and the call cannot be priced.
- The region is `global` for a global inference profile, else the one that was called.
- A bare pair of counts (`inputTokens`, `outputTokens`) without any key of Bedrock's own is not taken for Converse.
"""

[fields]
stopReason = "str"
[fields.metrics]
latencyMs = "float"
[fields.usage]
inputTokens = "int"
outputTokens = "int"
cacheReadInputTokens = "int"
cacheReadInputTokenCount = "int"
cacheWriteInputTokens = "int"
cacheWriteInputTokenCount = "int"
serverToolUsage = "json"
[[fields.usage.cacheDetails]]
ttl = "str"
inputTokens = "int"
[fields.serviceTier]
type = "str"
[fields.performanceConfig]
latency = "str"
[fields.ResponseMetadata]
RequestId = "str"
[fields.ResponseMetadata.HTTPHeaders]
date = "str"

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
modelId = "str"
model = "str"
[wrapper.req]
model = "str"
[wrapper.request]
host = "str"
url = "str"
path = "str"
model = "str"
modelId = "str"
[wrapper.response.headers]
x-amzn-requestid = "str[]"

[prompt]
at       = ["request.body", "request", "req.body", "req", "input", "request_body", "payload", "kwargs"]
tools    = ["toolConfig.tools"]
system   = ["system"]
messages = ["messages"]
*/
-- One body a row. Bodies without counts (an error, the stop event of a stream) are skipped.
WITH call AS (
    SELECT
        *,
        coalesce(usage.cacheReadInputTokens, usage.cacheReadInputTokenCount) AS read_tokens,
        coalesce(
            usage.cacheWriteInputTokens, usage.cacheWriteInputTokenCount,
            list_sum(list_transform(usage.cacheDetails, lambda one: one.inputTokens))::BIGINT
        ) AS written,
        list_sum(list_transform(list_filter(usage.cacheDetails, lambda one: one.ttl = '5m'), lambda one: one.inputTokens))::BIGINT
            AS written_5m,
        list_sum(list_transform(list_filter(usage.cacheDetails, lambda one: one.ttl = '1h'), lambda one: one.inputTokens))::BIGINT
            AS written_1h,
        coalesce(
            bedrock_model(coalesce(wrapper.request.path, wrapper.request.url)),
            wrapper.request.modelId, wrapper.request.model, wrapper.req.model, wrapper.modelId, wrapper.model
        ) AS model,
        coalesce(wrapper.ts, wrapper.timestamp, wrapper.started_at, wrapper.created_at) AS stated_at
    FROM source
    WHERE usage.inputTokens IS NOT NULL OR usage.outputTokens IS NOT NULL
)

SELECT
    coalesce(any_time(stated_at), http_time(ResponseMetadata.HTTPHeaders.date)) AS started_at,
    'aws.bedrock' AS provider_name,
    model AS request_model,
    model AS response_model,
    'chat' AS operation_name,
    CASE serviceTier.type WHEN 'default' THEN 'standard' ELSE serviceTier.type END AS service_tier,
    bedrock_region(model, lower(coalesce(wrapper.request.host, wrapper.request.url))) AS region,
    usage.inputTokens + coalesce(read_tokens, 0) + coalesce(written, 0) AS input_tokens,
    read_tokens AS cache_read_input_tokens,
    written_5m AS cache_creation_5m_input_tokens,
    written_1h AS cache_creation_1h_input_tokens,
    written - coalesce(written_5m, 0) - coalesce(written_1h, 0) AS cache_creation_unsplit_input_tokens,
    usage.outputTokens AS output_tokens,
    wrapper.api_key_id AS api_key_id,
    wrapper.project AS project,
    wrapper.user_id AS user_id,
    wrapper.session_id AS session_id,
    coalesce(wrapper.workload, wrapper.feature) AS workload,
    -- Latency-optimised calls have a price of their own, which the tier does not say.
    CASE
        WHEN performanceConfig.latency IS NULL THEN json_tags(wrapper.tags)
        ELSE map_concat(coalesce(json_tags(wrapper.tags), MAP {}), MAP {'performance_latency': performanceConfig.latency})
    END AS tags,
    'ok' AS status,
    coalesce(wrapper.request.path, wrapper.request.url) LIKE '%/converse-stream' AS streamed,
    coalesce(round(wrapper.latency_ms), metrics.latencyMs)::BIGINT AS latency_ms,
    prompt,
    coalesce(nullif(ResponseMetadata.RequestId, ''), wrapper.response.headers."x-amzn-requestid"[1]) AS dedup_key,
    bad_time('ts', stated_at) AS reject_reason,
    file_id,
    line
FROM call
