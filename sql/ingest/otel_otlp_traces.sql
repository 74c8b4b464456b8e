/* logcost
format   = "otel.otlp_traces"
title    = "OpenTelemetry traces as OTLP JSON: the Collector's file exporter, one export request a line or a file"
reader   = ["json_lines", "json_document"]
identify = ["resourceSpans.scopeSpans.spans"]
pairs    = ["resourceSpans.resource.attributes", "resourceSpans.scopeSpans.spans.attributes"]
records  = "resourceSpans[].scopeSpans[].spans[]"
scope    = "file"
apart    = ["spans.traceId"]
grain    = "request"
docs     = "https://opentelemetry.io/docs/specs/semconv/gen-ai/"
seen     = "2026-11"
note_without_usage = "Not one span carries token counts: nothing was counted. Let the instrumentation record usage, or load what the provider or the application logged."
about    = """
Traces written by the OpenTelemetry Collector (`file` exporter) or by an SDK as OTLP JSON. A span of a model call is one row.

- Names of counts: `gen_ai.usage.*` (new and old), `llm.usage.*` (OpenLLMetry), `llm.token_count.*` (OpenInference), `ai.usage.*` (AI SDK), Sentry's and Anthropic's own. Input includes cache reads and writes, as the standard says; older Anthropic instrumentation counts them apart, which is seen where they are more than the input, or where only with them the total comes out. Output includes reasoning.
- One call counts once: by the provider's response id, also across files, gateways and application logs; of nested spans of one call the inner one; and usage on agents, workflows and tools is left out where the trace holds the calls themselves. Spans without usage are skipped.
- An agent's sum without any call in its trace is loaded; the number of its calls is unknown.
- `service.name` becomes the project. Texts of prompts and answers in the attributes are not kept.
- Nested spans are only recognised within one file: give whole traces.
"""

[fields]
[[fields.resourceSpans]]
[fields.resourceSpans.resource.attributes]
"service.name" = "id"
"deployment.environment.name" = "id"
"deployment.environment" = "id"
[[fields.resourceSpans.scopeSpans]]
[[fields.resourceSpans.scopeSpans.spans]]
traceId = "id"
spanId = "id"
parentSpanId = "id"
startTimeUnixNano = "time"
endTimeUnixNano = "time"
status.code = "id"
[fields.resourceSpans.scopeSpans.spans.attributes]
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
        spans.traceId AS trace_id,
        spans.spanId AS span_id,
        nullif(nullif(spans.parentSpanId, ''), spans.spanId) AS parent_id,
        -- 0 is no time.
        nullif(nullif(spans.startTimeUnixNano, ''), '0') AS start_time,
        spans.endTimeUnixNano AS end_time,
        coalesce(spans.status.code IN ('2', 'STATUS_CODE_ERROR'), FALSE) AS failed,
        resourceSpans.resource.attributes."service.name" AS service_name,
        coalesce(
            resourceSpans.resource.attributes."deployment.environment.name",
            resourceSpans.resource.attributes."deployment.environment"
        ) AS environment,
        spans.attributes AS a
    FROM source
)

SELECT * FROM span_calls('span')
