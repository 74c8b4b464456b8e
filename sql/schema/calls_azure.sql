-- The calls of Azure's diagnostic records, the same for records one a line and in the lists that an Event Hub delivers. The format
-- names the CTE that has its records (time, durationMs, correlationId, properties as JSON text) under these names. Event Hubs deliver
-- a record at least once: an answer without an id is known by its correlation id.

-- API Management, category GatewayLogs. The body is text inside the log: JSON, or the events of a stream of which the last with usage
-- counts. Bodies are long, so each is parsed once for all that is needed of it (MATERIALIZED: else once for each column made of it).
CREATE OR REPLACE TEMP MACRO azure_gateway_calls(source_rows) AS TABLE
    WITH request AS MATERIALIZED (
        SELECT
            * EXCLUDE (properties),
            CASE WHEN json_valid(json_unquoted(properties)) THEN json_extract_string(json_unquoted(properties), [
                '$.responseBody', '$.backendResponseBody', '$.cache', '$.apimSubscriptionId', '$.apiId', '$.userId'
            ]) END AS detail
        FROM query_table(source_rows)
    ),

    answer AS (
        SELECT
            *,
            -- Some services send blank lines while they work.
            ltrim(
                CASE WHEN contains(detail[1], '"usage"') THEN detail[1] ELSE coalesce(detail[2], detail[1]) END, chr(10) || chr(13) || ' '
            ) AS text
        FROM request
        WHERE coalesce(detail[3], '') <> 'hit'
    ),

    -- The events of a stream, without the word 'data:'.
    told AS (
        SELECT
            * EXCLUDE (text),
            NOT starts_with(text, '{') AS is_stream,
            CASE
                WHEN starts_with(text, '{') THEN [text]
                ELSE list_filter(
                    regexp_extract_all(text, '(?m)^data: *(\{.*\})', 1),
                    lambda event: json_valid(event)
                        AND json_type(coalesce(event -> '$.usage', event -> '$.response.usage', event -> '$.message.usage')) = 'OBJECT'
                )
            END AS events
        FROM answer
    ),

    -- Of the Responses API the response stands inside the event. Anthropic's first event has the message with its input, the last the
    -- output.
    body AS MATERIALIZED (
        SELECT
            * EXCLUDE (events, detail),
            detail[4] AS subscription,
            detail[5] AS api,
            detail[6] AS caller,
            CASE WHEN json_valid(events[-1]) THEN json_extract(events[-1], [
                '$.usage', '$.id', '$.model', '$.object', '$.service_tier',
                '$.response.usage', '$.response.id', '$.response.model', '$.response.object', '$.response.service_tier'
            ]) END AS found,
            CASE WHEN json_valid(events[1]) THEN json_extract(events[1], [
                '$.message.usage', '$.message.id', '$.message.model'
            ]) END AS opened
        FROM told
        WHERE contains(events[-1], '"usage"')
    ),

    response AS (
        SELECT
            *,
            CASE WHEN is_stream THEN coalesce(found[6], found[1]) ELSE found[1] END AS usage,
            CASE WHEN is_stream THEN opened[1] END AS first_usage,
            coalesce(found[7], found[2], opened[2]) ->> '$' AS response_id,
            coalesce(found[8], found[3], opened[3]) ->> '$' AS model,
            coalesce(found[9], found[4]) ->> '$' AS kind,
            coalesce(found[10], found[5]) ->> '$' AS tier
        FROM body
        -- A stream of Anthropic's that broke off after its first event has no final count.
        WHERE json_type(coalesce(found[6], found[1])) = 'OBJECT'
    ),

    texts AS (
        SELECT
            *,
            coalesce(usage ->> 'prompt_tokens', usage ->> 'input_tokens', first_usage ->> 'input_tokens') AS input_text,
            coalesce(usage ->> 'completion_tokens', usage ->> 'output_tokens') AS output_text,
            coalesce(
                usage ->> '$.prompt_tokens_details.cached_tokens', usage ->> '$.input_tokens_details.cached_tokens',
                usage ->> 'cache_read_input_tokens', first_usage ->> 'cache_read_input_tokens'
            ) AS cached_text,
            coalesce(usage ->> 'cache_creation_input_tokens', first_usage ->> 'cache_creation_input_tokens') AS written_text,
            coalesce(
                usage ->> '$.cache_creation.ephemeral_5m_input_tokens', first_usage ->> '$.cache_creation.ephemeral_5m_input_tokens'
            ) AS short_text,
            coalesce(
                usage ->> '$.cache_creation.ephemeral_1h_input_tokens', first_usage ->> '$.cache_creation.ephemeral_1h_input_tokens'
            ) AS long_text,
            coalesce(
                usage ->> '$.completion_tokens_details.reasoning_tokens', usage ->> '$.output_tokens_details.reasoning_tokens',
                usage ->> '$.output_tokens_details.thinking_tokens'
            ) AS reasoning_text,
            -- Anthropic's input leaves out what the cache served and took.
            usage ->> 'prompt_tokens' IS NULL AND (
                starts_with(response_id, 'msg_') OR json_exists(coalesce(first_usage, usage), '$.cache_read_input_tokens')
            ) AS is_apart
        FROM response
    ),

    counted AS (
        SELECT
            *,
            strict_int(input_text) AS input,
            strict_int(cached_text) AS read,
            strict_int(written_text) AS written,
            coalesce(
                bad_time('time', time), bad_int('usage.prompt_tokens', input_text), bad_int('usage.completion_tokens', output_text),
                bad_int('usage.cached_tokens', cached_text), bad_int('usage.reasoning_tokens', reasoning_text),
                bad_int('usage.cache_creation_input_tokens', written_text), bad_int('usage.ephemeral_5m_input_tokens', short_text),
                bad_int('usage.ephemeral_1h_input_tokens', long_text)
            ) AS reason
        FROM texts
    )

    SELECT
        any_time(time) AS started_at,
        CASE WHEN is_apart THEN 'azure.ai.inference' ELSE 'azure.ai.openai' END AS provider_name,
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
        input + CASE WHEN is_apart THEN coalesce(read, 0) + coalesce(written, 0) ELSE 0 END AS input_tokens,
        read AS cache_read_input_tokens,
        strict_int(short_text) AS cache_creation_5m_input_tokens,
        strict_int(long_text) AS cache_creation_1h_input_tokens,
        written - coalesce(strict_int(short_text), 0) - coalesce(strict_int(long_text), 0) AS cache_creation_unsplit_input_tokens,
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
        coalesce(response_id, 'azure.apim|' || correlationId) AS dedup_key,
        reason AS reject_reason,
        file_id,
        line
    FROM counted
    WHERE input_text IS NOT NULL OR output_text IS NOT NULL;

-- API Management, category GatewayLlmLogs: one entry a row; the entries of one request share its correlation id, and the one with
-- the counts names the model's answer.
CREATE OR REPLACE TEMP MACRO azure_llm_calls(source_rows) AS TABLE
    WITH entry AS (
        SELECT * EXCLUDE (properties), json_inside(properties) AS detail
        FROM query_table(source_rows)
    ),

    texts AS (
        SELECT
            *,
            nullif(coalesce(detail ->> 'promptTokens', detail ->> 'PromptTokens'), '') AS input_text,
            nullif(coalesce(detail ->> 'completionTokens', detail ->> 'CompletionTokens'), '') AS output_text,
            nullif(coalesce(detail ->> 'promptCachedTokens', detail ->> 'PromptCachedTokens'), '') AS cached_text,
            nullif(coalesce(detail ->> 'modelName', detail ->> 'ModelName'), '') AS model,
            nullif(coalesce(detail ->> 'deploymentName', detail ->> 'DeploymentName'), '') AS deployment,
            nullif(coalesce(detail ->> 'requestId', detail ->> 'RequestId'), '') AS response_id,
            nullif(coalesce(detail ->> 'correlationId', detail ->> 'CorrelationId', correlationId), '') AS call_id
        FROM entry
    ),

    counted AS (
        SELECT
            *,
            strict_int(input_text) AS input,
            strict_int(cached_text) AS read,
            -- Of Claude the prompt is counted without what the cache served, as Anthropic does.
            coalesce(regexp_matches(concat_ws(' ', model, deployment), '(?i)claude') OR response_id LIKE 'msg\_%' ESCAPE '\', false)
                AS is_claude
        FROM texts
    )

    SELECT
        any_time(time) AS started_at,
        CASE WHEN is_claude THEN 'azure.ai.inference' ELSE 'azure.ai.openai' END AS provider_name,
        deployment AS request_model,
        model AS response_model,
        input + CASE WHEN is_claude OR read > input THEN coalesce(read, 0) ELSE 0 END AS input_tokens,
        read AS cache_read_input_tokens,
        strict_int(output_text) AS output_tokens,
        try_cast(coalesce(detail ->> 'isStreamCompletion', detail ->> 'IsStreamCompletion') AS BOOLEAN) AS streamed,
        -- The model's own id makes the same call in another log count once; the log with the whole usage goes before.
        CASE
            WHEN regexp_matches(response_id, '^(chatcmpl-|resp_|msg_)') THEN response_id
            ELSE 'azure.apim|' || coalesce(call_id, response_id)
        END AS dedup_key,
        1::BIGINT AS duplicate_rank,
        coalesce(
            bad_time('time', time), bad_int('promptTokens', input_text), bad_int('completionTokens', output_text),
            bad_int('promptCachedTokens', cached_text)
        ) AS reject_reason,
        file_id,
        line
    FROM counted
    -- The entries that carry messages state zeros.
    WHERE coalesce(input_text, '0') <> '0' OR coalesce(output_text, '0') <> '0' OR coalesce(cached_text, '0') <> '0';

-- A time as the portal's tables show it in UTC ('10/1/2026, 9:00:00.123 AM') as ISO 8601; any other text stays as it is.
CREATE OR REPLACE TEMP MACRO azure_portal_time(x) AS
    coalesce(
        strftime(
            try_strptime(x::VARCHAR, ['%m/%d/%Y, %I:%M:%S.%f %p', '%m/%d/%Y, %I:%M:%S %p']),
            '%Y-%m-%dT%H:%M:%S.%fZ'
        ),
        x
    );
