/* logcost
format   = "otel.otlp_logs"
title    = "OpenTelemetry log events as OTLP JSON: inference details (gen_ai) and Claude Code's api_request events"
reader   = ["json_lines", "json_document"]
identify = ["resourceLogs.scopeLogs.logRecords"]
pairs    = ["resourceLogs.resource.attributes", "resourceLogs.scopeLogs.logRecords.attributes"]
records  = "resourceLogs[].scopeLogs[].logRecords[]"
keep     = [
    'logRecords.attributes."gen_ai.usage.input_tokens"', 'logRecords.attributes."gen_ai.usage.prompt_tokens"', 'logRecords.attributes."llm.token_count.prompt"', 'logRecords.attributes."llm.usage.prompt_tokens"', 'logRecords.attributes."ai.usage.inputTokens"', 'logRecords.attributes."ai.usage.promptTokens"',
    'logRecords.attributes."gen_ai.usage.output_tokens"', 'logRecords.attributes."gen_ai.usage.completion_tokens"', 'logRecords.attributes."llm.token_count.completion"', 'logRecords.attributes."llm.usage.completion_tokens"', 'logRecords.attributes."ai.usage.outputTokens"', 'logRecords.attributes."ai.usage.completionTokens"',
    'logRecords.attributes."input_tokens"', 'logRecords.attributes."output_tokens"'
]
scope    = "row"
grain    = "request"
docs     = "https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-events/"
seen     = "2026-11"
note_without_usage = "Not one log event carries token counts: nothing was counted. Give the traces, or what the provider or the application logged."
about    = """
Log events written by the OpenTelemetry Collector or an SDK as OTLP JSON.

- `gen_ai.client.inference.operation.details` repeats the usage of the call's span: by the provider's response id, else by trace and span, the two count once. Events of agents and tools are skipped.
- `claude_code.api_request` events count their input without the cache; cache reads and writes are added. They are the same calls as in Claude Code's transcripts, and nothing in them says which: give one of the two.
- Texts of prompts and answers in the events are not kept.
"""

[fields]
[[fields.resourceLogs]]
[fields.resourceLogs.resource.attributes]
"service.name" = "id"
"deployment.environment.name" = "id"
"deployment.environment" = "id"
[[fields.resourceLogs.scopeLogs]]
[[fields.resourceLogs.scopeLogs.logRecords]]
traceId = "id"
spanId = "id"
timeUnixNano = "time"
observedTimeUnixNano = "time"
[fields.resourceLogs.scopeLogs.logRecords.attributes]
"event.name" = "id"
model = "str"
input_tokens = "int"
output_tokens = "int"
cache_read_tokens = "int"
cache_creation_tokens = "int"
cost_usd = "decimal"
duration_ms = "float"
request_id = "id"
"gen_ai.usage.input_tokens" = "int"
"gen_ai.usage.prompt_tokens" = "int"
"llm.token_count.prompt" = "int"
"llm.usage.prompt_tokens" = "int"
"ai.usage.inputTokens" = "int"
"ai.usage.promptTokens" = "int"
"gen_ai.usage.cache_read.input_tokens" = "int"
"gen_ai.usage.cache_read_input_tokens" = "int"
"gen_ai.usage.input_tokens.cached" = "int"
"llm.token_count.prompt_details.cache_read" = "int"
"llm.token_count.prompt_details.cache_input" = "int"
"ai.usage.cachedInputTokens" = "int"
"gen_ai.usage.cache_write.input_tokens" = "int"
"gen_ai.usage.cache_creation.input_tokens" = "int"
"gen_ai.usage.cache_creation_input_tokens" = "int"
"gen_ai.usage.input_tokens.cache_write" = "int"
"llm.token_count.prompt_details.cache_write" = "int"
"anthropic.usage.cache_creation.ephemeral_5m_input_tokens" = "int"
"anthropic.usage.cache_creation.ephemeral_1h_input_tokens" = "int"
"anthropic.usage.compaction.input_tokens" = "int"
"anthropic.usage.compaction.output_tokens" = "int"
"gen_ai.usage.output_tokens" = "int"
"gen_ai.usage.completion_tokens" = "int"
"llm.token_count.completion" = "int"
"llm.usage.completion_tokens" = "int"
"ai.usage.outputTokens" = "int"
"ai.usage.completionTokens" = "int"
"gen_ai.usage.reasoning.output_tokens" = "int"
"gen_ai.usage.reasoning_tokens" = "int"
"llm.token_count.completion_details.reasoning" = "int"
"llm.usage.reasoning_tokens" = "int"
"ai.usage.reasoningTokens" = "int"
"gen_ai.usage.total_tokens" = "int"
"llm.token_count.total" = "int"
"llm.usage.total_tokens" = "int"
"ai.usage.totalTokens" = "int"
"ai.usage.tokens" = "int"
"gen_ai.usage.audio.input_tokens" = "int"
"gen_ai.usage.audio.output_tokens" = "int"
"gen_ai.usage.image.input_tokens" = "int"
"gen_ai.usage.image.output_tokens" = "int"
"llm.token_count.prompt_details.audio" = "int"
"llm.token_count.completion_details.audio" = "int"
"gen_ai.response.model" = "str"
"gen_ai.request.model" = "str"
"ai.response.model" = "str"
"ai.model.id" = "str"
"llm.response.model_name" = "str"
"llm.request.model_name" = "str"
"llm.model_name" = "str"
"gen_ai.provider.name" = "str"
"gen_ai.system" = "str"
"llm.provider" = "str"
"llm.system" = "str"
"ai.model.provider" = "str"
"server.address" = "str"
"gen_ai.operation.name" = "str"
"openinference.span.kind" = "str"
"llm.request.type" = "str"
"traceloop.span.kind" = "str"
"ai.operationId" = "str"
"gen_ai.response.id" = "str"
"ai.response.id" = "str"
"output.value" = "str"
"openai.response.service_tier" = "str"
"gen_ai.openai.response.service_tier" = "str"
"anthropic.response.service_tier" = "str"
"gen_ai.conversation.id" = "id"
"session.id" = "id"
"traceloop.association.properties.session_id" = "id"
"user.id" = "id"
"enduser.id" = "id"
"traceloop.association.properties.user_id" = "id"
"gen_ai.prompt.name" = "id"
"gen_ai.agent.name" = "id"
"traceloop.workflow.name" = "id"
"error.type" = "id"
"ai.response.providerMetadata" = "str"
"gen_ai.usage.cost" = "decimal"
"gen_ai.usage.total_cost" = "decimal"
"llm.cost.total" = "decimal"
"operation.cost" = "decimal"
"gen_ai.is_streaming" = "json"
"tag.tags" = "json"
"metadata" = "json"
*/
-- One call a row: events of the standard, and those of Claude Code, whose names are their own.
WITH event AS (
    SELECT
        file_id,
        line,
        -- Some exporters fill only one of the two times; 0 is none.
        coalesce(nullif(logRecords.timeUnixNano, '0'), nullif(logRecords.observedTimeUnixNano, '0')) AS start_time,
        NULL::VARCHAR AS end_time,
        nullif(logRecords.traceId, '') AS trace_id,
        nullif(logRecords.spanId, '') AS span_id,
        FALSE AS failed,
        FALSE AS is_sum,
        resourceLogs.resource.attributes."service.name" AS service_name,
        coalesce(
            resourceLogs.resource.attributes."deployment.environment.name",
            resourceLogs.resource.attributes."deployment.environment"
        ) AS environment,
        logRecords.attributes AS a,
        span_response_id(logRecords.attributes) AS response_id,
        1 AS part
    FROM source
),

call AS (
    SELECT * FROM event WHERE NOT span_is_sum(a) AND coalesce(span_plain_input(a), 0) + coalesce(span_output(a), 0) > 0
),

standard AS (
    SELECT * FROM otel_rows('call')
),

claude_code AS (
    SELECT
        any_time(start_time) AS started_at,
        1 AS requests,
        'anthropic' AS provider_name,
        a.model AS response_model,
        'chat' AS operation_name,
        a.input_tokens + coalesce(a.cache_read_tokens, 0) + coalesce(a.cache_creation_tokens, 0) AS input_tokens,
        a.cache_read_tokens AS cache_read_input_tokens,
        a.cache_creation_tokens AS cache_creation_unsplit_input_tokens,
        a.output_tokens AS output_tokens,
        service_name AS project,
        span_user(a) AS user_id,
        span_session(a) AS session_id,
        'ok' AS status,
        round(a.duration_ms)::BIGINT AS latency_ms,
        strict_decimal(a.cost_usd) AS reported_cost,
        CASE WHEN strict_decimal(a.cost_usd) IS NOT NULL THEN 'USD' END AS reported_currency,
        'otel|claude_code|' || coalesce(
            a.request_id, concat_ws('|', coalesce(a."session.id", ''), start_time, a.model, a.input_tokens, a.output_tokens)
        ) AS dedup_key,
        coalesce(bad_time('the time of the event', start_time), bad_decimal('cost_usd', a.cost_usd)) AS reject_reason,
        file_id,
        line
    FROM event
    WHERE a."event.name" IN ('api_request', 'claude_code.api_request') AND span_plain_input(a) IS NULL
)

FROM standard
UNION ALL BY NAME
FROM claude_code
