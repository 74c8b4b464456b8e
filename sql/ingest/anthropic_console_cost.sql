/* logcost
format        = "anthropic.console_cost"
title         = "Anthropic Console: cost export of the Cost page, CSV"
reader        = "csv"
identify      = ["usage_date_utc", "cost_usd"]
identify_none = ["usage_output_tokens"]
scope         = "row"
table         = "invoice_line"
docs          = "https://support.anthropic.com/en/articles/9534590-cost-and-usage-reporting-in-console"
seen          = "2026-08"
note          = "Each row of a Console cost export is rounded to cents and carries no token counts; the cost report of the Admin API is exact."
about         = """
The CSV that the Export button of the Console's Cost page gives (`claude_api_cost_...csv`), in its four headers (since December 2025);
columns are found by name.

- A row is one amount of one day, in dollars with two decimals: many rows say 0.00, and a sum is off by up to half a cent a row. The
  cost report of the Admin API has the exact amounts.
- The rows go to the table `invoice_line`, which `logcost sql` reads, and not to the calls. `cost_usd` is the billed cost,
  `list_price_usd` (since 2026) the list cost: the difference is a discount.
- `model` is a display name (`Claude Opus 4.6`); the ledger holds the id it stands for (`claude-opus-4-6`), the line's text keeps it.
- Amounts have no id: the same period in two downloads, or in the Admin API's report, is added twice. Load one of them.
- `api_key` is a name; newer files also have the key's id, which is preferred. The key itself is not in the file.
"""

[fields]
usage_date_utc = "time"
model = "str"
workspace = "str"
api_key = "str"
api_key_id = "str"
usage_type = "str"
context_window = "str"
token_type = "str"
cost_usd = "decimal"
list_price_usd = "decimal"
cost_type = "str"
inference_geo = "str"
speed = "str"
*/
-- One amount a row, in dollars. A row without an amount bills nothing and is skipped.
SELECT
    any_time(usage_date_utc) AS period_start,
    day_end(usage_date_utc) AS period_end,
    'anthropic' AS provider_name,
    nullif(trim(regexp_replace(lower(filled(model)), '[^a-z0-9]+', '-', 'g'), '-'), '') AS model,
    anthropic_meter(filled(token_type), filled(cost_type)) AS meter,
    nullif(concat_ws(', ', filled(model), coalesce(filled(token_type), filled(cost_type)), filled(context_window)), '')
        AS line_item,
    CASE WHEN speed = 'fast' THEN 'fast' ELSE nullif(filled(usage_type), 'message') END AS service_tier,
    nullif(filled(inference_geo), 'not_available') AS region,
    filled(workspace) AS project,
    coalesce(filled(api_key_id), filled(api_key)) AS api_key_id,
    strict_decimal(cost_usd) AS billed_cost,
    strict_decimal(list_price_usd) AS list_cost,
    'USD' AS billing_currency,
    coalesce(
        bad_time('usage_date_utc', usage_date_utc), bad_decimal('cost_usd', cost_usd),
        bad_decimal('list_price_usd', list_price_usd)
    ) AS reject_reason,
    file_id,
    line
FROM source
WHERE cost_usd IS NOT NULL
