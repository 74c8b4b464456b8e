/* logcost
format   = "anthropic.claude_code_report"
title    = "Anthropic Admin API report on Claude Code: tokens and estimated cost a day, person and model"
reader   = ["json_document", "json_lines"]
identify = ["data.model_breakdown", "data.actor"]
records  = "data[].model_breakdown[]"
complete = "has_more"
scope    = "file"
grain    = "bucket"
docs     = "https://docs.anthropic.com/en/api/admin-api/claude-code/get-claude-code-usage-report"
seen     = "2026-11"
note     = "Calls billed through the API are also in the messages usage report, and calls of one machine in its transcripts: load one of them."
about    = """
Pages of `GET /v1/organizations/usage_report/claude_code` (Admin API): one page a file, several pages as JSON Lines or as an array.

- A row is one person's (or API key's) tokens of one model on one UTC day; requests are not counted.
- `tokens.input` leaves out what was read from and written to the cache; the ledger's `input_tokens` adds the three up. The lifetime
  of the writes is not stated, so their price is not certain.
- `estimated_cost.amount` is in cents (1025 is 10.25 USD) and becomes the reported cost. It is an estimate at list prices; for
  subscription customers (tag `customer_type`) nobody is billed that amount.
- Sessions, commits and lines of code are not usage and are left out. A day without any model gives no row.
- The same tokens are in the messages usage report (API customers) and in the transcripts of Claude Code: load one of them.
"""

[fields]
has_more = "bool"
[[fields.data]]
date = "time"
organization_id = "str"
customer_type = "str"
subscription_type = "str"
terminal_type = "str"
[fields.data.actor]
email_address = "str"
api_key_name = "str"
[[fields.data.model_breakdown]]
model = "str"
[fields.data.model_breakdown.tokens]
input = "int"
output = "int"
cache_read = "int"
cache_creation = "int"
[fields.data.model_breakdown.estimated_cost]
currency = "str"
amount = "decimal"
*/
-- One model of one day and person a row.
WITH result AS (
    SELECT
        file_id,
        line,
        data.date AS date,
        data.organization_id AS organization_id,
        data.customer_type AS customer_type,
        data.subscription_type AS subscription_type,
        data.terminal_type AS terminal_type,
        data.actor.email_address AS email,
        data.actor.api_key_name AS key_name,
        model_breakdown.model AS model,
        model_breakdown.tokens AS tokens,
        model_breakdown.estimated_cost AS estimated_cost
    FROM source
),

-- The same day in two downloads counts once; a later one of a day that was still filling is the larger one.
named AS (
    SELECT
        *,
        concat_ws(
            '|', 'anthropic.claude_code_report|bucket', epoch_ms(any_time(date)), coalesce(organization_id, ''),
            coalesce(email, ''), coalesce(key_name, ''), coalesce(customer_type, ''), coalesce(subscription_type, ''),
            coalesce(terminal_type, ''), coalesce(model, '')
        ) AS bucket
    FROM result
),

-- Rows of one file that look alike are told apart, not lost.
numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY file_id, bucket ORDER BY tokens.output DESC NULLS LAST, tokens.input DESC NULLS LAST, line
        ) AS position
    FROM named
)

SELECT
    any_time(date) AS started_at,
    any_time(date) + INTERVAL 1 DAY AS ended_at,
    'anthropic' AS provider_name,
    model AS response_model,
    'chat' AS operation_name,
    tokens.input + coalesce(tokens.cache_read, 0) + coalesce(tokens.cache_creation, 0) AS input_tokens,
    tokens.cache_read AS cache_read_input_tokens,
    tokens.cache_creation AS cache_creation_unsplit_input_tokens,
    tokens.output AS output_tokens,
    key_name AS api_key_id,
    email AS user_id,
    strict_decimal(cents(estimated_cost.amount)) AS reported_cost,
    CASE WHEN estimated_cost.amount IS NOT NULL THEN upper(estimated_cost.currency) END AS reported_currency,
    stated([
        {'key': 'customer_type', 'value': customer_type},
        {'key': 'organization_id', 'value': organization_id},
        {'key': 'subscription_type', 'value': subscription_type},
        {'key': 'terminal_type', 'value': terminal_type}
    ]) AS tags,
    bucket || CASE WHEN position > 1 THEN '#' || position ELSE '' END AS dedup_key,
    coalesce(
        bad_time('date', date),
        bad_decimal('estimated_cost.amount', estimated_cost.amount),
        CASE
            WHEN estimated_cost.amount IS NOT NULL AND estimated_cost.currency IS NULL
            THEN 'estimated_cost.currency is missing: an amount without a currency cannot be used.'
        END
    ) AS reject_reason,
    file_id,
    line
FROM numbered
