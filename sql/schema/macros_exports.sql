-- Macros that the makers' own exports share (OpenAI, Anthropic, Cursor, GitHub).

-- The text of an amount in cents as the text of the same amount in the main unit: '123.78912' is '1.2378912'. What is no decimal
-- number stays as it is, for bad_decimal.
CREATE OR REPLACE TEMP MACRO cents(x) AS CASE WHEN strict_decimal(x) IS NULL THEN x::VARCHAR ELSE moved_point(x, -2) END;

-- A map of the entries {'key': ..., 'value': ...} that have a value; NULL when none has.
CREATE OR REPLACE TEMP MACRO stated(entries) AS
    nullif(map_from_entries(list_filter(entries, lambda entry: entry.value IS NOT NULL)), MAP {});

-- A text cell that holds something: spreadsheets and databases write NULL for nothing.
CREATE OR REPLACE TEMP MACRO filled(x) AS nullif(nullif(trim(x::VARCHAR), ''), 'NULL');

-- A quantity such as '0.33' in thousandths, a whole number; NULL when it has a part smaller than that.
CREATE OR REPLACE TEMP MACRO thousandths(x) AS
    CASE WHEN regexp_full_match(x::VARCHAR, '[0-9]{1,15}(\.[0-9]{0,3}0*)?') THEN (strict_decimal(x) * 1000)::BIGINT END;

-- The end of a bucket of which an export states only the start: a day when it is a date alone.
CREATE OR REPLACE TEMP MACRO day_end(x) AS CASE WHEN length(x::VARCHAR) <= 10 THEN any_time(x) + INTERVAL 1 DAY END;

-- The operation behind a name of OpenAI's usage API ('completions', 'audio_speeches' ...).
CREATE OR REPLACE TEMP MACRO openai_operation(kind) AS
    CASE kind
         WHEN 'completions' THEN 'chat' WHEN 'decisions' THEN 'chat' WHEN 'moderations' THEN 'moderation'
         WHEN 'images' THEN 'image' WHEN 'audio_speeches' THEN 'speech' WHEN 'audio_transcriptions' THEN 'transcription'
         WHEN 'vector_stores' THEN 'vector_store' WHEN 'code_interpreter_sessions' THEN 'code_interpreter'
         WHEN 'web_searches' THEN 'web_search' WHEN 'file_searches' THEN 'file_search' ELSE kind END;

-- The tier of OpenAI's usage exports: the batch mark outweighs the tier; 'auto' names none.
CREATE OR REPLACE TEMP MACRO openai_tier(batch, tier) AS
    CASE WHEN batch THEN 'batch' WHEN tier = 'default' THEN 'standard' WHEN tier <> 'auto' THEN tier END;

-- One bucket of OpenAI's usage, whichever export (API or dashboard) shows it.
CREATE OR REPLACE TEMP MACRO openai_bucket(kind, start_time, end_time, dimensions) AS
    concat_ws('|', 'openai.usage_api', kind, epoch_ms(any_time(start_time)), epoch_ms(any_time(end_time)))
    || '|' || array_to_string(list_transform(dimensions, lambda one: coalesce(one, '')), '|');

-- What OpenAI's cost line charges, from its label '<model>, <what>'; an unknown word stays as it is.
CREATE OR REPLACE TEMP MACRO openai_meter(label) AS
    CASE lower(nullif(regexp_extract(label, '^.+, ([^,]+)$', 1), ''))
         WHEN 'input' THEN 'input' WHEN 'input_tokens' THEN 'input' WHEN 'input tokens' THEN 'input'
         WHEN 'uncached input' THEN 'input' WHEN 'input_uncached_tokens' THEN 'input'
         WHEN 'cached input' THEN 'cache_read' WHEN 'cached_input' THEN 'cache_read' WHEN 'cached input tokens' THEN 'cache_read'
         WHEN 'cached_input_tokens' THEN 'cache_read' WHEN 'input_cached_tokens' THEN 'cache_read'
         WHEN 'cache write' THEN 'cache_write' WHEN 'cache_write' THEN 'cache_write'
         WHEN 'input_cache_write_tokens' THEN 'cache_write'
         WHEN 'output' THEN 'output' WHEN 'output_tokens' THEN 'output' WHEN 'output tokens' THEN 'output'
         ELSE nullif(regexp_extract(label, '^.+, ([^,]+)$', 1), '') END;

-- The model of such a label; a prefix as in 'evals | gpt-5, input' is none of its name.
CREATE OR REPLACE TEMP MACRO openai_line_model(label) AS
    nullif(regexp_replace(regexp_extract(label, '^(.+), [^,]+$', 1), '^.*\| *', ''), '');

-- What a line of Anthropic's cost reports charges; an unknown word stays as it is.
CREATE OR REPLACE TEMP MACRO anthropic_meter(token_type, cost_type) AS
    CASE coalesce(token_type, cost_type)
         WHEN 'uncached_input_tokens' THEN 'input' WHEN 'input_no_cache' THEN 'input'
         WHEN 'cache_read_input_tokens' THEN 'cache_read' WHEN 'input_cache_read' THEN 'cache_read'
         WHEN 'cache_creation.ephemeral_5m_input_tokens' THEN 'cache_write_5m' WHEN 'input_cache_write_5m' THEN 'cache_write_5m'
         WHEN 'cache_creation.ephemeral_1h_input_tokens' THEN 'cache_write_1h' WHEN 'input_cache_write_1h' THEN 'cache_write_1h'
         WHEN 'input_cache_write' THEN 'cache_write'
         WHEN 'output_tokens' THEN 'output'
         -- Of a line of tokens that does not say which, the meter is unknown.
         WHEN 'tokens' THEN NULL WHEN 'token' THEN NULL
         ELSE coalesce(token_type, cost_type) END;

-- Whether a row was billed above the long-context threshold: '0-200k' and '≤ 200k' were not.
CREATE OR REPLACE TEMP MACRO anthropic_long_context(context_window) AS
    CASE WHEN regexp_matches(context_window, '^(0 ?-|≤|<)') THEN false
         WHEN regexp_matches(context_window, '^(>|≥|[1-9][0-9]*k ?[-–])') THEN true END;
