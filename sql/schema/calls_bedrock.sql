-- The calls of Bedrock invocation records whose counts are read. The format names the CTE that has them under the names used here.
CREATE OR REPLACE TEMP MACRO bedrock_calls(counted_rows) AS TABLE
    -- Some logs state the writes only by lifetime.
    WITH summed AS (
        SELECT
            *,
            coalesce(
                stated_written, coalesce(written_5m, written_1h) * 0 + coalesce(written_5m, 0) + coalesce(written_1h, 0)
            ) AS written
        FROM query_table(counted_rows)
    )

    SELECT
        any_time(called_at) AS started_at,
        'aws.bedrock' AS provider_name,
        modelId AS request_model,
        modelId AS response_model,
        CASE
            WHEN operation LIKE 'Converse%' THEN 'chat'
            WHEN regexp_matches(modelId, 'embed') THEN 'embeddings'
            WHEN regexp_matches(modelId, 'rerank') THEN 'rerank'
            WHEN regexp_matches(modelId, 'image|canvas|stability\.|stable-') THEN 'image'
            WHEN regexp_matches(modelId, 'reel|video') THEN 'video'
            ELSE 'chat'
        END AS operation_name,
        CASE WHEN tier = 'default' THEN 'standard' ELSE tier END AS service_tier,
        CASE WHEN regexp_matches(modelId, '(^|/)global\.') THEN 'global' ELSE region END AS region,
        uncached + coalesce(cache_read, 0) + coalesce(written, 0) AS input_tokens,
        cache_read AS cache_read_input_tokens,
        written_5m AS cache_creation_5m_input_tokens,
        written_1h AS cache_creation_1h_input_tokens,
        written - coalesce(written_5m, 0) - coalesce(written_1h, 0) AS cache_creation_unsplit_input_tokens,
        output_count AS output_tokens,
        accountId AS project,
        arn AS user_id,
        nullif(map_concat(
            coalesce(json_tags(requestMetadata), MAP {}),
            CASE WHEN inferenceRegion IS NULL THEN MAP {} ELSE MAP {'inference_region': inferenceRegion} END
        ), MAP {}) AS tags,
        CASE WHEN errorCode IS NULL THEN 'ok' ELSE 'error' END AS status,
        operation LIKE '%Stream%' AS streamed,
        round(try_cast(answer.latency AS DECIMAL(18, 3)))::BIGINT AS latency_ms,
        requestId AS dedup_key,
        coalesce(bad_time('timestamp', called_at), bad_count) AS reject_reason,
        file_id,
        line
    FROM summed
    -- A refused call states zeros for what never happened.
    WHERE errorCode IS NULL OR coalesce(uncached, 0) + coalesce(cache_read, 0) + coalesce(written, 0) + coalesce(output_count, 0) > 0;

-- The calls of Bedrock invocation records that CloudWatch keeps as messages, the same for each way to get them out. The format names the
-- CTE that has its messages (JSON) and their times under the names used here; the fields are those of the log in S3.
-- Answers may be long (MATERIALIZED: each is parsed once, not once for each column).
CREATE OR REPLACE TEMP MACRO bedrock_event_calls(source_rows) AS TABLE
    WITH named AS (
        SELECT
            file_id,
            line,
            coalesce(message ->> 'timestamp', event_time) AS called_at,
            message ->> 'accountId' AS accountId,
            message ->> 'region' AS region,
            message ->> 'inferenceRegion' AS inferenceRegion,
            message ->> 'requestId' AS requestId,
            message ->> 'operation' AS operation,
            message ->> 'modelId' AS modelId,
            message ->> 'errorCode' AS errorCode,
            message ->> '$.identity.arn' AS arn,
            message -> 'requestMetadata' AS requestMetadata,
            message ->> '$.input.inputTokenCount' AS input_text,
            coalesce(message ->> '$.input.cacheReadInputTokenCount', message ->> 'cacheReadInputTokenCount') AS read_text,
            coalesce(message ->> '$.input.cacheWriteInputTokenCount', message ->> 'cacheWriteInputTokenCount') AS written_text,
            message ->> '$.output.outputTokenCount' AS output_text,
            json_extract(message, '$.output.outputBodyJson')::VARCHAR AS body
        FROM query_table(source_rows)
        WHERE message ->> 'schemaType' = 'ModelInvocationLog' AND message ->> 'operation' IS DISTINCT FROM 'CountTokens'
    ),

    told AS MATERIALIZED (
        SELECT *, bedrock_answer(body) AS answer
        FROM named
    ),

    counted AS (
        SELECT
            *,
            strict_int(input_text) AS uncached,
            strict_int(output_text) AS output_count,
            coalesce(
                strict_int(read_text), strict_int(answer.usage ->> 'cacheReadInputTokens'),
                strict_int(answer.usage ->> 'cache_read_input_tokens')
            ) AS cache_read,
            bedrock_written(answer.usage, '5m') AS written_5m,
            bedrock_written(answer.usage, '1h') AS written_1h,
            coalesce(
                strict_int(written_text),
                strict_int(answer.usage ->> 'cacheWriteInputTokens'), strict_int(answer.usage ->> 'cache_creation_input_tokens')
            ) AS stated_written,
            answer.tier AS tier,
            coalesce(
                bad_int('inputTokenCount', input_text), bad_int('outputTokenCount', output_text),
                bad_int('cacheReadInputTokenCount', read_text), bad_int('cacheWriteInputTokenCount', written_text)
            ) AS bad_count
        FROM told
        WHERE coalesce(input_text, output_text, read_text, written_text) IS NOT NULL
    )

    SELECT * FROM bedrock_calls('counted');
