/* logcost
format   = "xai.usage"
title    = "xAI management API: usage of a team (time series of amounts)"
reader   = ["json_document", "json_lines"]
identify = ["timeSeries.dataPoints", "limitReached"]
records  = "timeSeries[].dataPoints[]"
complete = "limitReached"
note_incomplete = "The answer was cut off at its limit: amounts are missing. Ask for a shorter period or fewer groups."
scope    = "row"
table    = "invoice_line"
docs     = "https://docs.x.ai/docs/key-information/consumption-and-rate-limits"
seen     = "2026-11"
note     = "The answer does not name its unit: amounts are taken as US dollars, which is what the console asks for; it carries no calls."
about    = """
The answer of `POST /v1/billing/teams/{team}/usage` of the xAI management API, as the console's usage page loads it. One point
of one series a line. Ask for values in dollars (the console's default); the answer itself does not say what its numbers are, so
a file of token counts would be read as money. Points of zero are skipped.

The groups of a series are what it was grouped by, in the order of the request and without names: a group that starts with
`grok` is taken as the model, one that reads like a kind of token as the meter, all of them stand in `line_item`. `limitReached`
means that the answer was cut off. The length of a time step is not stated, so the period has no end. Cost only: tokens come
from your own logs. Amounts of more than 15 decimals are rounded to 15, half to even.
"""

[fields]
limitReached = "bool"
[[fields.timeSeries]]
group = "str[]"
[[fields.timeSeries.dataPoints]]
timestamp = "time"
values = "json"
*/
-- One point of one series a row; the names of its groups are not stated, only their values.
WITH point AS (
    SELECT
        file_id,
        line,
        timeSeries."group" AS labels,
        dataPoints.timestamp AS time,
        dataPoints."values" ->> '$[0]' AS amount
    FROM source
    WHERE dataPoints."values" ->> '$[0]' IS NOT NULL
)

SELECT
    any_time(time) AS period_start,
    'x_ai' AS provider_name,
    list_filter(labels, lambda label: regexp_matches(label, '(?i)^grok'))[1] AS model,
    list_filter(
        list_transform(
            list_filter(labels, lambda label: NOT regexp_matches(label, '(?i)^grok')), lambda label: token_meter(label)
        ),
        lambda meter: meter IS NOT NULL
    )[1] AS meter,
    nullif(array_to_string(labels, ', '), '') AS line_item,
    'Usage' AS charge_category,
    strict_decimal(amount) AS billed_cost,
    'USD' AS billing_currency,
    coalesce(bad_time('timestamp', time), bad_decimal('values', amount)) AS reject_reason,
    file_id,
    line
FROM point
WHERE strict_decimal(amount) IS DISTINCT FROM 0
