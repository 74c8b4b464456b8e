/* logcost
format        = "anthropic.console_tokens"
title         = "Anthropic Console: token export of the Usage page, CSV"
reader        = "csv"
identify      = ["usage_date_utc", "model_version", "usage_input_tokens_no_cache", "usage_output_tokens"]
identify_none = ["cost_usd"]
scope         = "file"
grain         = "bucket"
docs          = "https://support.anthropic.com/en/articles/9534590-cost-and-usage-reporting-in-console"
seen          = "2026-08"
about         = """
The CSV that the Export button of the Console's Usage page gives (`claude_api_tokens_...csv`), in all headers that were seen.

- A row is one day's (hour's, minute's) tokens of one model, key, workspace, usage type, context window, region and speed. Requests are
  not counted. Exports by the hour or minute state only the start of a bucket; its length is read off the file.
- `usage_input_tokens_no_cache` leaves out what was read from and written to the cache; the ledger's `input_tokens` adds the parts up.
- Older files have one column for cache writes, whose lifetime is then unknown. A file without cache columns says nothing about the
  cache: its counts stay unknown and are not 0, and its `input_tokens` is only what did not touch the cache.
- `api_key` and `workspace` are names, not the ids of the Admin API. The key itself is not in the file.
- The same bucket in two exports counts once; a bucket of the Admin API's usage report is not recognised as the same: load one of them.
"""

[fields]
usage_date_utc = "time"
model_version = "str"
api_key = "str"
workspace = "str"
usage_type = "str"
context_window = "str"
usage_input_tokens_no_cache = "int"
usage_input_tokens_cache_write = "int"
usage_input_tokens_cache_write_5m = "int"
usage_input_tokens_cache_write_1h = "int"
usage_input_tokens_cache_read = "int"
usage_output_tokens = "int"
web_search_count = "int"
inference_geo = "str"
speed = "str"
*/
-- One bucket a row; the export states its start only.
WITH cell AS (
    SELECT
        *,
        any_time(usage_date_utc) AS start_at,
        length(usage_date_utc) <= 10 AS is_day,
        -- Of exports by the minute some row starts off the hour.
        bool_or(minute(any_time(usage_date_utc)) <> 0) OVER (PARTITION BY file_id) AS by_minute,
        usage_input_tokens_cache_write - coalesce(usage_input_tokens_cache_write_5m, 0)
            - coalesce(usage_input_tokens_cache_write_1h, 0) AS written_unsplit
    FROM source
    WHERE usage_date_utc IS NOT NULL OR usage_input_tokens_no_cache IS NOT NULL OR usage_output_tokens IS NOT NULL
),

-- The same bucket in two exports counts once; a later export of a bucket that was still filling is the larger one.
named AS (
    SELECT
        *,
        concat_ws(
            '|', 'anthropic.console_tokens|bucket', epoch_ms(start_at),
            CASE WHEN is_day THEN 'day' WHEN by_minute THEN 'minute' ELSE 'hour' END, coalesce(model_version, ''),
            coalesce(api_key, ''), coalesce(workspace, ''), coalesce(usage_type, ''), coalesce(context_window, ''),
            coalesce(inference_geo, ''), coalesce(speed, '')
        ) AS bucket
    FROM cell
),

-- Rows of one file that look alike are told apart, not lost.
numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY file_id, bucket
            ORDER BY usage_output_tokens DESC NULLS LAST, usage_input_tokens_no_cache DESC NULLS LAST, line
        ) AS position
    FROM named
)

SELECT
    start_at AS started_at,
    start_at + CASE WHEN is_day THEN INTERVAL 1 DAY WHEN by_minute THEN INTERVAL 1 MINUTE ELSE INTERVAL 1 HOUR END AS ended_at,
    'anthropic' AS provider_name,
    filled(model_version) AS response_model,
    'chat' AS operation_name,
    CASE WHEN speed = 'fast' THEN 'fast' ELSE filled(usage_type) END AS service_tier,
    nullif(filled(inference_geo), 'not_available') AS region,
    anthropic_long_context(context_window) AS long_context,
    usage_input_tokens_no_cache + coalesce(usage_input_tokens_cache_read, 0) + coalesce(usage_input_tokens_cache_write_5m, 0)
        + coalesce(usage_input_tokens_cache_write_1h, 0) + coalesce(written_unsplit, 0) AS input_tokens,
    usage_input_tokens_cache_read AS cache_read_input_tokens,
    usage_input_tokens_cache_write_5m AS cache_creation_5m_input_tokens,
    usage_input_tokens_cache_write_1h AS cache_creation_1h_input_tokens,
    written_unsplit AS cache_creation_unsplit_input_tokens,
    usage_output_tokens AS output_tokens,
    web_search_count AS web_search_requests,
    filled(api_key) AS api_key_id,
    filled(workspace) AS project,
    bucket || CASE WHEN position > 1 THEN '#' || position ELSE '' END AS dedup_key,
    coalesce(
        bad_time('usage_date_utc', usage_date_utc),
        CASE
            WHEN usage_date_utc IS NULL
            THEN 'usage_date_utc is missing: a sum without its day cannot be placed. Correct the line.'
        END
    ) AS reject_reason,
    file_id,
    line
FROM numbered
