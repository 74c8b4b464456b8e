/* logcost
format       = "aws.cost_and_usage_report"
title        = "AWS Cost and Usage Report (CUR 2.0 and legacy): the lines of Amazon Bedrock"
reader       = ["csv", "parquet"]
identify_any = ["line_item_usage_type", '"lineItem/UsageType"']
identify     = []
scope        = "row"
table        = "invoice_line"
docs         = "https://docs.aws.amazon.com/bedrock/latest/userguide/cost-mgmt-cur.html"
seen         = "2026-11"
note         = "A report of all of AWS: lines that are not Amazon Bedrock are skipped. It carries amounts and no calls: they are in the table invoice_line."
about        = """
Export *Data Exports* (CUR 2.0) or the legacy Cost and Usage Report as CSV or Parquet. Lines of Amazon Bedrock become invoice
lines; everything else in the report is counted as skipped. A line is Bedrock when its product code starts with `AmazonBedrock`,
when its product name says Bedrock (models sold through the Marketplace carry a product code of their own), or when its usage
type counts tokens.

`billed_cost` is the unblended cost, which sums to the invoice; `effective_cost` the net unblended cost where the report has it;
`list_cost` the public on-demand cost. Tax, credits and refunds stay, by name in `charge_category`, without a quantity.

The usage type says what is counted: input, output, cache reads and writes, which are four separate lines. The model is read
from the usage type, for Marketplace models from the product name; it is not the id used in calls. `cache_write` is a write
whose lifetime the line does not state. Quantities are as stated: thousands of tokens in the older usage types, millions in the
newer ones (see the unit). Amounts of more than 15 decimals are rounded to 15, half to even.
"""

[fields]
line_item_usage_type = "str"
line_item_usage_start_date = "time"
line_item_usage_end_date = "time"
line_item_usage_account_id = "id"
line_item_product_code = "str"
line_item_line_item_type = "str"
line_item_line_item_description = "str"
line_item_usage_amount = "decimal"
line_item_unblended_cost = "decimal"
line_item_net_unblended_cost = "decimal"
line_item_currency_code = "str"
pricing_unit = "str"
pricing_public_on_demand_cost = "decimal"
product = "json"
product_product_name = "str"
product_region_code = "str"
product_region = "str"
"lineItem/UsageType" = "str"
"lineItem/UsageStartDate" = "time"
"lineItem/UsageEndDate" = "time"
"lineItem/UsageAccountId" = "id"
"lineItem/ProductCode" = "str"
"lineItem/LineItemType" = "str"
"lineItem/LineItemDescription" = "str"
"lineItem/UsageAmount" = "decimal"
"lineItem/UnblendedCost" = "decimal"
"lineItem/NetUnblendedCost" = "decimal"
"lineItem/CurrencyCode" = "str"
"pricing/unit" = "str"
"pricing/publicOnDemandCost" = "decimal"
"product/ProductName" = "str"
"product/regionCode" = "str"
"product/region" = "str"
*/
-- One line of the report a row; the legacy report has the same columns under other names. The column product is a map: a JSON
-- object in CSV, a list of keys and values in Parquet.
WITH item AS (
    SELECT
        file_id,
        line,
        coalesce(line_item_usage_type, "lineItem/UsageType") AS usage_type,
        coalesce(line_item_usage_start_date, "lineItem/UsageStartDate") AS start_time,
        coalesce(line_item_usage_end_date, "lineItem/UsageEndDate") AS end_time,
        coalesce(line_item_usage_account_id, "lineItem/UsageAccountId") AS account,
        coalesce(line_item_product_code, "lineItem/ProductCode", '') AS product_code,
        coalesce(line_item_line_item_type, "lineItem/LineItemType") AS kind,
        coalesce(line_item_line_item_description, "lineItem/LineItemDescription") AS description,
        coalesce(line_item_usage_amount, "lineItem/UsageAmount") AS amount,
        coalesce(line_item_unblended_cost, "lineItem/UnblendedCost") AS cost,
        coalesce(line_item_net_unblended_cost, "lineItem/NetUnblendedCost") AS net_cost,
        coalesce(line_item_currency_code, "lineItem/CurrencyCode") AS currency,
        coalesce(pricing_unit, "pricing/unit") AS unit,
        coalesce(pricing_public_on_demand_cost, "pricing/publicOnDemandCost") AS public_cost,
        coalesce(
            product_region_code, product_region, "product/regionCode", "product/region",
            try_cast(product AS JSON) ->> '$.region_code'
        ) AS region,
        coalesce(
            product_product_name, "product/ProductName", try_cast(product AS JSON) ->> '$.product_name',
            list_filter(
                json_extract(try_cast(product AS JSON), '$[*]'), lambda entry: entry ->> 'key' = 'product_name'
            )[1] ->> 'value'
        ) AS product_name
    FROM source
),

-- 'USE1-Nova2.0Lite-input-tokens' names the model before the count; Marketplace and newer usage types do not.
named AS (
    SELECT
        *,
        nullif(regexp_extract(
            usage_type,
            '^(?:[A-Z0-9]+-)?([A-Za-z][A-Za-z0-9._]*?)-(?:mantle-)?'
            || '(?:input|output|cache|text|image|audio|video|reserved|batch|flex|priority)',
            1
        ), '') AS type_model,
        nullif(trim(regexp_extract(product_name, '^(.+?)\s*\(Amazon Bedrock Edition\)', 1)), '') AS product_model
    FROM item
    WHERE starts_with(product_code, 'AmazonBedrock')
        OR regexp_matches(coalesce(product_name, ''), '(?i)bedrock')
        OR regexp_matches(coalesce(usage_type, ''), '(?i)TokenCount|(input|output)[-_]tokens?')
)

SELECT
    any_time(start_time) AS period_start,
    any_time(end_time) AS period_end,
    'aws.bedrock' AS provider_name,
    coalesce(product_model, type_model) AS model,
    token_meter(usage_type) AS meter,
    coalesce(usage_type, description) AS line_item,
    CASE
        WHEN kind IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage') THEN 'Usage'
        WHEN kind IN ('Fee', 'RIFee', 'SavingsPlanUpfrontFee', 'SavingsPlanRecurringFee') THEN 'Purchase'
        WHEN kind LIKE '%Discount' OR kind = 'SavingsPlanNegation' THEN 'Adjustment'
        ELSE kind
    END AS charge_category,
    CASE
        WHEN regexp_matches(usage_type, '(?i)latency.?optimized') THEN 'latency_optimized'
        ELSE label_tier(usage_type)
    END AS service_tier,
    CASE WHEN regexp_matches(usage_type, '(?i)global') THEN 'global' ELSE nullif(region, '') END AS region,
    account AS project,
    CASE WHEN charge_category = 'Usage' THEN strict_decimal(amount) END AS quantity,
    CASE WHEN charge_category = 'Usage' THEN unit END AS quantity_unit,
    strict_decimal(cost) AS billed_cost,
    strict_decimal(net_cost) AS effective_cost,
    strict_decimal(public_cost) AS list_cost,
    upper(currency) AS billing_currency,
    coalesce(
        bad_time('usage_start_date', start_time), bad_time('usage_end_date', end_time), bad_decimal('unblended_cost', cost),
        bad_decimal('usage_amount', amount), bad_decimal('net_unblended_cost', net_cost),
        bad_decimal('public_on_demand_cost', public_cost),
        CASE WHEN cost IS NULL THEN 'unblended_cost is missing. Export the report with its cost columns.' END,
        CASE WHEN currency IS NULL THEN 'currency_code is missing: an amount without a currency cannot be used.' END
    ) AS reject_reason,
    file_id,
    line
FROM named
