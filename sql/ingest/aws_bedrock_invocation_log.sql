/* logcost
format   = "aws.bedrock_invocation_log"
title    = "Amazon Bedrock model invocation log: S3 files, or one record"
reader   = ["json_lines", "json_document"]
bodies   = ["message"]
identify = ["schemaType", "modelId"]
where    = { schemaType = "ModelInvocationLog" }
keep     = ["schemaType"]
scope    = "row"
grain    = "request"
docs     = "https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html"
seen     = "2026-11"
about    = """
Turn on *model invocation logging* in the Bedrock settings and give the `.json.gz` files from S3 (or the folder). A record
copied from the console, and a log with one CloudWatch event a line (`message` as an object or as text), are read too.

One call a row, of every operation that states token counts; `CountTokens` is free and skipped, a failed call without counts is
skipped. The log's input count leaves out the cache; cache reads and writes are added to it. The lifetime of a cache write (5
minutes, 1 hour) comes from the logged answer; when answers are not logged the writes are loaded without a lifetime.

The model is what was called: a model id, an inference profile (`us.`, `eu.`, `global.`) or an ARN. The ARN of an application
inference profile does not name its model. `region` is the region that was called, by which a cross-region call is billed, or
`global` for a global profile; where the call ran is the tag `inference_region`. Request metadata become tags.
"""

[fields]
schemaType = "str"
timestamp = "time"
accountId = "id"
region = "str"
inferenceRegion = "str"
requestId = "id"
operation = "str"
modelId = "str"
errorCode = "id"
requestMetadata = "json"
cacheReadInputTokenCount = "int"
cacheWriteInputTokenCount = "int"
[fields.identity]
arn = "str"
[fields.input]
inputTokenCount = "int"
cacheReadInputTokenCount = "int"
cacheWriteInputTokenCount = "int"
[fields.output]
outputTokenCount = "int"
outputBodyJson = "json"

[wrapper]
timestamp = "time"
*/
-- The counts stand beside the bodies and stay when a body is too large for the log. Answers are read only for what the counts
-- do not say: the lifetime of cache writes, the tier and the duration (MATERIALIZED: once, not once for each column).
WITH answer AS MATERIALIZED (
    SELECT
        *,
        coalesce(timestamp, wrapper.timestamp) AS called_at,
        output.outputTokenCount AS output_count,
        bedrock_answer(output.outputBodyJson) AS answer
    FROM source
    WHERE operation IS DISTINCT FROM 'CountTokens'
),

counted AS (
    SELECT
        *,
        input.inputTokenCount AS uncached,
        coalesce(
            input.cacheReadInputTokenCount, cacheReadInputTokenCount,
            strict_int(answer.usage ->> 'cacheReadInputTokens'), strict_int(answer.usage ->> 'cache_read_input_tokens')
        ) AS cache_read,
        bedrock_written(answer.usage, '5m') AS written_5m,
        bedrock_written(answer.usage, '1h') AS written_1h,
        coalesce(
            input.cacheWriteInputTokenCount, cacheWriteInputTokenCount,
            strict_int(answer.usage ->> 'cacheWriteInputTokens'), strict_int(answer.usage ->> 'cache_creation_input_tokens')
        ) AS stated_written,
        answer.tier AS tier,
        identity.arn AS arn,
        NULL::VARCHAR AS bad_count
    FROM answer
    WHERE coalesce(uncached, output_count, cache_read, stated_written) IS NOT NULL
)

SELECT * FROM bedrock_calls('counted')
