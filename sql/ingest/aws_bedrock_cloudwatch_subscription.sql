/* logcost
format   = "aws.bedrock_cloudwatch_subscription"
title    = "Amazon Bedrock model invocation log as a CloudWatch subscription delivers it (Firehose, Lambda)"
reader   = ["json_document", "json_lines"]
identify = ["logEvents.message", "messageType"]
records  = "logEvents[]"
scope    = "row"
grain    = "request"
docs     = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html"
seen     = "2026-11"
about    = """
What a subscription filter on the log group of the Bedrock model invocation log delivers through Firehose, Kinesis or Lambda: an object
with `logEvents`, one a line or one a file. Firehose writes objects one after the other without line breaks unless its delimiter is
turned on: turn it on. What a record says, and which count is which, is on the page of `aws.bedrock_invocation_log`; the same call in
several sources counts once. Control messages and events of other kinds are skipped.
"""

[fields]
[[fields.logEvents]]
timestamp = "time"
message = "json"
*/
-- One event a row; its message is the log's record, as JSON inside a string.
WITH record AS (
    SELECT file_id, line, logEvents.timestamp AS event_time, json_inside(logEvents.message) AS message
    FROM source
)

SELECT * FROM bedrock_event_calls('record')
