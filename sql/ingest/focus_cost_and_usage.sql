/* logcost
format   = "focus.cost_and_usage"
title    = "FOCUS cost and usage (1.0 to 1.4): the lines of language models"
reader   = ["csv", "parquet"]
identify = ["BilledCost", "ChargePeriodStart", "BillingCurrency", "ChargeCategory"]
scope    = "row"
table    = "invoice_line"
docs     = "https://focus.finops.org/focus-specification/"
seen     = "2026-11"
note     = "A FOCUS file may hold a whole cloud bill: lines that name no language model and count no tokens are skipped. It carries amounts and no calls: they are in the table invoice_line."
about    = """
A cost export in the FinOps Open Cost and Usage Specification, from any provider. A line is kept when (1) its `ServiceCategory`
is *AI and Machine Learning* and its provider none of the large clouds, which sell other services in it, or (2) its service, SKU, charge description or provider names a language model, its maker or a
service for them, or (3) its unit or its pricing currency is *tokens*, which is also how prepaid tokens are written. All other
lines are counted as skipped, never dropped in silence.

`BilledCost`, `EffectiveCost` and `ListCost` are kept apart. Prepaid tokens are billed once in a *Purchase* line (billed above
0, effective 0) and used up in *Usage* lines (billed 0, effective above 0): use the billed cost for the invoice, the effective
cost for consumption, never their sum. `charge_category` is the file's own. The provider is `ServiceProviderName` (since 1.3) or
`ProviderName`; several spellings of one provider get one name. The meter is read from the SKU's or charge's text, the model
only from a column `x_Model`, because FOCUS has none. Amounts of more than 15 decimals are rounded to 15, half to even.
"""

[fields]
BilledCost = "decimal"
EffectiveCost = "decimal"
ListCost = "decimal"
BillingCurrency = "str"
ChargePeriodStart = "time"
ChargePeriodEnd = "time"
ChargeCategory = "str"
ChargeDescription = "str"
ServiceCategory = "str"
ServiceName = "str"
ServiceProviderName = "str"
ProviderName = "str"
PublisherName = "str"
InvoiceIssuerName = "str"
SkuId = "id"
SkuMeter = "str"
PricingUnit = "str"
PricingCurrency = "str"
PricingQuantity = "decimal"
ConsumedQuantity = "decimal"
ConsumedUnit = "str"
RegionId = "str"
RegionName = "str"
SubAccountId = "id"
SubAccountName = "str"
x_UsageType = "str"
x_SkuDescription = "str"
x_SkuMeterName = "str"
x_Model = "str"
*/
-- One charge a row. Versions and providers name columns differently: each text is taken where it stands.
WITH cell AS (
    SELECT
        * REPLACE (
            filled(ChargeDescription) AS ChargeDescription,
            filled(ServiceName) AS ServiceName,
            filled(ServiceProviderName) AS ServiceProviderName,
            filled(ProviderName) AS ProviderName,
            filled(PublisherName) AS PublisherName,
            filled(InvoiceIssuerName) AS InvoiceIssuerName,
            filled(SkuId) AS SkuId,
            filled(SkuMeter) AS SkuMeter,
            filled(PricingUnit) AS PricingUnit,
            filled(ConsumedUnit) AS ConsumedUnit,
            filled(RegionId) AS RegionId,
            filled(RegionName) AS RegionName,
            filled(SubAccountId) AS SubAccountId,
            filled(SubAccountName) AS SubAccountName,
            filled(x_UsageType) AS x_UsageType,
            filled(x_SkuDescription) AS x_SkuDescription,
            filled(x_SkuMeterName) AS x_SkuMeterName,
            filled(x_Model) AS x_Model
        )
    FROM source
),

item AS (
    SELECT
        *,
        coalesce(ServiceProviderName, ProviderName, PublisherName, InvoiceIssuerName) AS provider,
        concat_ws(
            ' ', ServiceName, SkuId, SkuMeter, ChargeDescription, x_UsageType, x_SkuDescription, x_SkuMeterName, x_Model,
            ServiceProviderName, ProviderName, PublisherName
        ) AS whole,
        -- The first text that says what is counted, from the most precise on.
        coalesce(SkuMeter, x_SkuMeterName, x_UsageType, x_SkuDescription, ChargeDescription) AS label,
        coalesce(
            token_meter(SkuMeter), token_meter(x_SkuMeterName), token_meter(x_UsageType), token_meter(x_SkuDescription),
            token_meter(ChargeDescription)
        ) AS token_words
    FROM cell
),

kept AS (
    SELECT *, lower(provider) AS maker
    FROM item
    -- The large clouds put their speech, vision and training services into the same category.
    WHERE (
            lower(ServiceCategory) = 'ai and machine learning'
            AND NOT regexp_matches(coalesce(provider, ''), '(?i)^(aws|amazon)|microsoft|azure|google|oracle|alibaba|ibm')
        )
        OR names_llm(whole)
        OR regexp_matches(concat_ws(' ', PricingUnit, ConsumedUnit, PricingCurrency), '(?i)\btokens?\b')
)

SELECT
    any_day(ChargePeriodStart) AS period_start,
    any_day(ChargePeriodEnd) AS period_end,
    CASE
        WHEN maker LIKE 'aws%' OR maker LIKE 'amazon%' THEN 'aws.bedrock'
        WHEN maker LIKE '%microsoft%' OR maker LIKE '%azure%'
            THEN CASE
                WHEN regexp_matches(label_words(whole), '\b(open ?ai|gpt)[0-9.]*o?\b') THEN 'azure.ai.openai'
                ELSE 'azure.ai.inference'
            END
        WHEN maker LIKE '%google%'
            THEN CASE
                WHEN regexp_matches(ServiceName, '(?i)gemini api|generative language') THEN 'gcp.gemini'
                ELSE 'gcp.vertex_ai'
            END
        ELSE provider_called(regexp_replace(provider, '(?i),? (inc\.?|pbc|llc|ltd\.?)$', ''))
    END AS provider_name,
    x_Model AS model,
    token_words AS meter,
    coalesce(ChargeDescription, SkuMeter, SkuId) AS line_item,
    ChargeCategory AS charge_category,
    label_tier(label) AS service_tier,
    coalesce(RegionId, RegionName) AS region,
    coalesce(SubAccountName, SubAccountId) AS project,
    strict_decimal(coalesce(ConsumedQuantity, PricingQuantity)) AS quantity,
    CASE WHEN ConsumedQuantity IS NOT NULL THEN ConsumedUnit ELSE PricingUnit END AS quantity_unit,
    strict_decimal(BilledCost) AS billed_cost,
    strict_decimal(EffectiveCost) AS effective_cost,
    strict_decimal(ListCost) AS list_cost,
    upper(BillingCurrency) AS billing_currency,
    coalesce(
        bad_day('ChargePeriodStart', ChargePeriodStart), bad_day('ChargePeriodEnd', ChargePeriodEnd),
        bad_decimal('BilledCost', BilledCost), bad_decimal('EffectiveCost', EffectiveCost), bad_decimal('ListCost', ListCost),
        bad_decimal('ConsumedQuantity', ConsumedQuantity), bad_decimal('PricingQuantity', PricingQuantity),
        CASE WHEN BilledCost IS NULL THEN 'BilledCost is missing; FOCUS requires it. Correct the line.' END,
        CASE WHEN BillingCurrency IS NULL THEN 'BillingCurrency is missing: an amount without a currency cannot be used.' END
    ) AS reject_reason,
    file_id,
    line
FROM kept
