/* logcost
format   = "openai.costs_api"
title    = "OpenAI organization costs API: pages of daily amounts"
reader   = "json_document"
identify = ["data.results.amount"]
where    = { object = "page" }
records  = "data[].results[]"
complete = "has_more"
scope    = "row"
table    = "invoice_line"
docs     = "https://platform.openai.com/docs/api-reference/usage/costs"
seen     = "2026-11"
about = '''
Pages of the [costs API](https://platform.openai.com/docs/api-reference/usage/costs) become invoice lines, not usage: dollars, per day and line item. A null amount is skipped.
'''

[fields]
object = "str"
has_more = "bool"
[[fields.data]]
start_time = "time"
end_time = "time"
[[fields.data.results]]
object = "str"
line_item = "str"
project_id = "str"
quantity = "decimal"
quantity_unit = "str"
[fields.data.results.amount]
value = "decimal"
currency = "str"
*/
-- One amount a row, in the currency's main unit (dollars, not cents). A null amount bills nothing and is skipped.
-- line_item is a label, "<model>, <meter>" for tokens; other labels (tools, storage) name no model.
SELECT
    any_time(data.start_time) AS period_start,
    any_time(data.end_time) AS period_end,
    'openai' AS provider_name,
    nullif(regexp_extract(results.line_item, '^(.+), [^,]+$', 1), '') AS model,
    nullif(regexp_extract(results.line_item, '^.+, ([^,]+)$', 1), '') AS meter,
    results.line_item AS line_item,
    results.project_id AS project,
    strict_decimal(results.quantity) AS quantity,
    results.quantity_unit AS quantity_unit,
    strict_decimal(results.amount.value) AS billed_cost,
    upper(results.amount.currency) AS billing_currency,
    coalesce(
        bad_time('start_time', data.start_time), bad_time('end_time', data.end_time),
        bad_decimal('amount.value', results.amount.value), bad_decimal('quantity', results.quantity),
        CASE WHEN results.amount.currency IS NULL THEN 'amount.currency is missing: an amount without a currency cannot be used.' END
    ) AS reject_reason,
    file_id,
    line
FROM source
WHERE results.amount.value IS NOT NULL
