/* logcost
format   = "otel.otlp_traces"
title    = "OpenTelemetry traces as OTLP JSON: the Collector's file exporter, one export request a line or a file"
reader   = ["json_lines", "json_document"]
identify = ["resourceSpans.scopeSpans.spans"]
pairs    = ["resourceSpans.resource.attributes", "resourceSpans.scopeSpans.spans.attributes"]
records  = "resourceSpans[].scopeSpans[].spans[]"
scope    = "file"
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
"gen_ai.usage.cost" = "decimal"
"gen_ai.usage.total_cost" = "decimal"
"llm.cost.total" = "decimal"
"operation.cost" = "decimal"
"gen_ai.is_streaming" = "json"
"tag.tags" = "json"
"metadata" = "json"
*/
-- One call a row. All spans are needed, because those without usage link the others.
WITH RECURSIVE span AS NOT MATERIALIZED (
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
),

-- What links the spans, apart from what they say: of a large file only this is held in memory. Usage is on a span when any
-- count is more than zero.
link AS MATERIALIZED (
    SELECT
        file_id,
        trace_id,
        span_id,
        parent_id,
        coalesce(greatest(span_plain_input(a), span_output(a)) > 0, FALSE) AS has_usage,
        span_response_id(a) AS response_id,
        span_is_sum(a) AS is_sum
    FROM span
),

-- Instrumentation nests: a client's span in the library's, the calls of an agent in the agent's. Of a span with usage, all
-- above it, with its response id.
above AS (
    SELECT file_id, trace_id, parent_id AS span_id, response_id FROM link WHERE has_usage AND parent_id IS NOT NULL
    UNION
    SELECT above.file_id, above.trace_id, link.parent_id, above.response_id
    FROM above
    INNER JOIN link ON
        link.file_id = above.file_id AND link.trace_id IS NOT DISTINCT FROM above.trace_id AND link.span_id = above.span_id
    WHERE link.parent_id IS NOT NULL
),

-- Traces that hold calls themselves, so that what agents and workflows sum up is in them already.
with_calls AS (
    SELECT DISTINCT file_id, trace_id FROM link WHERE has_usage AND NOT is_sum
),

call AS (
    SELECT
        *,
        span_response_id(a) AS response_id,
        span_is_sum(a) AS is_sum,
        unnest(CASE
            WHEN greatest(a."anthropic.usage.compaction.input_tokens", a."anthropic.usage.compaction.output_tokens") > 0
                THEN [1, 2]
            ELSE [1]
        END) AS part
    FROM span
    WHERE
        greatest(span_plain_input(a), span_output(a)) > 0
        -- The outer of two nested spans is the same call, unless both name different answers.
        AND NOT EXISTS (
            FROM above
            WHERE
                above.file_id = span.file_id
                AND above.trace_id IS NOT DISTINCT FROM span.trace_id
                AND above.span_id = span.span_id
                AND (above.response_id IS NULL OR span_response_id(a) IS NULL OR above.response_id = span_response_id(a))
        )
        AND NOT (
            span_is_sum(a) AND EXISTS (
                FROM with_calls
                WHERE with_calls.file_id = span.file_id AND with_calls.trace_id IS NOT DISTINCT FROM span.trace_id
            )
        )
)

SELECT
    any_time(start_time) AS started_at,
    -- How many calls an agent's sum holds is not stated.
    CASE WHEN NOT is_sum THEN 1 END AS requests,
    span_provider(a) AS provider_name,
    span_request_model(a) AS request_model,
    span_response_model(a) AS response_model,
    span_operation(a) AS operation_name,
    span_tier(a) AS service_tier,
    CASE part WHEN 1 THEN span_input(a) ELSE a."anthropic.usage.compaction.input_tokens" END AS input_tokens,
    CASE part WHEN 1 THEN span_cache_read(a) END AS cache_read_input_tokens,
    CASE part WHEN 1 THEN span_written_5m(a) END AS cache_creation_5m_input_tokens,
    CASE part WHEN 1 THEN span_written_1h(a) END AS cache_creation_1h_input_tokens,
    CASE part WHEN 1 THEN span_written(a) - coalesce(span_written_5m(a), 0) - coalesce(span_written_1h(a), 0) END
        AS cache_creation_unsplit_input_tokens,
    CASE part WHEN 1 THEN span_output(a) ELSE a."anthropic.usage.compaction.output_tokens" END AS output_tokens,
    CASE part WHEN 1 THEN span_reasoning(a) END AS reasoning_output_tokens,
    CASE part WHEN 1 THEN coalesce(a."gen_ai.usage.audio.input_tokens", a."llm.token_count.prompt_details.audio") END
        AS input_audio_tokens,
    CASE part WHEN 1 THEN coalesce(a."gen_ai.usage.audio.output_tokens", a."llm.token_count.completion_details.audio") END
        AS output_audio_tokens,
    CASE part WHEN 1 THEN a."gen_ai.usage.image.input_tokens" END AS input_image_tokens,
    CASE part WHEN 1 THEN a."gen_ai.usage.image.output_tokens" END AS output_image_tokens,
    service_name AS project,
    span_user(a) AS user_id,
    span_session(a) AS session_id,
    a."traceloop.workflow.name" AS workload,
    map_concat(
        json_tags(json_inside(a.metadata)),
        list_tags(json_list(a."tag.tags")),
        named_tags([
            {'key': 'environment', 'value': environment},
            {'key': 'agent', 'value': a."gen_ai.agent.name"},
            {'key': 'prompt_name', 'value': a."gen_ai.prompt.name"}
        ])
    ) AS tags,
    CASE WHEN failed OR a."error.type" IS NOT NULL THEN 'error' ELSE 'ok' END AS status,
    CASE lower(a."gen_ai.is_streaming") WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END AS streamed,
    CASE
        WHEN any_time(end_time) >= any_time(start_time) THEN epoch_ms(any_time(end_time)) - epoch_ms(any_time(start_time))
    END AS latency_ms,
    CASE part WHEN 1 THEN strict_decimal(span_cost(a)) END AS reported_cost,
    CASE WHEN part = 1 AND strict_decimal(span_cost(a)) IS NOT NULL THEN 'USD' END AS reported_currency,
    -- A hidden call inside an answer (a compaction) has the key that the answer itself gives it.
    coalesce(response_id, 'otel|' || trace_id || '|' || span_id) || CASE part WHEN 2 THEN '#1' ELSE '' END AS dedup_key,
    coalesce(bad_time('the start time of the span', start_time), bad_decimal('cost', span_cost(a))) AS reject_reason,
    file_id,
    line
FROM call
