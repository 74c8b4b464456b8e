/* logcost
format   = "cursor.usage_events"
title    = "Cursor dashboard: usage events export, CSV"
reader   = "csv"
identify = ["Date", "Model", '"Input (w/ Cache Write)"', '"Input (w/o Cache Write)"', '"Cache Read"', '"Output Tokens"']
scope    = "file"
docs     = "https://cursor.com/docs/account/teams/dashboard"
seen     = "2026-09"
note     = "The Cost of an event is its value, not always a charge: Included and Not Charged events have one too; the tag kind tells them apart."
about    = """
The CSV that the Usage page of Cursor's dashboard exports, for one person or a team, in all headers that were seen (2025 and 2026):
with and without `User`, with `Cloud Agent ID` and `Automation ID`, ending in `Cost`, in `Requests`, or in neither.

- A row is one event. The four token columns do not overlap (their sum is `Total Tokens` in all of 20,332 rows that were checked):
  `Input (w/ Cache Write)` was written to the cache, `Input (w/o Cache Write)` is fresh. The ledger's `input_tokens` adds both and
  `Cache Read` up. The lifetime of the writes is not stated. A row whose total is not that sum is rejected.
- `Cost` becomes the reported cost where it is a number (with or without `$`); a word (`Included`, `Free`, `-`) goes to the tag `cost`.
  It is rounded to cents and mostly above the model's list price. What Cursor bills is the `On-Demand` rows.
- `Kind` goes to the tag `kind`. Errored events have the status error, aborted ones incomplete; those without tokens are skipped.
- Events with `User API Key` are billed by the model's maker, not by Cursor.
- Models have Cursor's own names (`claude-4.5-opus-high-thinking`, `composer-2`); `auto` does not say which model answered.
- `Requests`, what an event takes from a request plan, is the unit `plan_request_thousandths` (1 request = 1000).
- Events have no id: the same time, person, model and counts in two exports are one event.
"""

[fields]
Date = "time"
User = "str"
"Cloud Agent ID" = "str"
"Automation ID" = "str"
Kind = "str"
Model = "str"
"Max Mode" = "str"
"Input (w/ Cache Write)" = "int"
"Input (w/o Cache Write)" = "int"
"Cache Read" = "int"
"Output Tokens" = "int"
"Total Tokens" = "int"
Cost = "str"
Requests = "str"
*/
-- One event a row. Written, fresh and read tokens are disjoint columns, added up here.
WITH event AS (
    SELECT
        file_id,
        line,
        "Date" AS date,
        filled("User") AS person,
        filled("Cloud Agent ID") AS agent_id,
        filled("Automation ID") AS automation_id,
        filled(Kind) AS kind,
        filled(Model) AS model,
        filled("Max Mode") AS max_mode,
        "Input (w/ Cache Write)" AS written,
        "Input (w/o Cache Write)" AS fresh,
        "Cache Read" AS cached,
        "Output Tokens" AS output,
        "Total Tokens" AS total,
        "Input (w/o Cache Write)" + coalesce("Input (w/ Cache Write)", 0) + coalesce("Cache Read", 0) AS input,
        filled(Cost) AS cost,
        filled(Requests) AS requests
    FROM source
),

-- An event that failed or was stopped before it used anything is no call.
used AS (
    SELECT
        *,
        concat_ws(
            '|', 'cursor.usage_events', epoch_us(any_time(date)), coalesce(person, ''), coalesce(model, ''),
            coalesce(written, 0), coalesce(fresh, 0), coalesce(cached, 0), coalesce(output, 0)
        ) AS event
    FROM event
    WHERE NOT (
        coalesce(kind, '') SIMILAR TO '(Errored|Aborted).*'
        AND coalesce(written, 0) + coalesce(fresh, 0) + coalesce(cached, 0) + coalesce(output, 0) = 0
        AND coalesce(money(cost), 0) = 0
    )
),

-- Equal events of one file are told apart, not lost.
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY file_id, event ORDER BY line) AS position
    FROM used
)

SELECT
    any_time(date) AS started_at,
    CASE WHEN kind = 'User API Key' THEN maker_of(model) ELSE 'cursor' END AS provider_name,
    model AS request_model,
    CASE WHEN model NOT IN ('auto', 'default') THEN model END AS response_model,
    CASE WHEN model <> 'premium-tool-call' THEN 'chat' END AS operation_name,
    input AS input_tokens,
    cached AS cache_read_input_tokens,
    written AS cache_creation_unsplit_input_tokens,
    output AS output_tokens,
    stated([{'key': 'plan_request_thousandths', 'value': thousandths(requests)}]) AS other_units,
    person AS user_id,
    agent_id AS session_id,
    stated([
        {'key': 'automation_id', 'value': automation_id},
        {'key': 'cost', 'value': CASE WHEN money(cost) IS NULL THEN cost END},
        {'key': 'kind', 'value': kind},
        {'key': 'max_mode', 'value': max_mode},
        {'key': 'requests', 'value': CASE WHEN thousandths(requests) IS NULL THEN requests END}
    ]) AS tags,
    CASE WHEN kind LIKE 'Errored%' THEN 'error' WHEN kind LIKE 'Aborted%' THEN 'incomplete' END AS status,
    money(cost) AS reported_cost,
    CASE WHEN money(cost) IS NOT NULL THEN 'USD' END AS reported_currency,
    event || CASE WHEN position > 1 THEN '#' || position ELSE '' END AS dedup_key,
    coalesce(
        bad_time('Date', date),
        CASE
            WHEN date IS NULL THEN 'Date is missing. Correct the line.'
            WHEN total <> input + output
            THEN 'Total Tokens (' || total || ') is not the sum of the four token columns (' || (input + output)
                || '). Export it again.'
            WHEN money(cost) IS NULL AND regexp_matches(cost, '[0-9]')
            THEN 'Cost is neither a word nor an amount such as $1,234.50. Correct the line.'
        END
    ) AS reject_reason,
    file_id,
    line
FROM numbered
