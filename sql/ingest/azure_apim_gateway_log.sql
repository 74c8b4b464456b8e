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
counts include cached tokens, output counts include reasoning. Failed calls, and answers without usage, are skipped. Every call
is taken as billed by Azure: the log does not say whose model stands behind the gateway.

API Management logs at most 8,192 bytes of a body: a longer answer is cut off, and its usage, which stands at its end, is lost.
Where that happens use `azure.apim_llm_log` instead. A call served from the gateway's own cache (`cache` is `hit`) reached no
model and is skipped.
"""

[fields]
time = "time"
durationMs = "float"
properties = "json"
*/
-- One request a row. The body is text inside the log: JSON, or the events of a stream of which the last with usage counts. Bodies
-- are long, so each is parsed once for all that is needed of it (MATERIALIZED: else once for each column made of it).
WITH request AS MATERIALIZED (
    SELECT
        * EXCLUDE (properties),
        CASE WHEN json_valid(json_unquoted(properties)) THEN json_extract_string(json_unquoted(properties), [
            '$.responseBody', '$.backendResponseBody', '$.cache', '$.apimSubscriptionId', '$.apiId', '$.userId'
        ]) END AS detail
    FROM source
),

answer AS (
    SELECT
        *,
        CASE WHEN contains(detail[1], '"usage"') THEN detail[1] ELSE coalesce(detail[2], detail[1]) END AS text
    FROM request
    WHERE coalesce(detail[3], '') <> 'hit'
),

-- The events of a stream, without the word 'data:'.
told AS (
    SELECT
        * EXCLUDE (text),
        text LIKE 'data:%' OR text LIKE 'event:%' AS is_stream,
        CASE
            WHEN starts_with(text, '{') THEN text
            ELSE list_filter(
                regexp_extract_all(text, '(?m)^data: *(\{.*\})', 1),
                lambda event: json_valid(event)
                    AND json_type(coalesce(event -> '$.usage', event -> '$.response.usage')) = 'OBJECT'
            )[-1]
        END AS event
    FROM answer
),

-- Of the Responses API the response stands inside the event.
body AS MATERIALIZED (
    SELECT
        * EXCLUDE (event, detail),
        detail[4] AS subscription,
        detail[5] AS api,
        detail[6] AS caller,
        CASE WHEN json_valid(event) THEN json_extract(event, [
            '$.usage', '$.id', '$.model', '$.object', '$.service_tier',
            '$.response.usage', '$.response.id', '$.response.model', '$.response.object', '$.response.service_tier'
        ]) END AS found
    FROM told
    WHERE contains(event, '"usage"')
),

response AS (
    SELECT
        *,
        CASE WHEN is_stream THEN coalesce(found[6], found[1]) ELSE found[1] END AS usage,
        coalesce(found[7], found[2]) ->> '$' AS response_id,
        coalesce(found[8], found[3]) ->> '$' AS model,
        coalesce(found[9], found[4]) ->> '$' AS kind,
        coalesce(found[10], found[5]) ->> '$' AS tier
    FROM body
),

counted AS (
    SELECT
        *,
        coalesce(usage ->> 'prompt_tokens', usage ->> 'input_tokens') AS input_text,
        coalesce(usage ->> 'completion_tokens', usage ->> 'output_tokens') AS output_text,
        coalesce(
            usage ->> '$.prompt_tokens_details.cached_tokens', usage ->> '$.input_tokens_details.cached_tokens'
        ) AS cached_text,
        coalesce(
            usage ->> '$.completion_tokens_details.reasoning_tokens', usage ->> '$.output_tokens_details.reasoning_tokens'
        ) AS reasoning_text
    FROM response
)

SELECT
    any_time(time) AS started_at,
    'azure.ai.openai' AS provider_name,
    model AS response_model,
    CASE
        WHEN kind = 'list' THEN 'embeddings'
        WHEN kind = 'text_completion' THEN 'text_completion'
        ELSE 'chat'
    END AS operation_name,
    CASE
        WHEN tier = 'default' THEN 'standard'
        WHEN tier <> 'auto' THEN tier
    END AS service_tier,
    strict_int(input_text) AS input_tokens,
    strict_int(cached_text) AS cache_read_input_tokens,
    strict_int(output_text) AS output_tokens,
    strict_int(reasoning_text) AS reasoning_output_tokens,
    strict_int(coalesce(usage ->> '$.prompt_tokens_details.audio_tokens', usage ->> '$.input_tokens_details.audio_tokens'))
        AS input_audio_tokens,
    strict_int(coalesce(usage ->> '$.completion_tokens_details.audio_tokens', usage ->> '$.output_tokens_details.audio_tokens'))
        AS output_audio_tokens,
    subscription AS api_key_id,
    api AS project,
    caller AS user_id,
    'ok' AS status,
    is_stream AS streamed,
    CASE WHEN durationMs >= 0 THEN round(durationMs)::BIGINT END AS latency_ms,
    response_id AS dedup_key,
    coalesce(
        bad_time('time', time), bad_int('usage.prompt_tokens', input_text), bad_int('usage.completion_tokens', output_text),
        bad_int('usage.cached_tokens', cached_text), bad_int('usage.reasoning_tokens', reasoning_text)
    ) AS reject_reason,
    file_id,
    line
FROM counted
WHERE input_text IS NOT NULL OR output_text IS NOT NULL
