-- Rows of the ledger from calls of OpenTelemetry: spans, log events or bare attributes. The format names the CTE that has its calls
-- under the names used here; "a" holds the attributes that the macros of macros_traces.sql read. A call with a compaction in it comes
-- twice, as part 1 and 2.
CREATE OR REPLACE TEMP MACRO otel_rows(calls) AS TABLE
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
        coalesce(response_id, span_key(trace_id, span_id)) || CASE part WHEN 2 THEN '#1' ELSE '' END AS dedup_key,
        coalesce(bad_time('the start time of the span', start_time), bad_decimal('cost', span_cost(a))) AS reject_reason,
        file_id,
        line
    FROM query_table(calls);

-- The calls of OpenTelemetry spans, the same for OTLP and for spans as exporters print them. The format names the CTE that has
-- its spans under the names used here; "a" holds the attributes that the macros of macros_traces.sql read.
CREATE OR REPLACE TEMP MACRO span_calls(source_rows) AS TABLE
    WITH RECURSIVE span AS NOT MATERIALIZED (
        SELECT * FROM query_table(source_rows)
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

    -- Spans with usage that others state too, by all that decides it; what a span says must not pass through these joins. The outer
    -- of two nested spans is the same call, unless both name different answers.
    repeated AS (
        SELECT link.file_id, link.trace_id, link.span_id, link.response_id, link.is_sum
        FROM link
        INNER JOIN above ON
            above.file_id = link.file_id AND above.trace_id IS NOT DISTINCT FROM link.trace_id AND above.span_id = link.span_id
        WHERE
            link.has_usage AND (above.response_id IS NULL OR link.response_id IS NULL OR above.response_id = link.response_id)
        UNION
        SELECT link.file_id, link.trace_id, link.span_id, link.response_id, link.is_sum
        FROM link
        INNER JOIN with_calls ON
            with_calls.file_id = link.file_id AND with_calls.trace_id IS NOT DISTINCT FROM link.trace_id
        WHERE link.has_usage AND link.is_sum
    ),

    stated AS NOT MATERIALIZED (
        SELECT *, span_response_id(a) AS response_id, span_is_sum(a) AS is_sum
        FROM span
        WHERE greatest(span_plain_input(a), span_output(a)) > 0
    ),

    call AS (
        SELECT
            *,
            unnest(CASE
                WHEN greatest(a."anthropic.usage.compaction.input_tokens", a."anthropic.usage.compaction.output_tokens") > 0
                    THEN [1, 2]
                ELSE [1]
            END) AS part
        FROM stated
        -- Not NOT EXISTS: DuckDB would build the table of that join from the spans instead of from their ids.
        WHERE CASE WHEN EXISTS (
            FROM repeated
            WHERE
                repeated.file_id = stated.file_id
                AND repeated.trace_id IS NOT DISTINCT FROM stated.trace_id
                AND repeated.span_id IS NOT DISTINCT FROM stated.span_id
                AND repeated.response_id IS NOT DISTINCT FROM stated.response_id
                AND repeated.is_sum = stated.is_sum
        ) THEN FALSE ELSE TRUE END
    )

    SELECT * FROM otel_rows('call');
