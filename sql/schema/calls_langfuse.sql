-- The calls of Langfuse observations, the same for each way to get them out: as rows of an export, as pages of the API, in a trace.
-- The format names the CTE that has its observations under the names used here.
CREATE OR REPLACE TEMP MACRO langfuse_calls(source_rows) AS TABLE
    WITH RECURSIVE observation AS NOT MATERIALIZED (
        SELECT * FROM query_table(source_rows)
    ),

    -- The export can hold several versions of an observation: the latest is the true one.
    newest AS MATERIALIZED (
        SELECT file_id, trace_id, id, max(updated_at) AS updated_at FROM observation GROUP BY ALL
    ),

    -- What links the observations, apart from what they say: of a large file only this is held in memory.
    link AS MATERIALIZED (
        SELECT observation.file_id, observation.trace_id, observation.id, parent_id, has_usage
        FROM observation
        INNER JOIN newest ON
            newest.file_id = observation.file_id
            AND newest.id = observation.id
            AND newest.trace_id IS NOT DISTINCT FROM observation.trace_id
            AND newest.updated_at IS NOT DISTINCT FROM observation.updated_at
    ),

    -- Agents, chains and the outer one of two nested generations repeat the usage of what they called.
    above AS (
        SELECT file_id, trace_id, parent_id AS id FROM link WHERE has_usage AND parent_id IS NOT NULL
        UNION
        SELECT above.file_id, above.trace_id, link.parent_id
        FROM above
        INNER JOIN link ON
            link.file_id = above.file_id AND link.trace_id IS NOT DISTINCT FROM above.trace_id AND link.id = above.id
        WHERE link.parent_id IS NOT NULL
    ),

    lowest AS (
        SELECT *
        FROM newest
        WHERE NOT EXISTS (
            FROM above
            WHERE above.file_id = newest.file_id AND above.trace_id IS NOT DISTINCT FROM newest.trace_id AND above.id = newest.id
        )
    ),

    counted AS NOT MATERIALIZED (
        SELECT
            *,
            usage_parts(units) AS parts,
            side_sum(usage_parts(units), 'input') AS plain_input,
            side_sum(usage_parts(units), 'output') AS plain_output,
            side_sum(usage_parts(units), 'input part') AS input_parts,
            side_sum(usage_parts(units), 'output part') AS output_parts,
            coalesce(side_sum(usage_parts(units), 'other'), 0) AS other,
            side_sum(usage_parts(units), 'total') AS total
        FROM observation
    ),

    call AS (
        SELECT
            *,
            coalesce(plain_input, 0) + coalesce(plain_output, 0) AS plain,
            parts_stand(
                coalesce(plain_input, 0) + coalesce(plain_output, 0), coalesce(input_parts, 0), coalesce(output_parts, 0), other,
                total
            ) AS stand,
            -- The model's own id of the answer, where the writer kept it: the same call in another log counts once.
            coalesce(
                nullif(json_inside(metadata) ->> '$.attributes."gen_ai.response.id"', ''),
                regexp_extract(json_inside(parameters) ->> '$.id', '^(chatcmpl-|resp_|msg_).+$', 0)
            ) AS response_id
        FROM counted
        WHERE
            (has_usage OR (upper(kind) IN ('GENERATION', 'EMBEDDING') AND strict_decimal(cost) > 0))
            -- Not a bare IN or EXISTS: DuckDB would build the table of that join from the observations instead of from their ids.
            -- A NULL inside a row equals another.
            AND CASE
                WHEN (file_id, trace_id, id, updated_at) IN (SELECT (file_id, trace_id, id, updated_at) FROM lowest) THEN TRUE
                ELSE FALSE
            END
    )

    SELECT
        any_time(start_time) AS started_at,
        coalesce(
            provider_called(json_inside(metadata) ->> '$.attributes."gen_ai.provider.name"'),
            provider_called(json_inside(metadata) ->> '$.attributes."gen_ai.system"'),
            provider_called(json_inside(metadata) ->> '$.ls_provider'),
            maker_of(model)
        ) AS provider_name,
        nullif(model, '') AS response_model,
        CASE WHEN upper(kind) = 'EMBEDDING' THEN 'embeddings' ELSE 'chat' END AS operation_name,
        CASE json_inside(parameters) ->> '$.service_tier'
            WHEN 'default' THEN 'standard'
            WHEN 'auto' THEN NULL
            ELSE json_inside(parameters) ->> '$.service_tier'
        END AS service_tier,
        CASE
            WHEN upper(kind) = 'EMBEDDING' AND plain_input IS NULL AND input_parts IS NULL THEN total
            WHEN plain_input IS NULL AND input_parts IS NULL THEN NULL
            WHEN stand IN ('apart', 'input apart') THEN coalesce(plain_input, 0) + coalesce(input_parts, 0)
            ELSE plain_input
        END AS input_tokens,
        kind_sum(parts, 'input part', 'read') AS cache_read_input_tokens,
        kind_sum(parts, 'input part', 'write 5m') AS cache_creation_5m_input_tokens,
        kind_sum(parts, 'input part', 'write 1h') AS cache_creation_1h_input_tokens,
        kind_sum(parts, 'input part', 'write') AS cache_creation_unsplit_input_tokens,
        CASE
            WHEN plain_output IS NULL AND output_parts IS NULL THEN NULL
            WHEN stand IN ('apart', 'output apart')
                THEN coalesce(plain_output, 0) + coalesce(output_parts, 0)
                -- A total above input + output, and nothing named that fills it: hidden reasoning, billed as output.
                + CASE
                    WHEN
                        coalesce(input_parts, 0) + coalesce(output_parts, 0) + other = 0 AND plain_input IS NOT NULL AND total > plain
                        THEN total - plain
                    ELSE 0
                END
            ELSE plain_output
        END AS output_tokens,
        kind_sum(parts, 'output part', 'reasoning') AS reasoning_output_tokens,
        kind_sum(parts, 'input part', 'audio') AS input_audio_tokens,
        kind_sum(parts, 'output part', 'audio') AS output_audio_tokens,
        kind_sum(parts, 'input part', 'image') AS input_image_tokens,
        kind_sum(parts, 'output part', 'image') AS output_image_tokens,
        nullif(map_from_entries(list_transform(
            list_filter(parts, lambda part: part.side = 'other'), lambda part: {'key': part.name, 'value': part.count}
        )), MAP {}) AS other_units,
        project_id AS project,
        nullif(user_id, '') AS user_id,
        nullif(session_id, '') AS session_id,
        map_concat(
            list_tags(json_list(labels)),
            nullif(map_from_entries(list_filter(
                [
                    {'key': 'trace_name', 'value': trace_name},
                    {'key': 'environment', 'value': environment},
                    {'key': 'release', 'value': release},
                    {'key': 'prompt_name', 'value': prompt_name},
                    {'key': 'prompt_version', 'value': prompt_version}
                ],
                lambda tag: tag.value IS NOT NULL AND tag.value <> ''
            )), MAP {})
        ) AS tags,
        CASE WHEN upper(level) = 'ERROR' THEN 'error' ELSE 'ok' END AS status,
        CASE WHEN first_token_time IS NOT NULL THEN TRUE END AS streamed,
        CASE
            WHEN any_time(end_time) >= any_time(start_time) THEN epoch_ms(any_time(end_time)) - epoch_ms(any_time(start_time))
        END
            AS latency_ms,
        -- Langfuse shows 0 where it knows no price.
        CASE
            WHEN cost_details IS NOT NULL AND cost_details <> '{}' OR strict_decimal(cost) > 0 THEN strict_decimal(cost)
        END
            AS reported_cost,
        CASE
            WHEN (cost_details IS NOT NULL AND cost_details <> '{}' OR strict_decimal(cost) > 0)
                AND strict_decimal(cost) IS NOT NULL
                THEN 'USD'
        END AS reported_currency,
        -- An observation that came as a span of OpenTelemetry keeps the span's ids. Ids of one's own may repeat in another project.
        coalesce(
            nullif(response_id, ''),
            CASE WHEN regexp_full_match(trace_id, '[0-9a-f]{32}') AND regexp_full_match(id, '[0-9a-f]{16}') THEN span_key(trace_id, id) END,
            concat_ws('|', 'langfuse', trace_id, id)
        ) AS dedup_key,
        coalesce(
            bad_time('start_time', start_time),
            bad_decimal('total_cost', cost),
            CASE
                WHEN has_usage AND units IS NULL THEN 'usage_details must hold whole numbers of 0 or more. Correct the record.'
                WHEN has_usage AND plain_input IS NULL AND plain_output IS NULL AND input_parts IS NULL AND output_parts IS NULL
                    AND total IS NOT NULL AND upper(kind) <> 'EMBEDDING'
                    THEN 'usage_details states a total only: what is input and what is output cannot be told. '
                    || 'Let the tracer send both.'
                WHEN has_usage AND stand IS NULL
                    THEN 'usage_details do not add up to their total, with the parts of input and output inside them or apart: '
                    || 'what was billed cannot be told. Correct what the tracer sends.'
            END
        ) AS reject_reason,
        file_id,
        line
    FROM call;
