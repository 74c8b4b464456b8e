/* logcost
format   = "langsmith.runs"
title    = "LangSmith: runs of its API or SDK, one object a line or in an array, and the Parquet bulk export"
reader   = ["json_lines", "json_document", "parquet"]
identify = ["run_type", "start_time", "trace_id", "dotted_order"]
identify_none = ["post", "patch"]
scope    = "file"
apart    = ["trace_id"]
grain    = "request"
docs     = "https://docs.langchain.com/langsmith/run-data-format"
seen     = "2026-11"
about    = """
Runs as `client.list_runs()` or the API return them, saved one a line or as an array, or the Parquet bulk export.

- Only runs of the types `llm` and `embedding` are calls; chains, tools and agents repeat the tokens of the runs below them and are skipped. An `llm` run with an `llm` run below it (a wrapper around a wrapped client) is skipped for the same reason.
- Counts come from `usage_metadata` in the outputs (input includes cache reads and writes, output includes reasoning), else from `prompt_tokens` and `completion_tokens`.
- `total_cost` (USD) becomes the reported cost.
- `session_id` of a run is its project; the conversation is `session_id`, `thread_id` or `conversation_id` of its metadata.
- The provider's response id, where the outputs keep it, makes the same call in another log count once.
"""

[fields]
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
status = "str"
session_id = "id"
session_name = "str"
prompt_tokens = "int"
completion_tokens = "int"
total_tokens = "int"
prompt_token_details = "json"
completion_token_details = "json"
total_cost = "decimal"
*/
-- One call a row.
WITH run AS (
    SELECT
        * EXCLUDE (session_id),
        session_id AS project_id
    FROM source
)

SELECT * FROM langsmith_calls('run')
