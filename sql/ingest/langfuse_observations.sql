/* logcost
format   = "langfuse.observations"
title    = "Langfuse: observations, one a row (blob storage export, or objects of the API), as JSON Lines, JSON, CSV or Parquet"
reader   = ["json_lines", "json_document", "csv", "parquet"]
identify = ["id", "type"]
identify_any = [["trace_id", "usage_details", "start_time"], ["traceId", "usageDetails", "startTime"]]
scope    = "file"
apart    = ["trace_id", "traceId"]
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
WITH observation AS NOT MATERIALIZED (
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
)

SELECT * FROM langfuse_calls('observation')
