/* logcost
format   = "otel.spans"
title    = "OpenTelemetry spans as SDKs write them: one object a span with its attributes as an object (console and file exporters)"
reader   = ["json_lines", "json_document"]
identify = ["attributes", "name"]
identify_any = [["context.trace_id", "context.span_id"], ["traceId", "startTime"], ["traceId", "spanId"], ["traceId", "timestamp", "duration"]]
identify_none = ["resourceSpans", "usageDetails", "usage_details"]
scope    = "file"
apart    = ["context.trace_id", "traceId"]
grain    = "request"
docs     = "https://opentelemetry.io/docs/specs/semconv/gen-ai/"
seen     = "2026-11"
note_without_usage = "Not one span carries token counts: nothing was counted. Let the instrumentation record usage, or load what the provider or the application logged."
about    = """
Spans of an OpenTelemetry SDK, one a line, one a file or in an array: Python's console exporter (`context.trace_id`, ISO times), and file exporters in JavaScript (`traceId`, `startTime` as seconds and nanoseconds), such as the one of Copilot CLI.

- Names of counts: `gen_ai.usage.*` (new and old), `llm.usage.*` (OpenLLMetry), `llm.token_count.*` (OpenInference), `ai.usage.*` (AI SDK), Sentry's and Anthropic's own. Input includes cache reads and writes, as the standard says; older Anthropic instrumentation counts them apart, which is seen where they are more than the input, or where only with them the total comes out. Output includes reasoning.
- One call counts once: by the provider's response id, also across files, gateways and application logs; of nested spans of one call the inner one; and usage on agents, workflows and tools is left out where the trace holds the calls themselves. Spans without usage are skipped.
- An agent's sum without any call in its trace is loaded; the number of its calls is unknown.
- `service.name` becomes the project. Texts of prompts and answers in the attributes are not kept.
- Nested spans are only recognised within one file: give whole traces. Python's console exporter lays each span out over many lines: make them one a line first (`jq -c .`).
"""

[fields]
name = "str"
context.trace_id = "id"
context.span_id = "id"
traceId = "id"
spanId = "id"
id = "id"
parent_id = "id"
parentId = "id"
parentSpanId = "id"
parentSpanContext.spanId = "id"
start_time = "time"
end_time = "time"
startTime = "json"
endTime = "json"
timestamp = "time"
status = "json"
resource.attributes = "json"
[fields.attributes]
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
-- One call a row. All spans are needed, because those without usage link the others.
WITH span AS NOT MATERIALIZED (
    SELECT
        file_id,
        line,
        coalesce(context.trace_id, traceId) AS trace_id,
        coalesce(context.span_id, spanId, id) AS span_id,
        nullif(
            nullif(coalesce(parent_id, parentId, parentSpanId, parentSpanContext.spanId), ''),
            coalesce(context.span_id, spanId, id)
        ) AS parent_id,
        -- JavaScript writes [seconds, nanoseconds].
        CASE
            WHEN json_type(try_cast(startTime AS JSON)) = 'ARRAY'
                THEN (startTime ->> '$[0]') || lpad(startTime ->> '$[1]', 9, '0')
            ELSE coalesce(start_time, trim(startTime, '"'), timestamp)
        END AS start_time,
        CASE
            WHEN json_type(try_cast(endTime AS JSON)) = 'ARRAY' THEN (endTime ->> '$[0]') || lpad(endTime ->> '$[1]', 9, '0')
            ELSE coalesce(end_time, trim(endTime, '"'))
        END AS end_time,
        coalesce(
            upper(json_inside(status) ->> '$.status_code') = 'ERROR'
            OR json_inside(status) ->> '$.code' IN ('2', 'STATUS_CODE_ERROR', 'ERROR'),
            FALSE
        ) AS failed,
        json_inside(resource.attributes) ->> '$."service.name"' AS service_name,
        coalesce(
            json_inside(resource.attributes) ->> '$."deployment.environment.name"',
            json_inside(resource.attributes) ->> '$."deployment.environment"'
        ) AS environment,
        attributes AS a
    FROM source
)

SELECT * FROM span_calls('span')
