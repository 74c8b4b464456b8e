-- The calls of LangSmith runs, the same for runs as the API returns them and as a client sends them. The format names the CTE
-- that has its runs under the names used here.
CREATE OR REPLACE TEMP MACRO langsmith_calls(source_rows) AS TABLE
    WITH run AS NOT MATERIALIZED (
        SELECT * FROM query_table(source_rows)
    ),

    -- Calls alone: the runs of a model, with the few facts of their outputs.
    call AS NOT MATERIALIZED (
        SELECT
            * EXCLUDE (outputs, extra),
            json_extract_string(json_inside(extra), [
                '$.metadata.ls_provider', '$.metadata.ls_model_name', '$.metadata.session_id', '$.metadata.thread_id',
                '$.metadata.conversation_id', '$.metadata.user_id'
            ]) AS meta,
            json_extract_string(json_inside(outputs), [
                '$.id', '$.generations[0][0].message.kwargs.response_metadata.id', '$.generations[0][0].message.kwargs.id',
                '$.model', '$.generations[0][0].message.kwargs.response_metadata.model_name',
                '$.service_tier', '$.generations[0][0].message.kwargs.response_metadata.service_tier'
            ]) AS answer,
            from_json(
                coalesce(
                    nullif(json_inside(outputs) -> '$.usage_metadata', 'null'::JSON),
                    nullif(json_inside(outputs) -> '$.generations[0][0].message.kwargs.usage_metadata', 'null'::JSON),
                    nullif(json_inside(outputs) -> '$.generations[0][0].message.usage_metadata', 'null'::JSON)
                ),
                '{"input_tokens": "VARCHAR", "output_tokens": "VARCHAR", "total_tokens": "VARCHAR",
                  "input_token_details": {"cache_read": "VARCHAR", "cache_creation": "VARCHAR", "audio": "VARCHAR",
                      "ephemeral_5m_input_tokens": "VARCHAR", "ephemeral_1h_input_tokens": "VARCHAR"},
                  "output_token_details": {"reasoning": "VARCHAR", "audio": "VARCHAR"}}'
            ) AS stated,
            json_units(json_inside(prompt_token_details)) AS prompt_details,
            json_units(json_inside(completion_token_details)) AS completion_details
        FROM run
        WHERE run_type IN ('llm', 'embedding')
    ),

    counted AS NOT MATERIALIZED (
        SELECT
            *,
            coalesce(strict_int(stated.input_tokens), prompt_tokens) AS input,
            coalesce(strict_int(stated.output_tokens), completion_tokens) AS output,
            coalesce(strict_int(stated.input_token_details.cache_read), prompt_details['cache_read']) AS cache_read,
            coalesce(strict_int(stated.input_token_details.cache_creation), prompt_details['cache_creation']) AS written,
            coalesce(
                strict_int(stated.input_token_details.ephemeral_5m_input_tokens), prompt_details['ephemeral_5m_input_tokens']
            ) AS written_5m,
            coalesce(
                strict_int(stated.input_token_details.ephemeral_1h_input_tokens), prompt_details['ephemeral_1h_input_tokens']
            ) AS written_1h
        FROM call
    ),

    -- A run's place names all runs above it: '<time>Z<id>.<time>Z<id>'.
    above AS (
        SELECT DISTINCT file_id, trace_id, unnest(list_transform(split(dotted_order, '.')[:-2], lambda step: right(step, 36))) AS id
        FROM counted
        WHERE greatest(input, output) > 0
    )

    SELECT
        any_time(start_time) AS started_at,
        coalesce(provider_called(meta[1]), maker_of(coalesce(answer[4], meta[2]))) AS provider_name,
        nullif(meta[2], '') AS request_model,
        coalesce(nullif(answer[4], ''), nullif(answer[5], ''), nullif(meta[2], '')) AS response_model,
        CASE run_type WHEN 'embedding' THEN 'embeddings' ELSE 'chat' END AS operation_name,
        CASE coalesce(answer[6], answer[7])
            WHEN 'default' THEN 'standard'
            WHEN 'auto' THEN NULL
            ELSE coalesce(answer[6], answer[7])
        END AS service_tier,
        input AS input_tokens,
        cache_read AS cache_read_input_tokens,
        written_5m AS cache_creation_5m_input_tokens,
        written_1h AS cache_creation_1h_input_tokens,
        -- Some writers keep the sum beside its parts by lifetime, others set it to 0 then.
        CASE
            WHEN written >= coalesce(written_5m, 0)::HUGEINT + coalesce(written_1h, 0)
                THEN written::HUGEINT - coalesce(written_5m, 0) - coalesce(written_1h, 0)
            ELSE written
        END AS cache_creation_unsplit_input_tokens,
        output AS output_tokens,
        coalesce(strict_int(stated.output_token_details.reasoning), completion_details['reasoning']) AS reasoning_output_tokens,
        coalesce(strict_int(stated.input_token_details.audio), prompt_details['audio']) AS input_audio_tokens,
        coalesce(strict_int(stated.output_token_details.audio), completion_details['audio']) AS output_audio_tokens,
        coalesce(nullif(session_name, ''), nullif(project_id, '')) AS project,
        meta[6] AS user_id,
        coalesce(meta[3], meta[4], meta[5]) AS session_id,
        list_tags(json_list(tags)) AS tags,
        CASE WHEN error IS NOT NULL AND error NOT IN ('', '""') OR status = 'error' THEN 'error' ELSE 'ok' END AS status,
        CASE WHEN any_time(end_time) >= any_time(start_time) THEN epoch_ms(any_time(end_time)) - epoch_ms(any_time(start_time)) END
            AS latency_ms,
        strict_decimal(total_cost) AS reported_cost,
        CASE WHEN strict_decimal(total_cost) IS NOT NULL THEN 'USD' END AS reported_currency,
        coalesce(
            list_filter(answer[1:3], lambda given: regexp_matches(given, '^(chatcmpl-|resp_|msg_|gen-)'))[1], 'langsmith|' || id
        ) AS dedup_key,
        coalesce(bad_time('start_time', start_time), bad_decimal('total_cost', total_cost)) AS reject_reason,
        file_id,
        line
    FROM counted
    WHERE
        greatest(input, output) > 0
        AND NOT EXISTS (
            FROM above
            WHERE above.file_id = counted.file_id AND above.trace_id IS NOT DISTINCT FROM counted.trace_id AND above.id = counted.id
        );
