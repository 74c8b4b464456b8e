/* logcost
format        = "github.copilot_billing"
title         = "GitHub billing: metered usage and premium request reports with amounts, CSV"
reader        = "csv"
identify      = ["product", "sku", "quantity", "unit_type", "applied_cost_per_quantity", "net_amount"]
identify_any  = ["date", "usage_at"]
identify_none = ["cache_read", "cache_write"]
scope         = "row"
table         = "invoice_line"
docs          = "https://docs.github.com/en/billing/reference/billing-reports"
seen          = "2026-06"
note          = "This report carries amounts and no token counts; GitHub's AI usage report has both."
about         = """
The usage reports of GitHub's billing pages that state amounts but no tokens: the metered usage report (summarized or detailed), the
premium request report of 2025, and the one of spring 2026 with `exceeds_quota` and `aic_...` columns. Columns are found by name.

- Only lines of AI products are loaded: Copilot, Spark, Models, their premium requests, AI credits and seats. Actions, storage and
  everything else that GitHub bills is skipped.
- A line is one day's amount of one SKU, user and model. `net_amount` is the billed cost, `gross_amount` the list cost; the
  difference is a discount (mostly the plan's included amount). All in USD.
- `unit_type` tells what `quantity` counts: premium requests, AI credits (1 credit = 0.01 USD) or seats.
- `aic_quantity` and `aic_gross_amount` on a line of premium requests say what it would cost in credits. They are a comparison and
  are never added.
- Amounts have no id: the same period in two downloads, or in another of these reports, is added twice. Load one of them.
- Dates are UTC days, also as a spreadsheet writes them (`3/1/26`, month first). Amounts with more than 15 decimals are rounded to
  15, half to even.
"""

[fields]
date = "time"
usage_at = "time"
product = "str"
sku = "str"
model = "str"
quantity = "decimal"
unit_type = "str"
gross_amount = "decimal"
net_amount = "decimal"
organization = "str"
*/
-- One amount a row, in dollars. Lines of other products than AI are no part of the question and are skipped.
SELECT
    any_day(coalesce(date, usage_at)) AS period_start,
    any_day(coalesce(date, usage_at)) + INTERVAL 1 DAY AS period_end,
    'github.copilot' AS provider_name,
    regexp_replace(filled(model), '^Auto: *', '') AS model,
    CASE
        WHEN lower(unit_type) IN ('request', 'requests') THEN 'premium_requests'
        WHEN lower(unit_type) IN ('ai-credit', 'ai-credits', 'credit', 'credits') THEN 'ai_credits'
        ELSE filled(unit_type)
    END AS meter,
    filled(sku) AS line_item,
    filled(organization) AS project,
    strict_decimal(quantity) AS quantity,
    filled(unit_type) AS quantity_unit,
    strict_decimal(net_amount) AS billed_cost,
    strict_decimal(gross_amount) AS list_cost,
    'USD' AS billing_currency,
    coalesce(
        bad_day('date', coalesce(date, usage_at)), bad_decimal('quantity', quantity), bad_decimal('net_amount', net_amount),
        bad_decimal('gross_amount', gross_amount)
    ) AS reject_reason,
    file_id,
    line
FROM source
WHERE
    net_amount IS NOT NULL
    AND regexp_matches(lower(concat_ws(' ', product, sku)), 'copilot|spark|models|premium_request|ai_credit')
