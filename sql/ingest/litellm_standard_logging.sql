/* logcost
format   = "litellm.standard_logging"
title    = "LiteLLM standard logging payload: what its S3, GCS, Azure, file and custom callbacks write, one JSON object a call"
reader   = ["json_lines", "json_document"]
bodies   = ["standard_logging_object", "kwargs.standard_logging_object", "standard_logging_payload"]
identify = ["litellm_call_id", "response_cost", "prompt_tokens", "model_map_information"]
keep     = ["prompt_tokens", "completion_tokens", "response_cost"]
scope    = "row"
grain    = "request"
docs     = "https://docs.litellm.ai/docs/proxy/logging_spec"
seen     = "2026-11"
about    = """
The object that LiteLLM (proxy or SDK) hands to its logging callbacks: one JSON file a call in a bucket, or one line a call. Alone, or under `standard_logging_object`.

- `prompt_tokens` includes cache reads and writes, `completion_tokens` includes reasoning. The parts come from `metadata.usage_object`; payloads of older versions without it leave them unknown.
- A hit of LiteLLM's own response cache (`cache_hit` true) costs nothing, reached no provider and is skipped; so are failed calls without tokens.
- Where a call states a cost but no tokens (images, speech), the tokens are unknown, not 0.
- `response_cost` (USD) becomes the reported cost. The amounts in `cost_breakdown` are not read: its `input_cost` already contains the cache costs beside it, so that their sum counts them twice.
- `id` is the provider's response id for OpenAI-like providers: the same call in spend logs or in an application's log counts once. For Anthropic and others it is LiteLLM's own; it still matches LiteLLM's spend logs.
"""

[fields]
id = "id"
litellm_call_id = "id"
call_type = "str"
cache_hit = "json"
stream = "bool"
status = "str"
custom_llm_provider = "str"
startTime = "time"
endTime = "time"
response_time = "float"
model = "str"
model_group = "str"
response_cost = "decimal"
prompt_tokens = "int"
completion_tokens = "int"
request_tags = "json"
end_user = "id"
session_id = "id"
trace_id = "id"
response = "json"
cost_breakdown.service_tier = "str"
cost_breakdown.data_residency = "str"
[fields.metadata]
user_api_key_hash = "str"
user_api_key_alias = "str"
user_api_key_team_id = "id"
user_api_key_team_alias = "str"
user_api_key_project_id = "id"
user_api_key_project_alias = "str"
user_api_key_user_id = "id"
user_api_key_end_user_id = "id"
spend_logs_metadata = "json"
prefix_block_hashes = "json"
[fields.metadata.usage_object]
cache_read_input_tokens = "int"
cache_creation_input_tokens = "int"
service_tier = "str"
speed = "str"
inference_geo = "str"
server_tool_use.web_search_requests = "int"
prompt_tokens_details.cached_tokens = "int"
prompt_tokens_details.cache_write_tokens = "int"
prompt_tokens_details.cache_creation_tokens = "int"
prompt_tokens_details.audio_tokens = "int"
prompt_tokens_details.image_tokens = "int"
prompt_tokens_details.cache_creation_token_details.ephemeral_5m_input_tokens = "int"
prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens = "int"
completion_tokens_details.reasoning_tokens = "int"
completion_tokens_details.audio_tokens = "int"
completion_tokens_details.image_tokens = "int"
*/
-- One call a row. LiteLLM fills the counts of a call without tokens with 0.
WITH call AS (
    SELECT
        *,
        metadata.usage_object AS usage,
        metadata.usage_object.prompt_tokens_details AS prompt,
        metadata.usage_object.completion_tokens_details AS completion,
        coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0) > 0 AS states_tokens,
        -- The response names the tier really used; it may be absent or redacted.
        coalesce(
            try_cast(response AS JSON) ->> '$.service_tier', metadata.usage_object.service_tier, cost_breakdown.service_tier
        ) AS tier,
        coalesce(
            json_list(metadata.prefix_block_hashes), json_list(metadata.prefix_block_hashes ->> '$.hashes')
        ) AS hashes,
        strict_int(metadata.prefix_block_hashes ->> '$.block_size') AS block_size
    FROM source
),

split AS (
    SELECT
        *,
        prompt.cache_creation_token_details.ephemeral_5m_input_tokens AS written_5m,
        prompt.cache_creation_token_details.ephemeral_1h_input_tokens AS written_1h,
        coalesce(usage.cache_creation_input_tokens, prompt.cache_creation_tokens, prompt.cache_write_tokens) AS written
    FROM call
)

SELECT
    any_time(startTime) AS started_at,
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
        WHEN usage.speed = 'fast' THEN 'fast'
        WHEN tier = 'default' THEN 'standard'
        WHEN tier <> 'auto' THEN tier
    END AS service_tier,
    coalesce(nullif(usage.inference_geo, 'not_available'), cost_breakdown.data_residency) AS region,
    CASE WHEN states_tokens THEN prompt_tokens END AS input_tokens,
    CASE WHEN states_tokens THEN coalesce(prompt.cached_tokens, usage.cache_read_input_tokens) END AS cache_read_input_tokens,
    CASE WHEN states_tokens THEN written_5m END AS cache_creation_5m_input_tokens,
    CASE WHEN states_tokens THEN written_1h END AS cache_creation_1h_input_tokens,
    CASE WHEN states_tokens THEN written - coalesce(written_5m, 0) - coalesce(written_1h, 0) END
        AS cache_creation_unsplit_input_tokens,
    CASE WHEN states_tokens THEN completion_tokens END AS output_tokens,
    CASE WHEN states_tokens THEN completion.reasoning_tokens END AS reasoning_output_tokens,
    prompt.audio_tokens AS input_audio_tokens,
    completion.audio_tokens AS output_audio_tokens,
    prompt.image_tokens AS input_image_tokens,
    completion.image_tokens AS output_image_tokens,
    usage.server_tool_use.web_search_requests AS web_search_requests,
    -- LiteLLM logs a hash of its virtual key; a key itself is never taken.
    coalesce(
        metadata.user_api_key_alias, CASE WHEN metadata.user_api_key_hash NOT LIKE 'sk-%' THEN metadata.user_api_key_hash END
    ) AS api_key_id,
    coalesce(
        metadata.user_api_key_project_alias, metadata.user_api_key_project_id, metadata.user_api_key_team_alias,
        metadata.user_api_key_team_id
    ) AS project,
    coalesce(nullif(end_user, ''), metadata.user_api_key_end_user_id, metadata.user_api_key_user_id) AS user_id,
    coalesce(nullif(session_id, ''), nullif(trace_id, '')) AS session_id,
    map_concat(json_tags(metadata.spend_logs_metadata), list_tags(json_list(request_tags))) AS tags,
    CASE WHEN status = 'failure' THEN 'error' ELSE 'ok' END AS status,
    stream AS streamed,
    coalesce(
        round(response_time * 1000)::BIGINT,
        CASE WHEN any_time(endTime) >= any_time(startTime) THEN epoch_ms(any_time(endTime)) - epoch_ms(any_time(startTime)) END
    ) AS latency_ms,
    strict_decimal(response_cost) AS reported_cost,
    CASE WHEN strict_decimal(response_cost) IS NOT NULL THEN 'USD' END AS reported_currency,
    hashes AS prefix_hashes,
    CASE WHEN hashes IS NOT NULL AND block_size IS NOT NULL THEN [block_size] END AS prefix_block_tokens,
    -- A provider whose ids repeat: LiteLLM's own tells the calls apart.
    CASE WHEN weak_id(id) THEN 'litellm|' || litellm_call_id ELSE nullif(id, '') END AS dedup_key,
    coalesce(bad_time('startTime', startTime), bad_decimal('response_cost', response_cost)) AS reject_reason,
    file_id,
    line
FROM split
WHERE
    coalesce(cache_hit, '') <> 'true'
    AND (
        states_tokens OR strict_decimal(response_cost) > 0 OR bad_decimal('response_cost', response_cost) IS NOT NULL
    )
