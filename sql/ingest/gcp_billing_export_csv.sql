/* logcost
format       = "gcp.billing_export"
title        = "Google Cloud Billing export (CSV): the lines of language models"
reader       = "csv"
identify     = []
identify_any = [
    ['"sku.description"', '"cost"'], ["sku_description", "cost", "usage_start_time"], ['"SKU description"', '"Cost ($)"'],
    ['"SKU description"', "Cost"],
]
identify_none = ["MeterName", "BilledCost", "line_item_usage_type"]
scope        = "row"
table        = "invoice_line"
docs         = "https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/standard-usage"
seen         = "2026-11"
note         = "A bill of all of Google Cloud: lines that name no language model are skipped. It carries amounts and no calls: they are in the table invoice_line."
about        = """
The Cloud Billing export flattened to CSV, with columns named `sku.description` or `sku_description`, or with the display names
of the console (`SKU description`, `Usage start date`, `Cost ($)`; these were not seen in a real file). A CSV file has no list
of credits: give a column `credits` (`credits_amount`, `Credits`) with their sum, or the costs are before credits. Lines of the
Gemini API, and lines whose SKU names a language model (Gemini, Claude and other models in Vertex AI), become invoice lines;
everything else in the table is counted as skipped.

`billed_cost` is net: the cost plus its credits, which are negative. Amounts are in the currency of the billing account. The
SKU's text says model, direction, modality and tier in changing spellings (`Generate content input token count gemini 3.1 flash
lite preview text`, `Gemini 2.5 Pro Thinking Text Output - Predictions`); where it is ambiguous the model stays empty and the
text is in `line_item`. Cached input is `cache_read`, its storage `cache_storage`. `usage.unit` `count` means tokens. Google
bills thinking as output, under SKUs of its own for older models.

Google corrects rows of past days later: give a fresh export of the whole period instead of adding new rows to an old one.
Amounts of more than 15 decimals are rounded to 15, half to even.
"""

[fields]
"service.description" = "str"
service_description = "str"
"Service description" = "str"
"sku.description" = "str"
sku_description = "str"
"SKU description" = "str"
usage_start_time = "time"
"Usage start date" = "time"
usage_end_time = "time"
"Usage end date" = "time"
"project.id" = "id"
project_id = "id"
"Project ID" = "id"
"Project name" = "id"
"location.region" = "str"
location_region = "str"
"usage.amount" = "decimal"
usage_amount = "decimal"
"Usage amount" = "str"
"usage.unit" = "str"
usage_unit = "str"
"Usage unit" = "str"
cost = "decimal"
"Cost ($)" = "str"
credits = "str"
credits_amount = "str"
cost_at_list = "decimal"
currency = "str"
cost_type = "str"
"Cost type" = "str"
*/
-- One row of the table a line. Display columns hold amounts as people write them; their currency is in the column's name.
WITH item AS (
    SELECT
        file_id,
        line,
        coalesce(usage_start_time, "Usage start date") AS start_time,
        coalesce(usage_end_time, "Usage end date") AS end_time,
        coalesce("service.description", service_description, "Service description", '') AS service_name,
        coalesce("sku.description", sku_description, "SKU description", '') AS sku_name,
        coalesce("usage.amount", usage_amount, "Usage amount") AS amount,
        coalesce("usage.unit", usage_unit, "Usage unit") AS unit,
        coalesce("project.id", project_id, "Project ID", "Project name") AS project,
        coalesce("location.region", location_region) AS region,
        coalesce(cost, "Cost ($)") AS cost,
        cost_at_list AS list_cost,
        coalesce(currency, CASE WHEN "Cost ($)" IS NOT NULL THEN 'USD' END) AS currency,
        lower(coalesce(cost_type, "Cost type")) AS cost_type,
        -- An exported list is JSON text, a sum is a number.
        CASE
            WHEN starts_with(coalesce(credits, credits_amount), '[') THEN list_sum(list_transform(
                json_extract(try_cast(credits AS JSON), '$[*]'), lambda credit: strict_decimal(credit ->> 'amount')
            ))
            ELSE money(coalesce(credits, credits_amount))
        END AS credit_sum,
        CASE
            WHEN NOT starts_with(coalesce(credits, credits_amount), '[')
                THEN bad_money('credits', coalesce(credits, credits_amount))
            WHEN NOT json_valid(coalesce(credits, credits_amount)) THEN 'credits is no list of credits. Export it again.'
            ELSE list_filter(list_transform(
                json_extract(coalesce(credits, credits_amount), '$[*]'),
                lambda credit: bad_decimal('credits.amount', credit ->> 'amount')
            ), lambda reason: reason IS NOT NULL)[1]
        END AS wrong_credit,
        NULL::VARCHAR AS label_model
    FROM source
),

named AS (
    SELECT *, token_meter(sku_name) AS token_words
    FROM item
    -- Gemini's own services bill nothing else; in Vertex AI and others the SKU must name a model or what only models do.
    WHERE service_name IN ('Gemini API', 'Generative Language API')
        OR names_llm(sku_name)
        OR names_llm(service_name)
        OR regexp_matches(label_words(sku_name), '\bmodel as a service\b|\bgrounding with\b')
)

SELECT
    any_day(start_time) AS period_start,
    -- The console writes days, and the last one is part of the period: a month ends on the 31st.
    any_day(end_time) + CASE WHEN length(end_time) <= 10 THEN INTERVAL 24 HOUR ELSE INTERVAL 0 HOUR END AS period_end,
    CASE
        WHEN regexp_matches(service_name, '(?i)gemini|generative language') THEN 'gcp.gemini'
        ELSE 'gcp.vertex_ai'
    END AS provider_name,
    coalesce(sku_model(sku_name), label_model) AS model,
    token_words AS meter,
    sku_name AS line_item,
    CASE cost_type
        WHEN 'regular' THEN 'Usage'
        WHEN 'tax' THEN 'Tax'
        WHEN 'adjustment' THEN 'Adjustment'
        WHEN 'rounding_error' THEN 'Adjustment'
        ELSE cost_type
    END AS charge_category,
    label_tier(sku_name) AS service_tier,
    CASE WHEN regexp_matches(label_words(sku_name), '\bglobal\b') THEN 'global' ELSE region END AS region,
    project,
    money(amount) AS quantity,
    CASE WHEN unit = 'count' AND token_words IN ('input', 'output', 'cache_read') THEN 'tokens' ELSE unit END AS quantity_unit,
    money(cost) + coalesce(credit_sum, 0) AS billed_cost,
    strict_decimal(list_cost) AS list_cost,
    upper(currency) AS billing_currency,
    coalesce(
        bad_day('usage_start_time', start_time), bad_day('usage_end_time', end_time), bad_money('cost', cost),
        bad_money('usage.amount', amount), bad_decimal('cost_at_list', list_cost), wrong_credit,
        CASE WHEN cost IS NULL THEN 'cost is missing. Export the table with its cost column.' END,
        CASE WHEN currency IS NULL THEN 'currency is missing: an amount without a currency cannot be used.' END
    ) AS reject_reason,
    file_id,
    line
FROM named
