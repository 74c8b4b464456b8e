/* logcost
format   = "gcp.vertex_request_response_log"
title    = "Vertex AI request-response log (BigQuery table)"
reader   = ["json_lines", "json_document", "csv", "parquet"]
identify = ["full_response", "logging_time"]
scope    = "row"
grain    = "request"
docs     = "https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/request-response-logging"
seen     = "2026-11"
about    = """
Turn on request-response logging of Vertex AI and export the BigQuery table (`bq extract`, JSON Lines, CSV or Parquet). One call
a row. The prompt count includes cached tokens; tokens of tool results are counted apart by Google and added to the input,
thinking tokens are counted apart and added to the output, as Google bills both. Of a streamed answer the last part that states
usage counts. Rows without usage (errors, other models' answers) are skipped.

The model is the one that answered (`model_version` in the response). Google leaves out counts that are zero: an absent cache
count stays unknown. The time is that of logging, at the end of the call.
"""

[fields]
logging_time = "time"
request_id = "id"
model = "str"
api_method = "str"
endpoint = "str"
full_request = "json"
full_response = "json"
response_payload = "json"
metadata = "json"
*/
-- The answer is one object, or the list of a stream's parts; tables keep it as JSON or as text. Names are in snake case, in camel
-- case when the REST answer was kept as it is. Prompts and answers are long, so each is parsed once for
-- all that is needed of it (MATERIALIZED: else once for each column made of it).
WITH texts AS (
    SELECT
        *,
        json_unquoted(full_response) AS response,
        CASE
            WHEN json_valid(json_unquoted(full_request))
                THEN json_extract(json_unquoted(full_request), ['$.model', '$.labels'])
        END AS request,
        try_cast(json_unquoted(metadata) AS JSON) AS meta
    FROM source
),

last_part AS MATERIALIZED (
    SELECT
        * EXCLUDE (full_request, full_response, response_payload, metadata, response),
        CASE
            WHEN starts_with(response, '{') THEN response
            ELSE list_filter(
                CASE
                    WHEN starts_with(response, '[') THEN json_extract(try_cast(response AS JSON), '$[*]')::VARCHAR[]
                    ELSE json_extract_string(try_cast(json_unquoted(response_payload) AS JSON), '$[*]')
                END,
                lambda part: regexp_matches(part, '"usage_?[mM]etadata"')
            )[-1]
        END AS answer
    FROM texts
),

told AS MATERIALIZED (
    SELECT
        * EXCLUDE (answer),
        CASE WHEN json_valid(answer) THEN json_extract(answer, [
            '$.usage_metadata', '$.usageMetadata', '$.model_version', '$.modelVersion', '$.response_id', '$.responseId'
        ]) END AS found
    FROM last_part
),

usage AS MATERIALIZED (
    SELECT
        *,
        coalesce(found[1], found[2]) AS usage,
        coalesce(found[3] ->> '$', found[4] ->> '$') AS answered_by,
        coalesce(found[5] ->> '$', found[6] ->> '$') AS response_id
    FROM told
),

counted AS (
    SELECT
        *,
        coalesce(usage ->> 'prompt_token_count', usage ->> 'promptTokenCount') AS prompt,
        coalesce(usage ->> 'tool_use_prompt_token_count', usage ->> 'toolUsePromptTokenCount') AS tool_use,
        coalesce(usage ->> 'cached_content_token_count', usage ->> 'cachedContentTokenCount') AS cached,
        coalesce(usage ->> 'candidates_token_count', usage ->> 'candidatesTokenCount') AS candidates,
        coalesce(usage ->> 'thoughts_token_count', usage ->> 'thoughtsTokenCount') AS thoughts,
        coalesce(usage ->> 'total_token_count', usage ->> 'totalTokenCount') AS total,
        coalesce(usage ->> 'traffic_type', usage ->> 'trafficType') AS traffic,
        coalesce(json_extract(usage, '$.prompt_tokens_details[*]'), json_extract(usage, '$.promptTokensDetails[*]'))
            AS prompt_parts,
        coalesce(json_extract(usage, '$.candidates_tokens_details[*]'), json_extract(usage, '$.candidatesTokensDetails[*]'))
            AS candidate_parts,
        coalesce(request[1] ->> '$', endpoint, '') AS resource
    FROM usage
    WHERE usage IS NOT NULL
),

modal AS (
    SELECT
        *,
        list_transform(prompt_parts, lambda part: {
            'modality': part ->> 'modality', 'count': strict_int(coalesce(part ->> 'token_count', part ->> 'tokenCount'))
        }) AS prompt_counts,
        list_transform(candidate_parts, lambda part: {
            'modality': part ->> 'modality', 'count': strict_int(coalesce(part ->> 'token_count', part ->> 'tokenCount'))
        }) AS candidate_counts
    FROM counted
)

SELECT
    any_time(logging_time) AS started_at,
    'gcp.vertex_ai' AS provider_name,
    nullif(regexp_extract(model, '([^/]+)$', 1), '') AS request_model,
    coalesce(answered_by, nullif(regexp_extract(model, '([^/]+)$', 1), '')) AS response_model,
    'chat' AS operation_name,
    CASE traffic
        WHEN 'ON_DEMAND' THEN 'standard'
        WHEN 'ON_DEMAND_PRIORITY' THEN 'priority'
        WHEN 'ON_DEMAND_FLEX' THEN 'flex'
        WHEN 'PROVISIONED_THROUGHPUT' THEN 'provisioned'
    END AS service_tier,
    nullif(regexp_extract(resource, '/locations/([^/]+)/', 1), '') AS region,
    strict_int(prompt) + coalesce(strict_int(tool_use), 0) AS input_tokens,
    strict_int(cached) AS cache_read_input_tokens,
    -- Counts of zero are left out: without both the total says what the output was.
    CASE
        WHEN candidates IS NOT NULL OR thoughts IS NOT NULL
            THEN coalesce(strict_int(candidates), 0) + coalesce(strict_int(thoughts), 0)
        ELSE strict_int(total) - strict_int(prompt) - coalesce(strict_int(tool_use), 0)
    END AS output_tokens,
    strict_int(thoughts) AS reasoning_output_tokens,
    list_sum(list_transform(list_filter(prompt_counts, lambda part: part.modality = 'AUDIO'), lambda part: part.count))::BIGINT
        AS input_audio_tokens,
    list_sum(list_transform(list_filter(candidate_counts, lambda part: part.modality = 'AUDIO'), lambda part: part.count))::BIGINT
        AS output_audio_tokens,
    list_sum(list_transform(list_filter(prompt_counts, lambda part: part.modality = 'IMAGE'), lambda part: part.count))::BIGINT
        AS input_image_tokens,
    list_sum(list_transform(list_filter(candidate_counts, lambda part: part.modality = 'IMAGE'), lambda part: part.count))::BIGINT
        AS output_image_tokens,
    nullif(regexp_extract(resource, 'projects/([^/]+)/', 1), '') AS project,
    json_tags(coalesce(request[2], meta -> 'labels')) AS tags,
    'ok' AS status,
    api_method LIKE 'Stream%' OR api_method LIKE 'stream%' AS streamed,
    round(try_cast(meta ->> 'request_latency' AS DECIMAL(18, 3)))::BIGINT AS latency_ms,
    coalesce(response_id, 'gcp.vertex_request_response_log|' || request_id) AS dedup_key,
    coalesce(
        bad_time('logging_time', logging_time), bad_int('prompt_token_count', prompt),
        bad_int('candidates_token_count', candidates),
        bad_int('thoughts_token_count', thoughts), bad_int('cached_content_token_count', cached),
        bad_int('tool_use_prompt_token_count', tool_use), bad_int('total_token_count', total)
    ) AS reject_reason,
    file_id,
    line
FROM modal
WHERE coalesce(prompt, candidates, thoughts, total) IS NOT NULL
