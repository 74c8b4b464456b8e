/* logcost
format       = "azure.apim_gateway_log"
title        = "Azure API Management gateway log with the bodies of the answers"
reader       = ["json_lines", "json_document"]
identify     = ["properties", "operationName"]
where        = { category = "GatewayLogs" }
keep         = ["properties"]
scope        = "row"
grain        = "request"
docs         = "https://learn.microsoft.com/azure/api-management/gateway-log-schema-reference"
seen         = "2026-11"
note         = "Calls whose answer was not logged, or was cut off by the size limit of the log, have no token counts and are skipped."
about        = """
The category `GatewayLogs` of the diagnostic settings of API Management, with the bodies of backend or frontend responses
switched on (`properties.responseBody`, `properties.backendResponseBody`). Both hold the same answer; one is used. `properties`
may be an object or JSON text.

An answer in the shape of Chat Completions or Responses gives one call, a recorded stream too when it ends with its usage. Input
counts include cached tokens, output counts include reasoning. Failed calls, and answers without usage, are skipped.

API Management logs at most 8,192 bytes of a body: a longer answer is cut off, and its usage, which stands at its end, is lost.
Where that happens use `azure.apim_llm_log` instead. A call served from the gateway's own cache (`cache` is `hit`) reached no
model and is skipped.
"""

[fields]
category = "str"
time = "time"
operationName = "str"
location = "str"
durationMs = "float"
resultSignature = "id"
properties = "json"
*/
-- One request a row. The body is text inside the log: JSON, or the events of a stream of which the last with usage counts.
WITH request AS (
    SELECT *, json_inside(properties) AS detail
    FROM source
),

answer AS (
    SELECT
        *,
        CASE
            WHEN regexp_matches(detail ->> 'responseBody', '"usage"') THEN detail ->> 'responseBody'
            ELSE coalesce(detail ->> 'backendResponseBody', detail ->> 'responseBody')
        END AS text
    FROM request
    WHERE coalesce(detail ->> 'cache', '') <> 'hit'
),

-- The events of a stream, without the word 'data:'; of the Responses API the response stands inside the last event.
told AS (
    SELECT
        *,
        coalesce(
            try_cast(text AS JSON),
            list_filter(
                list_transform(regexp_extract_all(text, '(?m)^data: *(\{.*\})', 1), lambda event: try_cast(event AS JSON)),
                lambda event: json_type(coalesce(event -> 'usage', event -> '$.response.usage')) = 'OBJECT'
            )[-1]
        ) AS event,
        text LIKE 'data:%' OR text LIKE 'event:%' AS is_stream
    FROM answer
),

body AS (
    SELECT *, coalesce(CASE WHEN json_type(event -> 'response') = 'OBJECT' THEN event -> 'response' END, event) AS response
    FROM told
),

counted AS (
    SELECT
        *,
        response -> 'usage' AS usage,
        coalesce(response ->> '$.usage.prompt_tokens', response ->> '$.usage.input_tokens') AS input_text,
        coalesce(response ->> '$.usage.completion_tokens', response ->> '$.usage.output_tokens') AS output_text,
        coalesce(
            response ->> '$.usage.prompt_tokens_details.cached_tokens', response ->> '$.usage.input_tokens_details.cached_tokens'
        ) AS cached_text,
        coalesce(
            response ->> '$.usage.completion_tokens_details.reasoning_tokens',
            response ->> '$.usage.output_tokens_details.reasoning_tokens'
        ) AS reasoning_text
    FROM body
)

SELECT
    any_time(time) AS started_at,
    'azure.ai.openai' AS provider_name,
    response ->> 'model' AS response_model,
    CASE
        WHEN response ->> 'object' = 'list' THEN 'embeddings'
        WHEN response ->> 'object' = 'text_completion' THEN 'text_completion'
        ELSE 'chat'
    END AS operation_name,
    CASE
        WHEN response ->> 'service_tier' = 'default' THEN 'standard'
        WHEN response ->> 'service_tier' <> 'auto' THEN response ->> 'service_tier'
    END AS service_tier,
    strict_int(input_text) AS input_tokens,
    strict_int(cached_text) AS cache_read_input_tokens,
    strict_int(output_text) AS output_tokens,
    strict_int(reasoning_text) AS reasoning_output_tokens,
    strict_int(coalesce(usage ->> '$.prompt_tokens_details.audio_tokens', usage ->> '$.input_tokens_details.audio_tokens'))
        AS input_audio_tokens,
    strict_int(coalesce(usage ->> '$.completion_tokens_details.audio_tokens', usage ->> '$.output_tokens_details.audio_tokens'))
        AS output_audio_tokens,
    detail ->> 'apimSubscriptionId' AS api_key_id,
    detail ->> 'apiId' AS project,
    detail ->> 'userId' AS user_id,
    'ok' AS status,
    is_stream AS streamed,
    CASE WHEN durationMs >= 0 THEN round(durationMs)::BIGINT END AS latency_ms,
    response ->> 'id' AS dedup_key,
    coalesce(
        bad_time('time', time), bad_int('usage.prompt_tokens', input_text), bad_int('usage.completion_tokens', output_text),
        bad_int('usage.cached_tokens', cached_text), bad_int('usage.reasoning_tokens', reasoning_text)
    ) AS reject_reason,
    file_id,
    line
FROM counted
WHERE input_text IS NOT NULL OR output_text IS NOT NULL
