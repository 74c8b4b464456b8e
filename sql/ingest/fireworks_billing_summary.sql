/* logcost
format   = "fireworks.billing_summary"
title    = "Fireworks billing summary (JSON)"
reader   = ["json_document", "json_lines"]
identify = ["lineItems.totalCost.units", "lineItems.category"]
records  = "lineItems[]"
scope    = "row"
table    = "invoice_line"
docs     = "https://docs.fireworks.ai/accounts/exporting-billing-metrics"
seen     = "2026-11"
note     = "A billing summary does not say which period it covers: it is loaded without a time. It carries amounts and no calls: they are in the table invoice_line."
about    = """
The billing summary of the Fireworks API or console, as JSON. One line item a line: cached input, uncached input or output
tokens of a model or model bucket. An amount is `units` (whole currency units) and `nanos` (billionths), added exactly;
`totalCost` is what is billed, also where quantity times `unitAmount` gives something else, which then is the list cost. The
answer names no period; the period of the request is not in it.
"""

[fields]
[[fields.lineItems]]
category = "str"
groupingKey = "str"
groupingValue = "str"
quantity = "decimal"
series = "str"
[fields.lineItems.totalCost]
currencyCode = "str"
units = "decimal"
nanos = "decimal"
[fields.lineItems.unitAmount]
currencyCode = "str"
units = "decimal"
nanos = "decimal"
*/
-- One line item a row.
WITH item AS (
    SELECT
        file_id,
        line,
        lineItems.*,
        units_and_nanos(lineItems.totalCost.units, lineItems.totalCost.nanos) AS total,
        units_and_nanos(lineItems.unitAmount.units, lineItems.unitAmount.nanos) AS per_unit
    FROM source
)

SELECT
    'fireworks_ai' AS provider_name,
    CASE WHEN groupingKey LIKE '%model%' THEN groupingValue END AS model,
    token_meter(category) AS meter,
    concat_ws(', ', category, groupingValue) AS line_item,
    'Usage' AS charge_category,
    CASE lower(series) WHEN 'serverless' THEN 'standard' ELSE label_tier(series) END AS service_tier,
    CASE WHEN groupingKey LIKE '%api_key%' THEN groupingValue END AS api_key_id,
    strict_decimal(quantity) AS quantity,
    CASE WHEN regexp_matches(category, '(?i)token') THEN 'tokens' END AS quantity_unit,
    total AS billed_cost,
    CASE WHEN unitAmount.currencyCode = totalCost.currencyCode THEN exact_product(quantity, per_unit) END AS list_cost,
    upper(totalCost.currencyCode) AS billing_currency,
    coalesce(
        bad_decimal('totalCost.units', totalCost.units), bad_decimal('totalCost.nanos', totalCost.nanos),
        bad_decimal('unitAmount.units', unitAmount.units), bad_decimal('unitAmount.nanos', unitAmount.nanos),
        bad_decimal('quantity', quantity),
        CASE WHEN coalesce(totalCost.units, totalCost.nanos) IS NULL THEN 'totalCost states no amount. Export it again.' END,
        CASE
            WHEN totalCost.currencyCode IS NULL
                THEN 'totalCost.currencyCode is missing: an amount without a currency cannot be used.'
        END
    ) AS reject_reason,
    file_id,
    line
FROM item
