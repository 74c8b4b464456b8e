/* logcost
format   = "aws.bedrock_cloudwatch_insights"
title    = "Amazon Bedrock model invocation log as a result of CloudWatch Logs Insights, CSV"
reader   = "csv"
identify = ['"@message"']
scope    = "row"
grain    = "request"
docs     = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_ExportQueryResults.html"
seen     = "2026-11"
note_without_usage = "No row of this query result is a record of the Bedrock model invocation log: its messages need schemaType, counts and all."
about    = """
The result of a Logs Insights query on the log group of the Bedrock model invocation log, exported as CSV. The query must return the
whole record: `fields @timestamp, @message | limit 10000`. What a record says, and which count is which, is on the page of
`aws.bedrock_invocation_log`; the same call in several sources counts once.

Insights returns at most 10,000 rows and does not say that there were more. Rows of other logs are skipped.
"""

[fields]
"@timestamp" = "time"
"@message" = "json"
*/
-- One row of the query's result a row; its message is the log's record.
WITH record AS (
    SELECT file_id, line, "@timestamp" AS event_time, json_inside("@message") AS message
    FROM source
)

SELECT * FROM bedrock_event_calls('record')
