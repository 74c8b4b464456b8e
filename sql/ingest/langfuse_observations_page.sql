/* logcost
format   = "langfuse.observations_page"
title    = "Langfuse: pages of observations of the public API"
reader   = ["json_document", "json_lines"]
identify = ["data.traceId", "data.usageDetails"]
records  = "data[]"
scope    = "file"
apart    = ["data.traceId"]
grain    = "request"
on_duplicate = "largest"
docs     = "https://langfuse.com/docs/api-and-data-platform/features/export-to-blob-storage"
seen     = "2026-11"
about    = """
The answer of `GET /api/public/observations` (v1 or v2): `{"data": [...], "meta": ...}`. Give all pages: nested calls are only recognised within one file.

- Every key of `usage_details` that starts with `input` or `prompt`, or names a cache, is input; every key with `output`, `completion` or `reasoning` is output. Whether parts such as `input_cached_tokens` stand inside `input` or beside it is decided by the total alone: beside, if all keys add up to it; inside, if `input` + `output` do. Where neither holds the record is rejected: what was billed cannot be told.
- A generation whose nested generation carries usage too (AI SDK, LangChain, agents) is the same call and is skipped, as are observations without usage.
- Of several versions of one observation the latest counts.
- `total_cost` (USD, Langfuse's calculation or the tracer's) becomes the reported cost; a 0 that stands for "no price known" stays unknown.
- Langfuse names no provider. It is taken from the tracer's attributes, else from the model's name, else it stays unknown.
- Where the tracer kept the provider's response id, the same call in another log counts once.
"""

[fields]
[[fields.data]]
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
userId = "id"
sessionId = "id"
traceName = "str"
release = "str"
tags = "json"
*/
-- One observation with usage a row.
WITH observation AS NOT MATERIALIZED (
    SELECT
        file_id,
        line,
        data.id AS id,
        data.traceId AS trace_id,
        nullif(nullif(data.parentObservationId, ''), data.id) AS parent_id,
        data.type AS kind,
        data.startTime AS start_time,
        data.endTime AS end_time,
        data.completionStartTime AS first_token_time,
        any_time(data.updatedAt) AS updated_at,
        data.model AS model,
        data.modelParameters AS parameters,
        json_units(json_inside(data.usageDetails)) AS units,
        -- An empty map, or only zeros: no usage. A map that cannot be read is told below.
        json_inside(data.usageDetails) IS NOT NULL AND json_inside(data.usageDetails)::VARCHAR <> '{}'
            AND coalesce(list_sum(map_values(json_units(json_inside(data.usageDetails)))) > 0, TRUE) AS has_usage,
        json_inside(data.costDetails)::VARCHAR AS cost_details,
        coalesce(data.totalCost, json_inside(data.costDetails) ->> '$.total') AS cost,
        data.projectId AS project_id,
        data.userId AS user_id,
        data.sessionId AS session_id,
        data.traceName AS trace_name,
        data.release AS release,
        data.tags AS labels,
        data.environment AS environment,
        data.promptName AS prompt_name,
        data.promptVersion AS prompt_version,
        data.level AS level,
        data.metadata AS metadata
    FROM source
)

SELECT * FROM langfuse_calls('observation')
