/* logcost
format   = "aws.bedrock_cloudwatch_events"
title    = "Amazon Bedrock model invocation log as a list of CloudWatch events"
reader   = ["json_document", "json_lines"]
identify = ["events.message", "events.timestamp"]
records  = "events[]"
complete = "nextToken"
scope    = "row"
grain    = "request"
docs     = "https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html"
seen     = "2026-11"
about    = """
The answer of `aws logs get-log-events` or `filter-log-events` on the log group of the Bedrock model invocation log. Each
event's `message` is one record of the log, as an object or as text. What a record says, and which count is which, is on the
page of `aws.bedrock_invocation_log`; the same call in both sources counts once.

Events of other kinds in the same list are skipped. `filter-log-events` gives pages: one with a `nextToken` is not the last.
"""

[fields]
nextToken = "str"
[[fields.events]]
timestamp = "time"
message = "json"
*/
-- One event a row; its message is the log's record, also as JSON inside a string. The fields are those of the log in S3.
-- Answers may be long (MATERIALIZED: each is parsed once, not once for each column).
WITH record AS (
    SELECT file_id, line, events.timestamp AS event_time, json_inside(events.message) AS message
    FROM source
),

named AS (
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
    FROM record
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
        answer.tier AS tier
    FROM told
),

-- Some logs state the writes only by lifetime.
summed AS (
    SELECT
        *,
        coalesce(
            stated_written, coalesce(written_5m, written_1h) * 0 + coalesce(written_5m, 0) + coalesce(written_1h, 0)
        ) AS written
    FROM counted
    WHERE coalesce(input_text, output_text, read_text, written_text) IS NOT NULL
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
    coalesce(
        bad_time('timestamp', called_at), bad_int('inputTokenCount', input_text), bad_int('outputTokenCount', output_text),
        bad_int('cacheReadInputTokenCount', read_text), bad_int('cacheWriteInputTokenCount', written_text)
    ) AS reject_reason,
    file_id,
    line
FROM summed
-- A refused call states zeros for what never happened.
WHERE errorCode IS NULL OR coalesce(uncached, 0) + coalesce(cache_read, 0) + coalesce(written, 0) + coalesce(output_count, 0) > 0
