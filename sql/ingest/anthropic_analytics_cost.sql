/* logcost
format        = "anthropic.analytics_cost"
title         = "Anthropic Enterprise analytics: cost report in time buckets"
reader        = ["json_document", "json_lines"]
identify      = ["data.starting_at", "data.results.amount", "data.results.list_amount"]
identify_none = ["object", "data.actor"]
records       = "data[].results[]"
complete      = "has_more"
scope         = "row"
table         = "invoice_line"
docs          = "https://support.claude.com/en/articles/13703965-claude-enterprise-analytics-api-reference-guide"
seen          = "2026-11"
note          = "A cost report carries amounts and no token counts; the usage report of the same API has those."
about         = """
Pages of the cost report of a Claude Enterprise organization (analytics API): one page a file, several pages as JSON Lines or as an
array.

- A row is one amount of one time bucket; it goes to the table `invoice_line`, which `logcost sql` reads, and not to the calls.
- `amount` and `list_amount` are texts in fractional cents: `"1250"` is 12.50 USD. `amount` is after discounts and before credits; the
  ledger holds it as billed, and `list_amount` as list cost, both in dollars, rounded to 15 decimals, half to even.
- A dimension is empty when the report was not grouped by it. A bucket has at most 100 groups and no row for the rest.
- Rows that name a team overlap: a person in two teams is in both. They cannot be added up and are
  rejected; download the report without `group_by[]=rbac_group_id`.
- The product (chat, claude_code, cowork ...) becomes the line's text.
"""

[fields]
has_more = "bool"
[[fields.data]]
starting_at = "time"
ending_at = "time"
[[fields.data.results]]
amount = "decimal"
list_amount = "decimal"
currency = "str"
cost_type = "str"
token_type = "str"
model = "str"
product = "str"
rbac_group_id = "str"
inference_geo = "str"
speed = "str"
*/
-- One amount a row, in cents: the digits are moved, nothing is divided.
SELECT
    any_time(data.starting_at) AS period_start,
    any_time(data.ending_at) AS period_end,
    'anthropic' AS provider_name,
    results.model AS model,
    anthropic_meter(results.token_type, results.cost_type) AS meter,
    results.product AS line_item,
    CASE WHEN results.speed = 'fast' THEN 'fast' END AS service_tier,
    nullif(results.inference_geo, 'not_available') AS region,
    strict_decimal(cents(results.amount)) AS billed_cost,
    strict_decimal(cents(results.list_amount)) AS list_cost,
    upper(results.currency) AS billing_currency,
    coalesce(
        bad_time('starting_at', data.starting_at), bad_time('ending_at', data.ending_at),
        bad_decimal('amount', results.amount),
        bad_decimal('list_amount', results.list_amount),
        CASE
            WHEN results.rbac_group_id IS NOT NULL
            THEN 'rbac_group_id: the rows of teams overlap and cannot be added up. Download the report without this group.'
            WHEN results.currency IS NULL THEN 'currency is missing: an amount without a currency cannot be used.'
        END
    ) AS reject_reason,
    file_id,
    line
FROM source
WHERE results.amount IS NOT NULL
