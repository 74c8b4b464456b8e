/* logcost
format   = "langfuse.trace"
title    = "Langfuse: a trace with its observations, as the UI downloads it or the API returns it"
reader   = ["json_document", "json_lines"]
identify = ["observations.traceId", "observations.usageDetails"]
records  = "observations[]"
scope    = "file"
grain    = "request"
on_duplicate = "largest"
docs     = "https://langfuse.com/docs/api-and-data-platform/features/export-to-blob-storage"
seen     = "2026-11"
about    = """
A trace downloaded in the Langfuse UI (`{"trace": ..., "observations": [...]}`), or the answer of `GET /api/public/traces/{id}`.

- Every key of `usage_details` that starts with `input` or `prompt`, or names a cache, is input; every key with `output`, `completion` or `reasoning` is output. Whether parts such as `input_cached_tokens` stand inside `input` or beside it is decided by the total alone: beside, if all keys add up to it; inside, if `input` + `output` do. Where neither holds the record is rejected: what was billed cannot be told.
- A generation whose nested generation carries usage too (AI SDK, LangChain, agents) is the same call and is skipped, as are observations without usage.
- Of several versions of one observation the latest counts.
- `total_cost` (USD, Langfuse's calculation or the tracer's) becomes the reported cost; a 0 that stands for "no price known" stays unknown.
- Langfuse names no provider. It is taken from the tracer's attributes, else from the model's name, else it stays unknown.
- Where the tracer kept the provider's response id, the same call in another log counts once.
"""

[fields]
userId = "id"
sessionId = "id"
name = "str"
release = "str"
tags = "json"
[fields.trace]
userId = "id"
sessionId = "id"
name = "str"
release = "str"
tags = "json"
[[fields.observations]]
id = "id"
traceId = "id"
parentObservationId = "id"
type = "str"
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
environment = "str"
promptName = "str"
promptVersion = "id"
level = "str"
metadata = "json"
*/
-- One observation with usage a row, and labels from its trace.
WITH observation AS NOT MATERIALIZED (
    SELECT
        file_id,
        line,
        observations.id AS id,
        observations.traceId AS trace_id,
        nullif(nullif(observations.parentObservationId, ''), observations.id) AS parent_id,
        observations.type AS kind,
        observations.startTime AS start_time,
        observations.endTime AS end_time,
        observations.completionStartTime AS first_token_time,
        any_time(observations.updatedAt) AS updated_at,
        observations.model AS model,
        observations.modelParameters AS parameters,
        json_units(json_inside(observations.usageDetails)) AS units,
        -- An empty map, or only zeros: no usage. A map that cannot be read is told below.
        json_inside(observations.usageDetails) IS NOT NULL AND json_inside(observations.usageDetails)::VARCHAR <> '{}'
            AND coalesce(list_sum(map_values(json_units(json_inside(observations.usageDetails)))) > 0, TRUE) AS has_usage,
        json_inside(observations.costDetails)::VARCHAR AS cost_details,
        coalesce(observations.totalCost, json_inside(observations.costDetails) ->> '$.total') AS cost,
        observations.projectId AS project_id,
        coalesce(trace.userId, userId) AS user_id,
        coalesce(trace.sessionId, sessionId) AS session_id,
        coalesce(trace.name, name) AS trace_name,
        coalesce(trace.release, release) AS release,
        coalesce(trace.tags, tags) AS labels,
        observations.environment AS environment,
        observations.promptName AS prompt_name,
        observations.promptVersion AS prompt_version,
        observations.level AS level,
        observations.metadata AS metadata
    FROM source
)

SELECT * FROM langfuse_calls('observation')
