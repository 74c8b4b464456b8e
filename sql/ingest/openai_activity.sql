/* logcost
format   = "openai.activity"
title    = "OpenAI activity of one day, the older usage endpoint (/v1/usage?date=...)"
reader   = ["json_document", "json_lines"]
scope    = "file"
grain    = "bucket"
docs     = "https://platform.openai.com/docs/api-reference/usage"
seen     = "2024-11"
identify      = ["data"]
identify_any  = [["data.aggregation_timestamp", "data.snapshot_id"], ["dalle_api_data", "whisper_api_data"]]
identify_none = ["data.results", "data.num_requests"]
about    = """
The answer of `GET /v1/usage?date=YYYY-MM-DD`, which the dashboard used before the organization usage API existed: one day a file,
or one day a line. Field names were checked against parsers and a recorded answer; OpenAI never documented them in full.

- A row is one model's calls within a few minutes (`aggregation_timestamp`, the start; steps of at most five minutes).
- `n_context_tokens_total` holds cached tokens, `n_cached_context_tokens_total` is that part; the model is `snapshot_id`.
- Images (DALL-E), transcribed seconds and spoken characters are read from their own lists. Fine-tuning jobs (`ft_data`) are not.
- One document is one record: when one of its values is wrong, the whole day is rejected and says which.
"""

[fields]
[[fields.data]]
aggregation_timestamp = "time"
n_requests = "int"
operation = "str"
snapshot_id = "str"
n_context_tokens_total = "int"
n_generated_tokens_total = "int"
n_cached_context_tokens_total = "int"
api_key_id = "str"
api_key_name = "str"
project_id = "str"
email = "str"
request_type = "str"
[[fields.dalle_api_data]]
timestamp = "time"
num_images = "int"
num_requests = "int"
image_size = "str"
operation = "str"
model_id = "str"
api_key_id = "str"
api_key_name = "str"
project_id = "str"
user_id = "str"
[[fields.whisper_api_data]]
timestamp = "time"
num_seconds = "int"
num_requests = "int"
model_id = "str"
api_key_id = "str"
api_key_name = "str"
project_id = "str"
user_id = "str"
[[fields.tts_api_data]]
timestamp = "time"
num_characters = "int"
num_requests = "int"
model_id = "str"
api_key_id = "str"
api_key_name = "str"
project_id = "str"
user_id = "str"
*/
-- One entry of the day's lists a row; the lists have different fields, so each is unfolded by itself.
WITH entry AS (
    SELECT
        file_id, line, 'tokens' AS part, one.aggregation_timestamp AS start_at, one.n_requests AS requests,
        one.operation AS operation, one.snapshot_id AS model, one.n_context_tokens_total AS input,
        one.n_cached_context_tokens_total AS cached, one.n_generated_tokens_total AS output, NULL::BIGINT AS images, NULL::BIGINT AS seconds,
        NULL::BIGINT AS characters, NULL::VARCHAR AS size, coalesce(one.api_key_id, one.api_key_name) AS api_key_id, one.project_id AS project_id,
        one.email AS user_id, one.request_type AS request_type
    FROM (SELECT file_id, line, unnest(data) AS one FROM source)
    UNION ALL
    SELECT
        file_id, line, 'images', one.timestamp, one.num_requests, one.operation, one.model_id, NULL, NULL, NULL, one.num_images,
        NULL, NULL, one.image_size, coalesce(one.api_key_id, one.api_key_name), one.project_id, one.user_id, NULL
    FROM (SELECT file_id, line, unnest(dalle_api_data) AS one FROM source)
    UNION ALL
    SELECT
        file_id, line, 'seconds', one.timestamp, one.num_requests, 'transcription', one.model_id, NULL, NULL, NULL, NULL,
        one.num_seconds, NULL, NULL, coalesce(one.api_key_id, one.api_key_name), one.project_id, one.user_id, NULL
    FROM (SELECT file_id, line, unnest(whisper_api_data) AS one FROM source)
    UNION ALL
    SELECT
        file_id, line, 'characters', one.timestamp, one.num_requests, 'speech', one.model_id, NULL, NULL, NULL, NULL, NULL,
        one.num_characters, NULL, coalesce(one.api_key_id, one.api_key_name), one.project_id, one.user_id, NULL
    FROM (SELECT file_id, line, unnest(tts_api_data) AS one FROM source)
),

-- The same minutes in two downloads count once.
named AS (
    SELECT
        *,
        concat_ws(
            '|', 'openai.activity|bucket', part, epoch_ms(any_time(start_at)), coalesce(operation, ''), coalesce(model, ''),
            coalesce(size, ''), coalesce(project_id, ''), coalesce(api_key_id, ''), coalesce(user_id, ''),
            coalesce(request_type, '')
        ) AS bucket
    FROM entry
),

-- Entries of one file that look alike are told apart, not lost.
numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY file_id, bucket
            ORDER BY output DESC NULLS LAST, input DESC NULLS LAST, requests DESC NULLS LAST, images DESC NULLS LAST, line
        ) AS position
    FROM named
)

SELECT
    any_time(start_at) AS started_at,
    any_time(start_at) + INTERVAL 5 MINUTE AS ended_at,
    requests,
    'openai' AS provider_name,
    model AS response_model,
    CASE
        WHEN part = 'images' THEN 'image'
        WHEN part <> 'tokens' THEN operation
        WHEN operation LIKE '%embedding%' THEN 'embeddings'
        WHEN operation LIKE 'completion%' OR operation LIKE 'chat%' THEN 'chat'
        ELSE nullif(operation, '')
    END AS operation_name,
    CASE WHEN request_type = 'batch' THEN 'batch' END AS service_tier,
    input AS input_tokens,
    cached AS cache_read_input_tokens,
    output AS output_tokens,
    stated([
        {'key': 'images', 'value': images},
        {'key': 'seconds', 'value': seconds},
        {'key': 'characters', 'value': characters}
    ]) AS other_units,
    api_key_id,
    project_id AS project,
    user_id,
    stated([
        {'key': 'image_size', 'value': size},
        {'key': 'operation', 'value': nullif(operation, '')}
    ]) AS tags,
    bucket || CASE WHEN position > 1 THEN '#' || position ELSE '' END AS dedup_key,
    bad_time('timestamp', start_at) AS reject_reason,
    file_id,
    line
FROM numbered
