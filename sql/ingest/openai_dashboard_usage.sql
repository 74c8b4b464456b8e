/* logcost
format        = "openai.dashboard_usage"
title         = "OpenAI dashboard: usage page export (completions, embeddings, images, audio ...), CSV or TSV"
reader        = "csv"
identify      = ["start_time", "end_time", "start_time_iso", "end_time_iso"]
identify_none = ["amount_value", "amount_currency", "wallet_type", "cost"]
scope         = "file"
grain         = "bucket"
docs          = "https://platform.openai.com/docs/api-reference/usage"
seen          = "2026-09"
about         = """
The CSV that the Export button of the dashboard's usage page gives, one file an endpoint (`completions_usage_...csv`,
`embeddings_usage_...csv` ...). Which endpoint it is shows in its columns (of embeddings and moderations that are not grouped by model, in the file's name: keep
it); files saved with tabs or semicolons are read too.

- A row is one day's (or hour's) calls of one model, project, user, key, tier and batch mark; its counts are sums.
- `input_tokens` holds cached and cache-write tokens; reasoning is inside `output_tokens` and not stated apart.
- A row with nothing but its times is an empty bucket and gives no row. A period without any usage is exported with only the four
  time columns: a valid, empty file.
- The times are UTC, with or without an offset. Whole numbers may be written `21.0`.
- The same bucket in two exports, or in `openai.usage_api` grouped alike, counts once. Reports of one period that are grouped
  differently are counted twice: load only one of them.
- The dashboard's cost export need not have the same days and rows: compare by month and model.
"""

[fields]
start_time = "time"
end_time = "time"
start_time_iso = "time"
end_time_iso = "time"
project_id = "str"
user_id = "str"
api_key_id = "str"
model = "str"
batch = "bool"
service_tier = "str"
api_source = "str"
num_model_requests = "int"
input_tokens = "int"
output_tokens = "int"
input_cached_tokens = "int"
input_uncached_tokens = "int"
input_cache_write_tokens = "int"
input_cache_write_30m_tokens = "int"
input_cache_write_12h_tokens = "int"
input_audio_tokens = "int"
input_cached_audio_tokens = "int"
output_audio_tokens = "int"
input_image_tokens = "int"
input_cached_image_tokens = "int"
output_image_tokens = "int"
images = "int"
size = "str"
source = "str"
characters = "int"
seconds = "int"
usage_bytes = "int"
num_sessions = "int"
num_requests = "int"
vector_store_id = "str"
context_level = "str"
*/
-- One bucket a row, as in openai.usage_api, whose keys it shares. The file does not name its endpoint; the counts it has do.
WITH cell AS (
    SELECT
        * REPLACE (
            coalesce(start_time, start_time_iso) AS start_time,
            coalesce(end_time, end_time_iso) AS end_time,
            filled(project_id) AS project_id,
            filled(user_id) AS user_id,
            filled(api_key_id) AS api_key_id,
            filled(model) AS model,
            filled(service_tier) AS service_tier,
            filled(api_source) AS api_source,
            filled(size) AS size,
            filled(source) AS source,
            filled(vector_store_id) AS vector_store_id,
            filled(context_level) AS context_level
        ),
        -- Where the uncached tokens are stated they decide: the total is then what its parts are.
        coalesce(
            input_uncached_tokens + coalesce(input_cached_tokens, 0) + coalesce(input_cache_write_tokens, 0), input_tokens
        ) AS all_input
    FROM source
    -- Only times: an empty bucket.
    WHERE coalesce(
        num_model_requests, input_tokens, output_tokens, images, characters, seconds, usage_bytes, num_sessions, num_requests
    ) IS NOT NULL
),

result AS (
    SELECT
        *,
        CASE
            WHEN output_tokens IS NOT NULL THEN 'completions'
            WHEN images IS NOT NULL THEN 'images'
            WHEN characters IS NOT NULL THEN 'audio_speeches'
            WHEN seconds IS NOT NULL THEN 'audio_transcriptions'
            WHEN usage_bytes IS NOT NULL THEN 'vector_stores'
            WHEN num_sessions IS NOT NULL THEN 'code_interpreter_sessions'
            WHEN num_requests IS NOT NULL AND (vector_store_id IS NOT NULL OR num_model_requests IS NULL) THEN 'file_searches'
            WHEN num_requests IS NOT NULL THEN 'web_searches'
            WHEN model LIKE '%moderation%' THEN 'moderations'
            WHEN model LIKE '%embedding%' THEN 'embeddings'
            -- Not grouped by model, both have the same columns; two endpoints' buckets must not count as one.
            ELSE coalesce(nullif(regexp_extract(file_path, '(embeddings|moderations)_usage[^/\\]*$', 1), ''), 'input_only')
        END AS kind
    FROM cell
),

-- The same bucket in two exports counts once; a later export of a bucket that was still filling is the larger one.
named AS (
    SELECT
        *,
        openai_bucket(kind, start_time, end_time, [
            model, project_id, user_id, api_key_id, batch::VARCHAR, service_tier, api_source, size, source, vector_store_id,
            context_level
        ]) AS bucket
    FROM result
),

-- Rows of one file that look alike (a real export has them) are told apart, not lost.
numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY file_id, bucket ORDER BY output_tokens DESC NULLS LAST, input_tokens DESC NULLS LAST, line
        ) AS position
    FROM named
)

SELECT
    any_time(start_time) AS started_at,
    any_time(end_time) AS ended_at,
    CASE WHEN kind NOT IN ('web_searches', 'file_searches') THEN num_model_requests END AS requests,
    'openai' AS provider_name,
    model AS response_model,
    nullif(openai_operation(kind), 'input_only') AS operation_name,
    openai_tier(batch, service_tier) AS service_tier,
    all_input AS input_tokens,
    input_cached_tokens AS cache_read_input_tokens,
    input_cached_audio_tokens AS cache_read_audio_tokens,
    input_cached_image_tokens AS cache_read_image_tokens,
    input_cache_write_30m_tokens AS cache_creation_30m_input_tokens,
    input_cache_write_12h_tokens AS cache_creation_12h_input_tokens,
    input_cache_write_tokens - coalesce(input_cache_write_30m_tokens, 0) - coalesce(input_cache_write_12h_tokens, 0)
        AS cache_creation_unsplit_input_tokens,
    output_tokens,
    -- Beside input_uncached_tokens, the counts per modality are uncached only.
    input_audio_tokens + CASE WHEN input_uncached_tokens IS NULL THEN 0 ELSE coalesce(input_cached_audio_tokens, 0) END
        AS input_audio_tokens,
    output_audio_tokens,
    input_image_tokens + CASE WHEN input_uncached_tokens IS NULL THEN 0 ELSE coalesce(input_cached_image_tokens, 0) END
        AS input_image_tokens,
    output_image_tokens,
    CASE WHEN kind = 'web_searches' THEN num_requests END AS web_search_requests,
    stated([
        {'key': 'images', 'value': images},
        {'key': 'characters', 'value': characters},
        {'key': 'seconds', 'value': seconds},
        {'key': 'vector_store_bytes', 'value': usage_bytes},
        {'key': 'code_interpreter_sessions', 'value': num_sessions},
        {'key': 'file_search_calls', 'value': CASE WHEN kind = 'file_searches' THEN num_requests END}
    ]) AS other_units,
    api_key_id,
    project_id AS project,
    user_id,
    stated([
        {'key': 'api_source', 'value': api_source},
        {'key': 'context_level', 'value': context_level},
        {'key': 'image_size', 'value': size},
        {'key': 'image_source', 'value': source},
        {'key': 'vector_store_id', 'value': vector_store_id},
        {'key': 'input_tokens_stated', 'value': CASE WHEN input_tokens <> all_input THEN input_tokens::VARCHAR END}
    ]) AS tags,
    bucket || CASE WHEN position > 1 THEN '#' || position ELSE '' END AS dedup_key,
    coalesce(
        bad_time('start_time', start_time), bad_time('end_time', end_time),
        CASE
            WHEN start_time IS NULL
            THEN 'start_time is missing: a sum without its bucket cannot be placed. Correct the line.'
        END
    ) AS reject_reason,
    file_id,
    line
FROM numbered
