/* logcost
format   = "otel.attributes"
title    = "OpenTelemetry attributes of model calls: one flat object a call, without its span"
reader   = ["json_lines", "json_document"]
identify = []
identify_any = [
    '"gen_ai.usage.input_tokens"',
    '"gen_ai.usage.prompt_tokens"',
    '"llm.token_count.prompt"',
    '"llm.usage.prompt_tokens"',
    '"ai.usage.inputTokens"',
    '"ai.usage.promptTokens"',
]
identify_none = ["attributes", "resourceSpans"]
keep     = [
    '"gen_ai.usage.input_tokens"', '"gen_ai.usage.prompt_tokens"', '"llm.token_count.prompt"', '"llm.usage.prompt_tokens"', '"ai.usage.inputTokens"', '"ai.usage.promptTokens"',
    '"gen_ai.usage.output_tokens"', '"gen_ai.usage.completion_tokens"', '"llm.token_count.completion"', '"llm.usage.completion_tokens"', '"ai.usage.outputTokens"', '"ai.usage.completionTokens"'
]
scope    = "row"
grain    = "request"
docs     = "https://opentelemetry.io/docs/specs/semconv/gen-ai/"
seen     = "2026-11"
about    = """
Attribute maps of spans, one flat object a call. They hold no times (give the day with `--date`) and no place in a trace, so that only the provider's response id tells that two of them are one call.

- Names and meaning of the counts are those of OpenTelemetry spans; maps of agents, workflows and tools are skipped.
"""

[fields]
"service.name" = "id"
"deployment.environment.name" = "id"
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
-- One call a row.
WITH call AS (
    SELECT
        file_id,
        line,
        NULL::VARCHAR AS start_time,
        NULL::VARCHAR AS end_time,
        NULL::VARCHAR AS trace_id,
        NULL::VARCHAR AS span_id,
        FALSE AS failed,
        FALSE AS is_sum,
        "service.name" AS service_name,
        "deployment.environment.name" AS environment,
        source AS a,
        span_response_id(source) AS response_id,
        unnest(CASE
            WHEN greatest("anthropic.usage.compaction.input_tokens", "anthropic.usage.compaction.output_tokens") > 0
                THEN [1, 2]
            ELSE [1]
        END) AS part
    FROM source
    WHERE NOT span_is_sum(source) AND coalesce(span_plain_input(source), 0) + coalesce(span_output(source), 0) > 0
)

SELECT * FROM otel_rows('call')
