/* logcost
format        = "bedrock.invoke_model"
title         = "Amazon Bedrock InvokeModel: bodies of Titan, Llama and others, and responses whose headers hold the counts"
reader        = ["json_lines", "json_document"]
bodies        = [
    "response.body", "response.data", "response", "resp.body", "resp", "response_body", "result", "completion", "body", "data",
    "payload",
]
identify      = []
identify_any  = [
    "inputTextTokenCount", ["prompt_token_count", "generation_token_count"], "amazon-bedrock-invocationMetrics",
    "headers.x-amzn-bedrock-input-token-count", "ResponseMetadata.HTTPHeaders.x-amzn-bedrock-input-token-count",
]
# Bodies that state their usage are read as what they are: anthropic.messages, openai.chat, bedrock.converse.
identify_none = [
    "litellm_call_id", "request_created_at", "ai_model", "op_name", "ai.proxy.usage", "schemaType", "usage", "body.usage", "response.body.usage", "resp.body.usage",
    "response.data.usage", "data.usage", "payload.usage",
]
keep          = [
    "inputTextTokenCount", "generation_token_count", "amazon-bedrock-invocationMetrics",
    "headers.x-amzn-bedrock-input-token-count", "ResponseMetadata.HTTPHeaders.x-amzn-bedrock-input-token-count",
]
scope         = "row"
grain         = "request"
on_duplicate  = "largest"
docs          = "https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html"
seen          = "2026-11"
where         = { usage = [] }
about         = """
What `InvokeModel` answers, in the model's own format, bare or beside its request. One response is one call.

- Titan (`inputTextTokenCount`, `results[].tokenCount`), Titan embeddings and Llama (`prompt_token_count`, `generation_token_count`) state
  their counts in the body; a stream's last part states them as `amazon-bedrock-invocationMetrics`.
- Other bodies state none, such as those of Nova embeddings, Mistral and older Cohere models. If the log kept the headers of the
  response, the counts are `x-amzn-bedrock-input-token-count` and its companions for output, cache reads and cache writes.
- `input-token-count` excludes the cache; the input here includes it. The headers do not state the lifetime of cache writes.
- Claude's bodies are read as anthropic.messages, those of OpenAI's shape as openai.chat, those of Nova as bedrock.converse, all billed by
  `aws.bedrock` when the host says so. A response with neither counts nor headers is skipped.
- The model comes from the path of the request. Without it the model is unknown, and the call cannot be priced.
"""

[fields]
inputTextTokenCount = "int"
prompt_token_count = "int"
generation_token_count = "int"
usage = "json"
[[fields.results]]
tokenCount = "int"
[fields.amazon-bedrock-invocationMetrics]
inputTokenCount = "int"
outputTokenCount = "int"
cacheReadInputTokenCount = "int"
cacheWriteInputTokenCount = "int"
invocationLatency = "float"
[fields.headers]
x-amzn-bedrock-input-token-count = "int[]"
x-amzn-bedrock-output-token-count = "int[]"
x-amzn-bedrock-cache-read-input-token-count = "int[]"
x-amzn-bedrock-cache-write-input-token-count = "int[]"
x-amzn-bedrock-invocation-latency = "int[]"
x-amzn-bedrock-service-tier = "str[]"
x-amzn-requestid = "str[]"
date = "str[]"
[fields.ResponseMetadata]
RequestId = "str"
[fields.ResponseMetadata.HTTPHeaders]
x-amzn-bedrock-input-token-count = "int[]"
x-amzn-bedrock-output-token-count = "int[]"
x-amzn-bedrock-cache-read-input-token-count = "int[]"
x-amzn-bedrock-cache-write-input-token-count = "int[]"
x-amzn-bedrock-invocation-latency = "int[]"
x-amzn-bedrock-service-tier = "str[]"
date = "str[]"

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
x-amzn-bedrock-service-tier = "str[]"
x-amzn-requestid = "str[]"
date = "str[]"
*/
-- One response a row. What the body states comes first, then the metrics of a stream's last part, then the headers.
WITH call AS (
    SELECT
        *,
        coalesce(
            inputTextTokenCount, prompt_token_count, "amazon-bedrock-invocationMetrics".inputTokenCount,
            headers."x-amzn-bedrock-input-token-count"[1], ResponseMetadata.HTTPHeaders."x-amzn-bedrock-input-token-count"[1]
        ) AS uncached,
        coalesce(
            list_sum(list_transform(results, lambda one: one.tokenCount))::BIGINT, generation_token_count,
            "amazon-bedrock-invocationMetrics".outputTokenCount,
            headers."x-amzn-bedrock-output-token-count"[1], ResponseMetadata.HTTPHeaders."x-amzn-bedrock-output-token-count"[1]
        ) AS answered,
        coalesce(
            "amazon-bedrock-invocationMetrics".cacheReadInputTokenCount, headers."x-amzn-bedrock-cache-read-input-token-count"[1],
            ResponseMetadata.HTTPHeaders."x-amzn-bedrock-cache-read-input-token-count"[1]
        ) AS read_tokens,
        coalesce(
            "amazon-bedrock-invocationMetrics".cacheWriteInputTokenCount, headers."x-amzn-bedrock-cache-write-input-token-count"[1],
            ResponseMetadata.HTTPHeaders."x-amzn-bedrock-cache-write-input-token-count"[1]
        ) AS written,
        coalesce(
            headers."x-amzn-bedrock-service-tier"[1], ResponseMetadata.HTTPHeaders."x-amzn-bedrock-service-tier"[1],
            wrapper.response.headers."x-amzn-bedrock-service-tier"[1]
        ) AS tier,
        coalesce(headers.date[1], ResponseMetadata.HTTPHeaders.date[1], wrapper.response.headers.date[1]) AS answered_at,
        coalesce(wrapper.ts, wrapper.timestamp, wrapper.started_at, wrapper.created_at) AS stated_at,
        coalesce(
            wrapper.latency_ms, "amazon-bedrock-invocationMetrics".invocationLatency,
            headers."x-amzn-bedrock-invocation-latency"[1], ResponseMetadata.HTTPHeaders."x-amzn-bedrock-invocation-latency"[1]
        ) AS latency,
        coalesce(
            bedrock_model(coalesce(wrapper.request.path, wrapper.request.url)),
            wrapper.request.modelId, wrapper.request.model, wrapper.req.model, wrapper.modelId, wrapper.model
        ) AS model
    FROM source
)

SELECT
    coalesce(any_time(stated_at), http_time(answered_at)) AS started_at,
    'aws.bedrock' AS provider_name,
    model AS request_model,
    model AS response_model,
    -- A body with an input count alone, and no model to ask, is that of an embedding.
    coalesce(bedrock_operation(model), CASE WHEN answered IS NULL THEN 'embeddings' ELSE 'chat' END) AS operation_name,
    CASE tier WHEN 'default' THEN 'standard' ELSE tier END AS service_tier,
    bedrock_region(model, lower(coalesce(wrapper.request.host, wrapper.request.url))) AS region,
    uncached + coalesce(read_tokens, 0) + coalesce(written, 0) AS input_tokens,
    read_tokens AS cache_read_input_tokens,
    written AS cache_creation_unsplit_input_tokens,
    answered AS output_tokens,
    wrapper.api_key_id AS api_key_id,
    wrapper.project AS project,
    wrapper.user_id AS user_id,
    wrapper.session_id AS session_id,
    coalesce(wrapper.workload, wrapper.feature) AS workload,
    json_tags(wrapper.tags) AS tags,
    'ok' AS status,
    coalesce(wrapper.request.path, wrapper.request.url) LIKE '%/invoke-with-response-stream' AS streamed,
    round(latency)::BIGINT AS latency_ms,
    coalesce(
        nullif(ResponseMetadata.RequestId, ''), headers."x-amzn-requestid"[1], wrapper.response.headers."x-amzn-requestid"[1]
    ) AS dedup_key,
    bad_time('ts', stated_at) AS reject_reason,
    file_id,
    line
FROM call
