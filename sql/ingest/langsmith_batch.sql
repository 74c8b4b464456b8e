/* logcost
format   = "langsmith.batch"
title    = "LangSmith: recorded payloads of its SDK (POST /runs/batch)"
reader   = ["json_lines", "json_document"]
identify = ["post", "patch"]
identify_any = ["post.run_type", "patch.dotted_order"]
scope    = "file"
grain    = "request"
docs     = "https://docs.langchain.com/langsmith/run-data-format"
seen     = "2026-11"
about    = """
What the SDK sends to `/runs/batch`, one payload a line or a file: `post` opens runs, `patch` closes them, and the two halves of a run may stand in different payloads. A run whose type is only in its `post` half is put together within one file.

- Only runs of the types `llm` and `embedding` are calls; chains, tools and agents repeat the tokens of the runs below them and are skipped.
- Counts come from `usage_metadata` in the outputs (input includes cache reads and writes, output includes reasoning).
- The provider's response id, where the outputs keep it, makes the same call in another log count once.
"""

[fields]
[[fields.post]]
id = "id"
trace_id = "id"
dotted_order = "str"
run_type = "str"
start_time = "time"
end_time = "time"
outputs = "json"
extra = "json"
error = "json"
tags = "json"
session_name = "str"
[[fields.patch]]
id = "id"
trace_id = "id"
dotted_order = "str"
run_type = "str"
start_time = "time"
end_time = "time"
outputs = "json"
extra = "json"
error = "json"
tags = "json"
session_name = "str"
*/
-- The two halves of a run are put together: what its later half states goes before the earlier one. A half may leave out its id,
-- which is also the end of its place.
WITH half AS (
    SELECT file_id, line, 1 AS position, unnest(post) AS run FROM source
    UNION ALL
    SELECT file_id, line, 2 AS position, unnest(patch) AS run FROM source
),

run AS (
    SELECT
        file_id,
        min(line) AS line,
        coalesce(run.id, right(run.dotted_order, 36)) AS id,
        any_value(run.trace_id) AS trace_id,
        any_value(run.dotted_order) AS dotted_order,
        any_value(run.run_type) AS run_type,
        any_value(run.session_name) AS session_name,
        any_value(run.tags) AS tags,
        arg_min(run.start_time, (position, line)) AS start_time,
        arg_max(run.end_time, (position, line)) AS end_time,
        arg_max(run.outputs, (position, line)) AS outputs,
        arg_max(run.extra, (position, line)) AS extra,
        arg_max(run.error, (position, line)) AS error,
        NULL::VARCHAR AS status,
        NULL::VARCHAR AS project_id,
        NULL::BIGINT AS prompt_tokens,
        NULL::BIGINT AS completion_tokens,
        NULL::VARCHAR AS prompt_token_details,
        NULL::VARCHAR AS completion_token_details,
        NULL::VARCHAR AS total_cost
    FROM half
    GROUP BY file_id, coalesce(run.id, right(run.dotted_order, 36))
)

SELECT * FROM langsmith_calls('run')
