/* logcost
format        = "anthropic.usage_report"
title         = "Anthropic Admin API usage report for messages"
reader        = ["json_document", "json_lines"]
identify      = ["data", "has_more", "next_page"]
identify_none = [
    "object", "data.id", "data.date", "data.results.amount", "data.results.requests", "data.results.product",
    "data.actor", "data.byok_usage_inference", "data.start_time",
]
records       = "data[].results[]"
complete      = "has_more"
scope         = "file"
grain         = "bucket"
on_duplicate  = "largest"
docs          = "https://docs.anthropic.com/en/api/admin-api/usage-cost/get-messages-usage-report"
seen          = "2026-11"
about = '''
The [usage report for messages](https://docs.anthropic.com/en/api/admin-api/usage-cost/get-messages-usage-report) of the Admin API. It counts no requests. `context_window` says whether the row was billed as long context; `speed`, `inference_geo`, workspace, key and account are kept. What is said of groups, pages and repeated downloads under [`openai.usage_api`](openai.usage_api.md) holds here too.

- `uncached_input_tokens` leaves out what was read from and written to the cache; the ledger's `input_tokens` adds the three up. `output_tokens` holds thinking tokens.
- The default workspace and traffic of the Console have no id.
- The Console's CSV ([`anthropic.console_tokens`](anthropic.console_tokens.md)) shows the same tokens under names instead of ids: load one of them.
'''

[fields]
has_more = "bool"
[[fields.data]]
starting_at = "time"
ending_at = "time"
[[fields.data.results]]
model = "str"
workspace_id = "str"
api_key_id = "str"
account_id = "str"
service_account_id = "str"
service_tier = "str"
context_window = "str"
inference_geo = "str"
speed = "str"
uncached_input_tokens = "int"
cache_read_input_tokens = "int"
cache_creation_5m_input_tokens = "int"
cache_creation_1h_input_tokens = "int"
output_tokens = "int"
[fields.data.results.cache_creation]
ephemeral_5m_input_tokens = "int"
ephemeral_1h_input_tokens = "int"
[fields.data.results.server_tool_use]
web_search_requests = "int"
*/
-- One result of one bucket a row. The report counts no requests, and its uncached input excludes the cache: the parts are added
-- up here. Older copies of the report have the writes flat; a file has one spelling or the other, never a sum of both.
-- A null dimension means that the report is not grouped by it.
WITH result AS (
    SELECT
        file_id,
        line,
        data.starting_at AS starting_at,
        data.ending_at AS ending_at,
        results.*,
        coalesce(results.cache_creation.ephemeral_5m_input_tokens, results.cache_creation_5m_input_tokens) AS written_5m,
        coalesce(results.cache_creation.ephemeral_1h_input_tokens, results.cache_creation_1h_input_tokens) AS written_1h
    FROM source
),

-- The same bucket in two exports counts once; a later export of a bucket that was still filling is the larger one.
named AS (
    SELECT
        *,
        concat_ws(
            '|', 'anthropic.usage_report', epoch_ms(any_time(starting_at)), epoch_ms(any_time(ending_at)), coalesce(model, ''),
            coalesce(workspace_id, ''), coalesce(api_key_id, ''), coalesce(account_id, ''), coalesce(service_account_id, ''),
            coalesce(service_tier, ''), coalesce(context_window, ''), coalesce(inference_geo, ''), coalesce(speed, '')
        ) AS bucket
    FROM result
),

-- Grouped by a dimension that is not read here, results of one file look alike: they are told apart, not lost.
numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY file_id, bucket ORDER BY output_tokens DESC NULLS LAST, uncached_input_tokens DESC NULLS LAST, line
        ) AS position
    FROM named
)

SELECT
    any_time(starting_at) AS started_at,
    any_time(ending_at) AS ended_at,
    'anthropic' AS provider_name,
    model AS response_model,
    'chat' AS operation_name,
    CASE WHEN speed = 'fast' THEN 'fast' ELSE service_tier END AS service_tier,
    nullif(inference_geo, 'not_available') AS region,
    anthropic_long_context(context_window) AS long_context,
    uncached_input_tokens + coalesce(cache_read_input_tokens, 0) + coalesce(written_5m, 0) + coalesce(written_1h, 0)
        AS input_tokens,
    cache_read_input_tokens,
    written_5m AS cache_creation_5m_input_tokens,
    written_1h AS cache_creation_1h_input_tokens,
    output_tokens,
    server_tool_use.web_search_requests AS web_search_requests,
    api_key_id,
    workspace_id AS project,
    coalesce(account_id, service_account_id) AS user_id,
    bucket || CASE WHEN position > 1 THEN '#' || position ELSE '' END AS dedup_key,
    coalesce(bad_time('starting_at', starting_at), bad_time('ending_at', ending_at)) AS reject_reason,
    file_id,
    line
FROM numbered
