-- Macros that bills and cost exports share: days as spreadsheets write them, and the words from which a line's label is read.

-- An instant, also from a day as '9/21/2023', '09/21/23' or '20230921' (midnight UTC).
CREATE OR REPLACE TEMP MACRO any_day(x) AS
    coalesce(
        any_time(x),
        CASE WHEN regexp_full_match(x::VARCHAR, '[0-9]{1,2}/[0-9]{1,2}/([0-9]{2}|[0-9]{4})')
             THEN try_strptime(x::VARCHAR, ['%m/%d/%y', '%m/%d/%Y'])::TIMESTAMPTZ
             WHEN regexp_full_match(x::VARCHAR, '20[0-9]{6}') THEN try_strptime(x::VARCHAR, '%Y%m%d')::TIMESTAMPTZ END
    );

CREATE OR REPLACE TEMP MACRO bad_day(field, x) AS
    CASE WHEN x IS NOT NULL AND any_day(x) IS NULL
         THEN field || ' is no time. Write ISO 8601, such as 2026-10-03, or month/day/year.' END;

-- A quantity at a price, when both are exact in the digits that a DECIMAL product holds (12 and 10 after the point); else NULL.
CREATE OR REPLACE TEMP MACRO exact_product(quantity, price) AS
    CASE WHEN try_cast(strict_decimal(quantity) AS DECIMAL(20, 12)) = strict_decimal(quantity)
              AND try_cast(strict_decimal(price) AS DECIMAL(18, 10)) = strict_decimal(price)
         THEN try_cast(
             try_cast(strict_decimal(quantity) AS DECIMAL(20, 12)) * try_cast(strict_decimal(price) AS DECIMAL(18, 10))
             AS DECIMAL(38, 15)
         ) END;

-- An amount in whole currency units and billionths, as Google's money type writes it; NULL when both are missing.
CREATE OR REPLACE TEMP MACRO units_and_nanos(units, nanos) AS
    (coalesce(strict_decimal(units), strict_decimal(nanos)) * 0 + coalesce(strict_decimal(units), 0)
        + coalesce(strict_decimal(nanos), 0) * 0.000000001::DECIMAL(10, 9))::DECIMAL(38, 15);

-- The words of a label in lower case, one space apart: 'USE1_CacheReadInputTokenCount-Units' and 'gpt 4o cached Inp' alike.
CREATE OR REPLACE TEMP MACRO label_words(x) AS
    trim(regexp_replace(lower(regexp_replace(x::VARCHAR, '([a-z0-9])([A-Z])', '\1 \2', 'g')), '[^a-z0-9.]+', ' ', 'g'));

-- What a label charges for, in the words of the ledger; NULL when it names no such thing. Cache words come before input,
-- because labels say 'cached input'; what missed the cache is plain input.
CREATE OR REPLACE TEMP MACRO token_meter(x) AS
    CASE WHEN regexp_matches(label_words(x), '\bcach(e|ed|ing)?\b.*\bstorage\b') THEN 'cache_storage'
         WHEN regexp_matches(label_words(x), '\bcache miss\b') THEN 'input'
         WHEN regexp_matches(label_words(x), '\bcach(e|ed|ing)\b.*\bwrites? ?(1h|1 hour)\b|\b1 ?h(our)? cache write')
         THEN 'cache_write_1h'
         WHEN regexp_matches(label_words(x), '\bcach(e|ed|ing)\b.*\bwrites? ?(5m|5 min)|\b5 ?m(in)?(ute)? cache write')
         THEN 'cache_write_5m'
         WHEN regexp_matches(label_words(x), '\bcach(e|ed|ing)\b.*\b(writes?|creation)\b|\bwrite cache\b') THEN 'cache_write'
         WHEN regexp_matches(
             label_words(x),
             '\b(cache|cached|caching|cchd|cd) (inp|inpt|input|image|audio|text|video|prompt|read|hit|tokens?|for)\b'
             || '|\bcache\b.*\b(read|hit)s?\b'
             || '|\b(input|inp|inpt|text|image|audio|video|flex|batch|priority|tokens?) (cached|caching|cchd|cd)\b'
         )
         THEN 'cache_read'
         WHEN regexp_matches(label_words(x), '\b(outp|out|opt|outputs?|outpt|otpt|completions?|response)\b') THEN 'output'
         WHEN regexp_matches(label_words(x), '\b(inp|inpt|input|inputs|prompt)\b') THEN 'input'
         WHEN regexp_matches(label_words(x), '\b(web search|grounding)\b') THEN 'web_search' END;

-- The tier that a label states; NULL when it states none.
CREATE OR REPLACE TEMP MACRO label_tier(x) AS
    CASE WHEN regexp_matches(label_words(x), '\bbatch\b') THEN 'batch'
         WHEN regexp_matches(label_words(x), '\bflex\b') THEN 'flex'
         WHEN regexp_matches(label_words(x), '\bpriority\b') THEN 'priority'
         WHEN regexp_matches(label_words(x), '\breserved\b|\bprovisioned\b|\bptu\b') THEN 'provisioned'
         WHEN regexp_matches(label_words(x), '\bstandard\b|\bon demand\b') THEN 'standard' END;

-- A bill of a whole cloud holds mostly other things: the names by which a line shows that it is about language models.
CREATE OR REPLACE TEMP MACRO names_llm(x) AS
    regexp_matches(
        label_words(x),
        '\b(open ?ai|chatgpt|gpt|codex|anthropic|claude|bedrock|gemini|imagen|veo|generative|foundation models?|foundry models?'
        || '|mistral|mixtral|deepseek|cohere|groq|xai|grok|llama|qwen|kimi|glm|fireworks|openrouter|perplexity|together ai'
        || '|large language|language models?|llms?|inference tokens?)[0-9.]*\b'
    );

-- What an answer in the Bedrock log says besides the counts: usage, tier and duration. It is an object, or the list of a
-- stream's events (the last usage counts; the cache's lifetimes stand in the first event of a Claude stream). An answer may be
-- long: an object is parsed once for all.
CREATE OR REPLACE TEMP MACRO bedrock_answer(body) AS
    CASE WHEN starts_with(body, '[') THEN {
        'usage': coalesce(
            json_extract(body, '$[*].metadata.usage')[-1],
            json_extract(body, '$[*].message.usage')[1],
            json_extract(body, '$[*]."amazon-bedrock-invocationMetrics"')[-1],
            json_extract(body, '$[*].usage')[-1]
        ),
        'tier': json_extract_string(body, '$[*].metadata.serviceTier.type')[-1],
        'latency': coalesce(
            json_extract_string(body, '$[*].metadata.metrics.latencyMs')[-1],
            json_extract_string(body, '$[*]."amazon-bedrock-invocationMetrics".invocationLatency')[-1]
        )
    }
    WHEN starts_with(body, '{') THEN list_transform(
        [json_extract(body, [
            '$.usage', '$.output.usage', '$.metadata.usage', '$.serviceTier.type', '$.metrics.latencyMs', '$.output.metrics.latencyMs'
        ])],
        lambda found: {
            'usage': coalesce(found[1], found[2], found[3]),
            'tier': found[4] ->> '$',
            'latency': coalesce(found[5], found[6]) ->> '$'
        }
    )[1] END;

-- Tokens written to the cache for one lifetime ('5m' or '1h'), from such a usage; NULL when it does not say.
CREATE OR REPLACE TEMP MACRO bedrock_written(usage, ttl) AS
    coalesce(
        list_sum(list_transform(
            list_filter(json_extract(usage, '$.cacheDetails[*]'), lambda part: part ->> 'ttl' = ttl),
            lambda part: (part ->> 'inputTokens')::BIGINT
        ))::BIGINT,
        (usage -> 'cache_creation' ->> ('ephemeral_' || ttl || '_input_tokens'))::BIGINT
    );

-- The model that the label of a Google Cloud SKU names, in the form of an id ('gemini-2.5-flash'); NULL when it names none, or
-- when the next word is 'image', which is part of a model's name in some labels and a modality in others.
CREATE OR REPLACE TEMP MACRO sku_model(x) AS
    CASE WHEN regexp_matches(label_words(x), '\bgemini [0-9][^ ]*( (pro|flash|lite|ultra|nano|preview))* image\b') THEN NULL
         ELSE replace(coalesce(
             'gemini ' || nullif(regexp_extract(
                 label_words(x),
                 '\bgemini ([0-9][^ ]*(?: [^ ]+?)*?)(?: (?:text|image|audio|video|input|output|thinking|short|long|flex|batch'
                 || '|priority|standard|global|regional|caching|cached|cache|tokens?|count|predictions|tuning|grounding|offpeak)\b.*|$)',
                 1
             ), ''),
             nullif(regexp_extract(
                 label_words(x),
                 '\bmodel as a service (.+?)(?: (?:text|image|input|output|batch|global|regional|cach(?:e|ed|ing)|tokens?)\b|$)',
                 1
             ), ''),
             nullif(regexp_extract(
                 label_words(x),
                 '\b(claude .+?)(?: (?:text|input|output|batch|global|regional|cach(?:e|ed|ing)|tokens?|web)\b|$)',
                 1
             ), '')
         ), ' ', '-') END;

-- The text of a JSON value, without the quotes when a table keeps JSON as JSON text. Unlike json_inside it parses nothing else, so
-- that a long value can be parsed once, by the extraction that follows.
CREATE OR REPLACE TEMP MACRO json_unquoted(x) AS
    CASE WHEN starts_with(x::VARCHAR, '"') THEN json_extract_string(x::VARCHAR, '$') ELSE x::VARCHAR END;
