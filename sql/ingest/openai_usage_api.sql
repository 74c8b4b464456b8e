/* logcost
format        = "openai.usage_api"
title         = "OpenAI organization usage API: pages of buckets (completions, embeddings, images, audio, ...)"
reader        = ["json_document", "json_lines"]
identify      = ["data", "has_more"]
identify_none = ["data.results.amount"]
where         = { object = "page" }
records       = "data[].results[]"
complete      = "has_more"
scope         = "file"
grain         = "bucket"
on_duplicate  = "largest"
docs          = "https://platform.openai.com/docs/api-reference/usage"
seen          = "2026-11"
about = '''
Pages of the [organization usage API](https://platform.openai.com/docs/api-reference/usage): completions, embeddings, moderations, images, audio, vector stores, sessions, searches. One result of one bucket is a row of grain `bucket`.

- Not grouped by model means no model, and tokens without a model have no price: ask for `group_by=model` (better also `service_tier` and `batch`).
- `has_more: true` makes a note: the next page must be given too.
- The same bucket downloaded twice counts once, with the larger numbers: those of a day that went on. But do not give exports of one period that are grouped differently: they are different rows.
- `batch: true` is tier `batch`. Since `input_uncached_tokens` exists, audio and image counts are uncached only, and the cached ones are added; before, they were whole.
- Images, characters, seconds, bytes and sessions are in `other_units`.
- Where `input_uncached_tokens` is stated, `input_tokens` is the sum of its parts; a stated total that differs from it is kept as the tag `input_tokens_stated`.
- Several pages may stand in one file, one a line or as an array; then only the last one tells whether more follow.
- The dashboard's CSV ([`openai.dashboard_usage`](openai.dashboard_usage.md)) shows the same buckets: both together count once when they are grouped alike.
'''

[fields]
object = "str"
has_more = "bool"
[[fields.data]]
start_time = "time"
end_time = "time"
[[fields.data.results]]
object = "str"
model = "str"
project_id = "str"
user_id = "str"
api_key_id = "str"
batch = "bool"
service_tier = "str"
api_source = "str"
num_model_requests = "int"
input_tokens = "int"
input_uncached_tokens = "int"
input_cached_tokens = "int"
input_cache_write_tokens = "int"
input_cache_write_30m_tokens = "int"
input_cache_write_12h_tokens = "int"
input_audio_tokens = "int"
input_cached_audio_tokens = "int"
input_image_tokens = "int"
input_cached_image_tokens = "int"
output_tokens = "int"
output_audio_tokens = "int"
output_image_tokens = "int"
images = "int"
size = "str"
source = "str"
characters = "int"
seconds = "int"
usage_bytes = "int"
num_sessions = "int"
sessions = "int"
num_requests = "int"
vector_store_id = "str"
context_level = "str"
*/
-- One result of one bucket a row. input_tokens includes cached and cache-write tokens of every modality. A dimension is null
-- when the export is not grouped by it, so a null model means "not grouped by model". Counts of the hosted tools (web and file
-- searches, vector stores, sessions) are no model calls of their own: their requests stay unknown.
WITH result AS (
    SELECT
        file_id,
        line,
        data.start_time AS start_time,
        data.end_time AS end_time,
        results.*,
        regexp_extract(results.object, 'organization\.usage\.([a-z_]+)\.result', 1) AS kind,
        -- Where the uncached tokens are stated they decide: the total is then what its parts are.
        coalesce(
            results.input_uncached_tokens + coalesce(results.input_cached_tokens, 0)
            + coalesce(results.input_cache_write_tokens, 0),
            results.input_tokens
        ) AS all_input
    FROM source
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

-- Grouped by a dimension that is not read here, results of one file look alike: they are told apart, not lost.
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
    openai_operation(kind) AS operation_name,
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
    -- Since input_uncached_tokens exists, the counts per modality are uncached only; before, they were whole.
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
        {'key': 'code_interpreter_sessions', 'value': coalesce(num_sessions, sessions)},
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
    coalesce(bad_time('start_time', start_time), bad_time('end_time', end_time)) AS reject_reason,
    file_id,
    line
FROM numbered
