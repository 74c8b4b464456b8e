/* logcost
format   = "litellm.spend_logs"
title    = "LiteLLM proxy: the table LiteLLM_SpendLogs, as CSV, JSON Lines, JSON or Parquet"
reader   = ["json_lines", "json_document", "csv", "parquet"]
identify = ["request_id", "call_type", "spend", "prompt_tokens", "startTime"]
scope    = "row"
grain    = "request"
docs     = "https://docs.litellm.ai/docs/proxy/db_info"
seen     = "2026-11"
about    = """
An export of the table `LiteLLM_SpendLogs` of the proxy's database, or the answer of `/spend/logs`. One call is one row.

- `prompt_tokens` includes cache reads and writes, `completion_tokens` includes reasoning. The parts, also the lifetime of cache writes, come from `metadata`; an export without that column leaves them unknown.
- Rows with `cache_hit` = True were answered from LiteLLM's own cache: they cost nothing, reached no provider and are skipped. Failed calls and management calls carry neither tokens nor spend and are skipped too.
- Where a call states a spend but no tokens (images, speech), the tokens are unknown, not 0: the table fills such columns with 0.
- `spend` is LiteLLM's own calculation in USD and becomes the reported cost.
- `request_id` is the provider's response id for OpenAI-like providers: the same call in an application's log counts once. For Anthropic and others LiteLLM draws an id of its own; then the two logs cannot be told to be the same call, so give only one of them.
- The row of a finished batch stands for all its calls and has the tier `batch`.
- Block hashes of the `prefix_block_hashes` callback are taken as they are.
"""

[fields]
request_id = "id"
call_type = "str"
cache_hit = "json"
startTime = "time"
endTime = "time"
request_duration_ms = "float"
model = "str"
model_group = "str"
custom_llm_provider = "str"
api_key = "str"
user = "id"
end_user = "id"
team_id = "id"
session_id = "id"
spend = "decimal"
prompt_tokens = "int"
completion_tokens = "int"
request_tags = "json"
metadata = "json"
status = "str"
*/
-- One call a row. The parts of the counts stand in metadata, which is JSON text in CSV, a JSON string or an object in JSON;
-- it holds a whole price table besides, so that it is parsed once.
WITH call AS (
    SELECT
        * EXCLUDE (metadata, cache_hit),
        json_inside(metadata) AS details,
        lower(trim(cache_hit, '"')) = 'true' AS from_own_cache,
        json_extract_string(json_inside(metadata), [
            '$.usage_object.prompt_tokens_details.cached_tokens',
            '$.usage_object.cache_read_input_tokens',
            '$.additional_usage_values.prompt_tokens_details.cached_tokens',
            '$.additional_usage_values.cache_read_input_tokens',
            '$.usage_object.prompt_tokens_details.cache_creation_token_details.ephemeral_5m_input_tokens',
            '$.usage_object.prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens',
            '$.additional_usage_values.prompt_tokens_details.cache_creation_token_details.ephemeral_5m_input_tokens',
            '$.additional_usage_values.prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens',
            '$.usage_object.cache_creation_input_tokens',
            '$.usage_object.prompt_tokens_details.cache_creation_tokens',
            '$.usage_object.prompt_tokens_details.cache_write_tokens',
            '$.additional_usage_values.cache_creation_input_tokens',
            '$.additional_usage_values.prompt_tokens_details.cache_creation_tokens',
            '$.additional_usage_values.prompt_tokens_details.cache_write_tokens',
            '$.usage_object.completion_tokens_details.reasoning_tokens',
            '$.additional_usage_values.completion_tokens_details.reasoning_tokens'
        ]) AS counts,
        json_extract_string(json_inside(metadata), [
            '$.usage_object.prompt_tokens_details.audio_tokens',
            '$.usage_object.completion_tokens_details.audio_tokens',
            '$.usage_object.prompt_tokens_details.image_tokens',
            '$.usage_object.completion_tokens_details.image_tokens',
            '$.usage_object.server_tool_use.web_search_requests',
            '$.batch_successful_requests'
        ]) AS rare,
        json_extract_string(json_inside(metadata), [
            '$.usage_object.service_tier',
            '$.cost_breakdown.service_tier',
            '$.usage_object.speed',
            '$.usage_object.inference_geo',
            '$.cost_breakdown.data_residency',
            '$.status',
            '$.user_api_key_alias',
            '$.user_api_key_project_alias',
            '$.user_api_key_project_id',
            '$.user_api_key_team_alias',
            '$.spend_logs_metadata',
            '$.prefix_block_hashes',
            '$.prefix_block_hashes.hashes',
            '$.prefix_block_hashes.block_size'
        ]) AS facts
    FROM source
),

named AS (
    SELECT
        *,
        strict_int(coalesce(counts[1], counts[2], counts[3], counts[4])) AS cache_read,
        strict_int(coalesce(counts[5], counts[7])) AS written_5m,
        strict_int(coalesce(counts[6], counts[8])) AS written_1h,
        strict_int(coalesce(counts[9], counts[10], counts[11], counts[12], counts[13], counts[14])) AS written,
        strict_int(coalesce(counts[15], counts[16])) AS reasoning,
        coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0) > 0 AS states_tokens,
        contains(lower(call_type), 'batch') AS is_batch,
        lower(coalesce(nullif(status, ''), facts[6])) = 'failure' AS failed,
        coalesce(json_list(facts[12]), json_list(facts[13])) AS hashes
    FROM call
)

SELECT
    any_time(startTime) AS started_at,
    CASE WHEN is_batch THEN strict_int(rare[6]) ELSE 1 END AS requests,
    coalesce(provider_called(custom_llm_provider), maker_of(model)) AS provider_name,
    nullif(model_group, '') AS request_model,
    -- 'openai/gpt-4o' is the model 'gpt-4o' of the provider that the next column names.
    nullif(CASE
        WHEN custom_llm_provider <> '' AND starts_with(model, custom_llm_provider || '/')
            THEN substring(model, length(custom_llm_provider) + 2)
        ELSE model
    END, '') AS response_model,
    operation_called(call_type) AS operation_name,
    CASE
        WHEN is_batch THEN 'batch'
        WHEN facts[3] = 'fast' THEN 'fast'
        WHEN coalesce(facts[1], facts[2]) = 'default' THEN 'standard'
        WHEN coalesce(facts[1], facts[2]) <> 'auto' THEN coalesce(facts[1], facts[2])
    END AS service_tier,
    coalesce(nullif(facts[4], 'not_available'), facts[5]) AS region,
    CASE WHEN states_tokens THEN prompt_tokens END AS input_tokens,
    CASE WHEN states_tokens THEN cache_read END AS cache_read_input_tokens,
    CASE WHEN states_tokens THEN written_5m END AS cache_creation_5m_input_tokens,
    CASE WHEN states_tokens THEN written_1h END AS cache_creation_1h_input_tokens,
    CASE WHEN states_tokens THEN written - coalesce(written_5m, 0) - coalesce(written_1h, 0) END
        AS cache_creation_unsplit_input_tokens,
    CASE WHEN states_tokens THEN completion_tokens END AS output_tokens,
    CASE WHEN states_tokens THEN reasoning END AS reasoning_output_tokens,
    strict_int(rare[1]) AS input_audio_tokens,
    strict_int(rare[2]) AS output_audio_tokens,
    strict_int(rare[3]) AS input_image_tokens,
    strict_int(rare[4]) AS output_image_tokens,
    strict_int(rare[5]) AS web_search_requests,
    -- LiteLLM stores a hash of its virtual key; a key itself is never taken.
    coalesce(facts[7], CASE WHEN api_key NOT LIKE 'sk-%' THEN nullif(api_key, '') END) AS api_key_id,
    coalesce(facts[8], facts[9], facts[10], nullif(team_id, '')) AS project,
    coalesce(nullif(end_user, ''), nullif("user", '')) AS user_id,
    nullif(session_id, '') AS session_id,
    map_concat(json_tags(facts[11]), list_tags(json_list(request_tags))) AS tags,
    CASE WHEN failed THEN 'error' ELSE 'ok' END AS status,
    coalesce(
        round(request_duration_ms)::BIGINT,
        CASE WHEN any_time(endTime) >= any_time(startTime) THEN epoch_ms(any_time(endTime)) - epoch_ms(any_time(startTime)) END
    ) AS latency_ms,
    strict_decimal(spend) AS reported_cost,
    CASE WHEN strict_decimal(spend) IS NOT NULL THEN 'USD' END AS reported_currency,
    hashes AS prefix_hashes,
    CASE WHEN hashes IS NOT NULL AND strict_int(facts[14]) IS NOT NULL THEN [strict_int(facts[14])] END AS prefix_block_tokens,
    -- A provider whose ids repeat: the table holds one row of each at a time, but two exports are two calls.
    CASE WHEN weak_id(request_id) THEN concat_ws('#', request_id, startTime) ELSE nullif(request_id, '') END AS dedup_key,
    coalesce(bad_time('startTime', startTime), bad_decimal('spend', spend)) AS reject_reason,
    file_id,
    line
FROM named
WHERE from_own_cache IS NOT TRUE AND (states_tokens OR strict_decimal(spend) > 0 OR bad_decimal('spend', spend) IS NOT NULL)
