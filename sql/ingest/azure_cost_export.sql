/* logcost
format       = "azure.cost_export"
title        = "Azure Cost Management export or usage details: the lines of language models"
reader       = ["csv", "parquet"]
identify     = ["MeterName", "UnitOfMeasure"]
scope        = "row"
table        = "invoice_line"
docs         = "https://learn.microsoft.com/azure/cost-management-billing/dataset-schema/cost-usage-details-ea"
seen         = "2026-11"
note         = "A bill of all of Azure: lines that name no language model are skipped. It carries amounts and no calls: they are in the table invoice_line."
about        = """
Cost Management > Exports > *Cost and usage details (actual)*, as CSV or Parquet, for Enterprise Agreements (old and new
header), Microsoft Customer Agreements and pay-as-you-go; the case of column names does not matter. Take the *actual* cost: in
an export of amortized cost the column of the same name holds amortized amounts, and the file does not say which it is.

A line is a language model's when its category, subcategory, product or meter names Azure OpenAI, Foundry Models or a maker of
models, or when its meter counts input or output tokens. All other lines are counted as skipped.

The meter's name carries model, version, direction and scope in changing spellings (`gpt-4o-0806-Inp-glbl Tokens`, `gpt 4o 1120
cached Inp glbl Tokens`, `GPT 5 Inpt Glbl`); the model is what stands before these words, not the id used in calls. `region` is
`global` or `data_zone` when the meter says so, else the location. Quantities are multiplied by the unit of measure (`1K`,
`1M`), which differs from line to line. Hours of provisioned throughput stay hours. There is no deployment and no request in
this export. `list_cost` is the quantity at the pay-as-you-go price, when the export states it. Amounts of more than 15 decimals
are rounded to 15, half to even.
"""

[fields]
Date = "time"
UsageDateTime = "time"
MeterCategory = "str"
MeterSubCategory = "str"
MeterName = "str"
Product = "str"
ProductName = "str"
Quantity = "decimal"
UsageQuantity = "decimal"
UnitOfMeasure = "str"
Cost = "decimal"
CostInBillingCurrency = "decimal"
PreTaxCost = "decimal"
PayGPrice = "decimal"
PaygCostInBillingCurrency = "decimal"
BillingCurrency = "str"
BillingCurrencyCode = "str"
Currency = "str"
ChargeType = "str"
ResourceLocation = "str"
SubscriptionId = "id"
SubscriptionGuid = "id"
SubscriptionName = "str"
*/
-- Headers differ between agreements and years; the names here do not depend on case, so no alias may look like a column.
WITH item AS (
    SELECT
        *,
        coalesce(Date, UsageDateTime) AS day,
        coalesce(Product, ProductName) AS product_text,
        coalesce(Quantity, UsageQuantity) AS amount_text,
        coalesce(CostInBillingCurrency, Cost, PreTaxCost) AS cost_text,
        coalesce(BillingCurrency, BillingCurrencyCode, Currency) AS currency_text,
        label_words(MeterName) AS words,
        -- The words may carry the subcategory that names the maker: the meter 'R1 Outp glbl Tokens' does not.
        concat_ws(' ', MeterCategory, MeterSubCategory, coalesce(Product, ProductName), MeterName) AS whole
    FROM source
),

-- '1K' and '1M' are numbers of tokens, '1 Hour' one hour, '100 Hours' a hundred: a leading number scales the quantity.
scaled AS (
    SELECT
        *,
        token_meter(MeterName) AS token_words,
        coalesce(try_cast(regexp_extract(UnitOfMeasure, '^([0-9]{1,9})', 1) AS BIGINT), 1) AS unit_number,
        CASE
            WHEN regexp_matches(UnitOfMeasure, '^[0-9]+ ?K\b') THEN 1000
            WHEN regexp_matches(UnitOfMeasure, '^[0-9]+ ?M\b') THEN 1000000
            ELSE 1
        END AS unit_scale
    FROM item
),

kept AS (
    SELECT
        *,
        strict_decimal(amount_text) * (unit_number * unit_scale) AS units,
        regexp_matches(words, '\b(ptu|ptus|provisioned)\b') AS is_provisioned,
        trim(regexp_extract(
            words,
            '^(.+?)\b(?:inp|inpt|input|prompt|outp|out|opt|output|outpt|otpt|completion|cached|cache|cchd|cd|batch|std|pp'
            || '|priority|glbl|gl|global|gbl|regnl|regional|rgnl|dzone|dz|dzn|data zone|tokens?|ft|hosting|training)\b',
            1
        )) AS model_words
    FROM scaled
    WHERE names_llm(whole)
        OR (token_words IN ('input', 'output', 'cache_read', 'cache_write') AND regexp_matches(words, '\btokens?\b'))
)

SELECT
    any_day(day) AS period_start,
    any_day(day) + INTERVAL 24 HOUR AS period_end,
    CASE
        WHEN regexp_matches(label_words(whole), '\b(open ?ai|gpt|codex|dall e|whisper|sora)[0-9.]*o?\b|\bo[1-9] ') THEN 'azure.ai.openai'
        ELSE 'azure.ai.inference'
    END AS provider_name,
    CASE WHEN NOT is_provisioned THEN nullif(replace(model_words, ' ', '-'), '') END AS model,
    CASE WHEN is_provisioned THEN 'provisioned' ELSE token_words END AS meter,
    coalesce(MeterName, product_text) AS line_item,
    ChargeType AS charge_category,
    CASE WHEN is_provisioned THEN 'provisioned' ELSE label_tier(MeterName) END AS service_tier,
    CASE
        WHEN regexp_matches(words, '\b(glbl|gl|global|gbl)\b') THEN 'global'
        WHEN regexp_matches(words, '\b(dzone|dz|dzn|data zone)\b') THEN 'data_zone'
        ELSE ResourceLocation
    END AS region,
    coalesce(SubscriptionName, SubscriptionId, SubscriptionGuid) AS project,
    units AS quantity,
    CASE
        WHEN is_provisioned OR regexp_matches(UnitOfMeasure, '(?i)hour') THEN 'hours'
        WHEN token_words IS NOT NULL THEN 'tokens'
        WHEN unit_scale = 1 THEN nullif(trim(regexp_replace(UnitOfMeasure, '^[0-9]+', '')), '')
        ELSE 'units'
    END AS quantity_unit,
    strict_decimal(cost_text) AS billed_cost,
    coalesce(strict_decimal(PaygCostInBillingCurrency), exact_product(amount_text, PayGPrice)) AS list_cost,
    upper(currency_text) AS billing_currency,
    coalesce(
        bad_day('Date', day), bad_decimal('Cost', cost_text), bad_decimal('Quantity', amount_text),
        bad_decimal('PayGPrice', PayGPrice),
        bad_decimal('PaygCostInBillingCurrency', PaygCostInBillingCurrency),
        CASE WHEN cost_text IS NULL THEN 'Cost is missing. Export the file with its cost columns.' END,
        CASE WHEN currency_text IS NULL THEN 'BillingCurrency is missing: an amount without a currency cannot be used.' END
    ) AS reject_reason,
    file_id,
    line
FROM kept
