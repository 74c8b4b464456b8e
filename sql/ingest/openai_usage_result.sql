/* logcost
format   = "openai.usage_result"
title    = "OpenAI organization usage API: result objects taken out of their page"
reader   = ["json_document", "json_lines"]
identify = ["object"]
grain    = "bucket"
docs     = "https://platform.openai.com/docs/api-reference/usage"
seen     = "2026-11"
about    = """
Single results of the usage API (`"object": "organization.usage.completions.result"` and the like) as a document, an array or JSON
Lines, as scripts store them that leave the page and its buckets away.

- The time stands in the bucket, so these rows are undated; `--date` gives them one. Store the whole page instead if you can.
- Nothing tells one period's result from another's: no row is taken for a duplicate, and two copies count twice.
- Everything else is as in `openai.usage_api`.
"""
[where]
object = [
    "organization.usage.completions.result", "organization.usage.decisions.result", "organization.usage.embeddings.result",
    "organization.usage.moderations.result", "organization.usage.images.result", "organization.usage.audio_speeches.result",
    "organization.usage.audio_transcriptions.result", "organization.usage.vector_stores.result",
    "organization.usage.code_interpreter_sessions.result", "organization.usage.file_searches.result",
    "organization.usage.web_searches.result",
]

[fields]
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
-- One result a row, as in openai.usage_api, but without its bucket: no time, and no key by which a copy would show.
WITH result AS (
    SELECT
        *,
        regexp_extract(object, 'organization\.usage\.([a-z_]+)\.result', 1) AS kind,
        -- Where the uncached tokens are stated they decide: the total is then what its parts are.
        coalesce(
            input_uncached_tokens + coalesce(input_cached_tokens, 0) + coalesce(input_cache_write_tokens, 0), input_tokens
        ) AS all_input
    FROM source
)

SELECT
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
    file_id,
    line
FROM result
