/* logcost
format   = "openai.costs_api"
title    = "OpenAI organization costs API: pages of daily amounts"
reader   = ["json_document", "json_lines"]
identify = ["data.results.amount"]
where    = { object = "page" }
records  = "data[].results[]"
complete = "has_more"
scope    = "row"
table    = "invoice_line"
docs     = "https://platform.openai.com/docs/api-reference/usage/costs"
seen     = "2026-11"
about    = """
Pages of `GET /v1/organization/costs` as the API answers them: one page a file, several pages as JSON Lines or as an array.

- A row is one amount of one day, in dollars; it goes to the table `invoice_line`, which `logcost sql` reads, and not to the calls.
- `line_item` is a label such as `gpt-5-2025-08-07, cached input`. Behind the last comma stands what is charged; a label without
  one (tools, storage) names no model. Download with `group_by=line_item`, or there is no label at all.
- Credits are negative amounts. A row without an amount bills nothing and is skipped.
- Amounts with more than 15 decimals are rounded to 15, half to even.
- Amounts have no id: the same period in two downloads, or in the dashboard's export, is added twice. Load one of them.
- The vendor says that costs and usage do not tie out exactly; the day of a row may differ by one between them.
"""

[fields]
has_more = "bool"
[[fields.data]]
start_time = "time"
end_time = "time"
[[fields.data.results]]
line_item = "str"
project_id = "str"
api_key_id = "str"
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
    openai_line_model(results.line_item) AS model,
    openai_meter(results.line_item) AS meter,
    results.line_item AS line_item,
    results.project_id AS project,
    results.api_key_id AS api_key_id,
    strict_decimal(results.quantity) AS quantity,
    results.quantity_unit AS quantity_unit,
    strict_decimal(results.amount.value) AS billed_cost,
    upper(results.amount.currency) AS billing_currency,
    coalesce(
        bad_time('start_time', data.start_time), bad_time('end_time', data.end_time),
        bad_decimal('amount.value', results.amount.value), bad_decimal('quantity', results.quantity),
        CASE
            WHEN results.amount.currency IS NULL
            THEN 'amount.currency is missing: an amount without a currency cannot be used.'
        END
    ) AS reject_reason,
    file_id,
    line
FROM source
WHERE results.amount.value IS NOT NULL
