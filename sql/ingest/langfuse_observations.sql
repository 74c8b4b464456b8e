/* logcost
format   = "langfuse.observations"
title    = "Langfuse: observations, one a row (blob storage export, or objects of the API), as JSON Lines, JSON, CSV or Parquet"
reader   = ["json_lines", "json_document", "csv", "parquet"]
identify = ["id", "type"]
identify_any = [["trace_id", "usage_details", "start_time"], ["traceId", "usageDetails", "startTime"]]
scope    = "file"
grain    = "request"
on_duplicate = "largest"
docs     = "https://langfuse.com/docs/api-and-data-platform/features/export-to-blob-storage"
seen     = "2026-11"
about    = """
The blob storage export (folder `observations_v2/`, or the older `observations/`), or observations saved from the API, one object a line. The older export names no user, session and tags: those stand in its folder `traces/`.

- Every key of `usage_details` that starts with `input` or `prompt`, or names a cache, is input; every key with `output`, `completion` or `reasoning` is output. Whether parts such as `input_cached_tokens` stand inside `input` or beside it is decided by the total alone: beside, if all keys add up to it; inside, if `input` + `output` do. Where neither holds the record is rejected: what was billed cannot be told.
- A generation whose nested generation carries usage too (AI SDK, LangChain, agents) is the same call and is skipped, as are observations without usage.
- Of several versions of one observation the latest counts.
- `total_cost` (USD, Langfuse's calculation or the tracer's) becomes the reported cost; a 0 that stands for "no price known" stays unknown.
- Langfuse names no provider. It is taken from the tracer's attributes, else from the model's name, else it stays unknown.
- Where the tracer kept the provider's response id, the same call in another log counts once.
"""

[fields]
id = "id"
trace_id = "id"
parent_observation_id = "id"
type = "str"
start_time = "time"
end_time = "time"
completion_start_time = "time"
updated_at = "time"
event_ts = "time"
provided_model_name = "str"
model_parameters = "json"
usage_details = "json"
cost_details = "json"
total_cost = "decimal"
project_id = "id"
user_id = "id"
session_id = "id"
trace_name = "str"
release = "str"
environment = "str"
tags = "json"
prompt_name = "str"
prompt_version = "id"
level = "str"
metadata = "json"
traceId = "id"
parentObservationId = "id"
startTime = "time"
endTime = "time"
completionStartTime = "time"
updatedAt = "time"
model = "str"
modelParameters = "json"
usageDetails = "json"
costDetails = "json"
totalCost = "decimal"
projectId = "id"
promptName = "str"
promptVersion = "id"
userId = "id"
sessionId = "id"
traceName = "str"
*/
-- One observation with usage a row. The blob export has other names than the API and writes UTC times without a zone.
WITH RECURSIVE observation AS NOT MATERIALIZED (
    SELECT
        file_id,
        line,
        id,
        coalesce(trace_id, traceId) AS trace_id,
        nullif(nullif(coalesce(parent_observation_id, parentObservationId), ''), id) AS parent_id,
        type AS kind,
        coalesce(start_time, startTime) AS start_time,
        coalesce(end_time, endTime) AS end_time,
        coalesce(completion_start_time, completionStartTime) AS first_token_time,
        any_time(coalesce(updated_at, event_ts, updatedAt)) AS updated_at,
        coalesce(provided_model_name, model) AS model,
        coalesce(model_parameters, modelParameters) AS parameters,
        json_units(json_inside(coalesce(usage_details, usageDetails))) AS units,
        -- An empty map, or only zeros: no usage. A map that cannot be read is told below.
        json_inside(coalesce(usage_details, usageDetails)) IS NOT NULL
            AND json_inside(coalesce(usage_details, usageDetails))::VARCHAR <> '{}'
            AND coalesce(list_sum(map_values(json_units(json_inside(coalesce(usage_details, usageDetails))))) > 0, TRUE) AS has_usage,
        json_inside(coalesce(cost_details, costDetails))::VARCHAR AS cost_details,
        coalesce(total_cost, totalCost, json_inside(coalesce(cost_details, costDetails)) ->> '$.total') AS cost,
        coalesce(project_id, projectId) AS project_id,
        coalesce(user_id, userId) AS user_id,
        coalesce(session_id, sessionId) AS session_id,
        coalesce(trace_name, traceName) AS trace_name,
        release,
        tags AS labels,
        environment,
        coalesce(prompt_name, promptName) AS prompt_name,
        coalesce(prompt_version, promptVersion) AS prompt_version,
        level,
        metadata
    FROM source
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
        AND EXISTS (
            FROM newest
            WHERE
                newest.file_id = counted.file_id
                AND newest.trace_id IS NOT DISTINCT FROM counted.trace_id
                AND newest.id IS NOT DISTINCT FROM counted.id
                AND newest.updated_at IS NOT DISTINCT FROM counted.updated_at
        )
        AND NOT EXISTS (
            FROM above
            WHERE
                above.file_id = counted.file_id
                AND above.trace_id IS NOT DISTINCT FROM counted.trace_id
                AND above.id = counted.id
        )
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
    coalesce(nullif(response_id, ''), 'langfuse|' || id) AS dedup_key,
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
FROM call
