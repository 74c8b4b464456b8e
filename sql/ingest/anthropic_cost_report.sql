/* logcost
format        = "anthropic.cost_report"
title         = "Anthropic Admin API cost report"
reader        = ["json_document", "json_lines"]
identify      = ["data.starting_at", "data.results.amount"]
identify_none = ["object", "data.results.list_amount", "data.actor"]
records       = "data[].results[]"
complete      = "has_more"
scope         = "row"
table         = "invoice_line"
docs          = "https://docs.anthropic.com/en/api/admin-api/usage-cost/get-cost-report"
seen          = "2026-11"
note          = "A cost report carries amounts and no token counts; the usage report of the same API has those."
about         = """
Pages of `GET /v1/organizations/cost_report` (Admin API): one page a file, several pages as JSON Lines or as an array.

- `amount` is in cents, as a decimal text: `"123.78912"` is 1.2378912 USD. The ledger holds dollars; amounts with more than 15
  decimals of a dollar are rounded to 15, half to even.
- A row is one amount of one day; it goes to the table `invoice_line`, which `logcost sql` reads, and not to the calls.
- Model, tier, meter and region are stated only when the report was grouped by `description`. There is no grouping by API key.
- Cost types beside tokens: web search, code execution, sessions. Priority Tier commitments are not in this report.
- Amounts have no id: the same period in two downloads, or in the Console's export, is added twice. Load one of them.
- A page with `has_more: true` is not the last one; the report of the file says so.
"""

[fields]
has_more = "bool"
[[fields.data]]
starting_at = "time"
ending_at = "time"
[[fields.data.results]]
currency = "str"
amount = "decimal"
workspace_id = "str"
description = "str"
cost_type = "str"
token_type = "str"
model = "str"
service_tier = "str"
inference_geo = "str"
speed = "str"
*/
-- One amount of one day a row, in cents: the digits are moved, nothing is divided. A null amount bills nothing and is skipped.
SELECT
    any_time(data.starting_at) AS period_start,
    any_time(data.ending_at) AS period_end,
    'anthropic' AS provider_name,
    results.model AS model,
    anthropic_meter(results.token_type, results.cost_type) AS meter,
    results.description AS line_item,
    CASE WHEN results.speed = 'fast' THEN 'fast' ELSE results.service_tier END AS service_tier,
    nullif(results.inference_geo, 'not_available') AS region,
    results.workspace_id AS project,
    strict_decimal(cents(results.amount)) AS billed_cost,
    upper(results.currency) AS billing_currency,
    coalesce(
        bad_time('starting_at', data.starting_at), bad_time('ending_at', data.ending_at),
        bad_decimal('amount', results.amount),
        CASE WHEN results.currency IS NULL THEN 'currency is missing: an amount without a currency cannot be used.' END
    ) AS reject_reason,
    file_id,
    line
FROM source
WHERE results.amount IS NOT NULL
