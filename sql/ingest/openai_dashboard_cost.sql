/* logcost
format   = "openai.dashboard_cost"
title    = "OpenAI dashboard: cost export, CSV or TSV"
reader   = "csv"
identify = ["start_time", "end_time", "amount_value", "amount_currency"]
scope    = "row"
table    = "invoice_line"
docs     = "https://platform.openai.com/docs/api-reference/usage/costs"
seen     = "2026-09"
note     = "A cost export carries amounts and no token counts; the dashboard's usage export has those."
about    = """
The CSV that the Export button gives for costs, in both headers that were seen (October 2025 with 10 columns, September 2026 with
17); columns are found by name, and files saved with tabs or semicolons are read too.

- A row is one amount of one day, in dollars; it goes to the table `invoice_line`, which `logcost sql` reads, and not to the calls.
- A row without an amount bills nothing and is skipped. Credits are negative amounts.
- Only when the export was grouped by line item does it name model and meter, as in `gpt-5-2025-08-07, cached input`.
- Amounts with more than 15 decimals (up to 30 occur) are rounded to 15, half to even.
- Amounts have no id: the same period in two downloads, or in the costs API's pages, is added twice. Load one of them.
- The days need not be those of the usage export: one row was seen a day later there. Compare by month and model.
"""

[fields]
start_time = "time"
end_time = "time"
start_time_iso = "time"
end_time_iso = "time"
amount_value = "decimal"
amount_currency = "str"
quantity = "decimal"
quantity_unit = "str"
line_item = "str"
project_id = "str"
api_key_id = "str"
*/
-- One amount a row, in dollars. The label of a line reads "<model>, <meter>" for tokens; other labels name no model.
SELECT
    any_time(coalesce(start_time, start_time_iso)) AS period_start,
    any_time(coalesce(end_time, end_time_iso)) AS period_end,
    'openai' AS provider_name,
    openai_line_model(filled(line_item)) AS model,
    openai_meter(filled(line_item)) AS meter,
    filled(line_item) AS line_item,
    filled(project_id) AS project,
    filled(api_key_id) AS api_key_id,
    strict_decimal(quantity) AS quantity,
    filled(quantity_unit) AS quantity_unit,
    strict_decimal(amount_value) AS billed_cost,
    upper(filled(amount_currency)) AS billing_currency,
    coalesce(
        bad_time('start_time', coalesce(start_time, start_time_iso)), bad_time('end_time', coalesce(end_time, end_time_iso)),
        bad_decimal('amount_value', amount_value), bad_decimal('quantity', quantity),
        CASE
            WHEN filled(amount_currency) IS NULL
            THEN 'amount_currency is missing: an amount without a currency cannot be used. Correct the line.'
        END
    ) AS reject_reason,
    file_id,
    line
FROM source
WHERE amount_value IS NOT NULL
