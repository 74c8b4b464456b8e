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
-- One event a row; its message is the log's record, also as JSON inside a string.
WITH record AS (
    SELECT file_id, line, events.timestamp AS event_time, json_inside(events.message) AS message
    FROM source
)

SELECT * FROM bedrock_event_calls('record')
