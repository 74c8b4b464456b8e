-- Strict casts for the SELECTs of format files. NULL in gives NULL; a text that is no such value also gives NULL, and the
-- bad_... twin then gives the reason, so that "missing" and "wrong" stay apart. DuckDB's own try_cast is loose: '1.5' would
-- become 2, '0x10' 16 and ' 7' 7.

-- A whole, non-negative count such as '12' or '12.0' (exports write both).
CREATE OR REPLACE TEMP MACRO strict_int(x) AS
    CASE WHEN regexp_full_match(x::VARCHAR, '[0-9]{1,18}(\.0*)?') THEN try_cast(split_part(x::VARCHAR, '.', 1) AS BIGINT) END;

CREATE OR REPLACE TEMP MACRO bad_int(field, x) AS
    CASE WHEN x IS NOT NULL AND strict_int(x) IS NULL THEN field || ' must be a whole number of 0 or more. Correct the line.' END;

-- An exact decimal amount, also negative or with an exponent; NaN and Infinity are refused. The exponent form is exact to
-- the 15 significant digits that a DOUBLE keeps.
CREATE OR REPLACE TEMP MACRO strict_decimal(x) AS
    CASE WHEN regexp_full_match(x::VARCHAR, '[+-]?[0-9]{1,22}(\.[0-9]*)?') THEN try_cast(x::VARCHAR AS DECIMAL(38, 15))
         WHEN regexp_full_match(x::VARCHAR, '[+-]?[0-9]{1,15}(\.[0-9]{0,15})?[eE][+-]?[0-9]{1,2}')
         THEN try_cast(try_cast(x::VARCHAR AS DOUBLE) AS DECIMAL(38, 15)) END;

CREATE OR REPLACE TEMP MACRO bad_decimal(field, x) AS
    CASE WHEN x IS NOT NULL AND strict_decimal(x) IS NULL THEN field || ' must be a decimal number. Correct the line.' END;

-- An instant: ISO 8601 text (UTC when no zone is given).
CREATE OR REPLACE TEMP MACRO strict_time(x) AS
    CASE WHEN substring(x::VARCHAR, 5, 1) = '-' THEN try_cast(x::VARCHAR AS TIMESTAMPTZ) END;

-- An instant from Unix seconds, whole or with a fraction.
CREATE OR REPLACE TEMP MACRO epoch_time(seconds) AS try(to_timestamp(seconds::DOUBLE));

-- An instant from ISO 8601 text, or from Unix seconds, milliseconds, microseconds or nanoseconds, told apart by their size
-- (each unit spans 1973 to 5138). Exact to the microsecond.
CREATE OR REPLACE TEMP MACRO any_time(x) AS
    CASE WHEN substring(x::VARCHAR, 5, 1) = '-' THEN strict_time(x)
         WHEN regexp_full_match(x::VARCHAR, '[0-9]{9,11}(\.[0-9]*)?([eE]\+?0?[0-9])?')
         THEN try(make_timestamptz((x::VARCHAR::DECIMAL(28, 9) * 1000000)::BIGINT))
         WHEN regexp_full_match(x::VARCHAR, '[0-9]{12,14}(\.[0-9]*)?') THEN try(make_timestamptz((x::VARCHAR::DECIMAL(28, 9) * 1000)::BIGINT))
         WHEN regexp_full_match(x::VARCHAR, '[0-9]{15,17}(\.[0-9]*)?') THEN try(make_timestamptz(x::VARCHAR::DECIMAL(28, 9)::BIGINT))
         WHEN regexp_full_match(x::VARCHAR, '[0-9]{18,19}') THEN try(make_timestamptz(x::VARCHAR::BIGINT // 1000)) END;

CREATE OR REPLACE TEMP MACRO bad_time(field, x) AS
    CASE WHEN x IS NOT NULL AND any_time(x) IS NULL
         THEN field || ' is no time. Write ISO 8601, such as 2026-10-03T12:00:00Z, or Unix seconds.' END;

-- Labels from the text of a JSON object; NULL when it is none.
CREATE OR REPLACE TEMP MACRO json_tags(x) AS
    CASE WHEN json_type(try_cast(x::VARCHAR AS JSON)) = 'OBJECT' THEN try_cast(try_cast(x::VARCHAR AS JSON) AS MAP(VARCHAR, VARCHAR)) END;

-- Counts by name from the text of a JSON object; NULL when it is none, or when any value is no whole number of 0 or more.
CREATE OR REPLACE TEMP MACRO json_units(x) AS
    CASE WHEN len(map_values(json_tags(x))) = len(list_filter(map_values(json_tags(x)), lambda v: strict_int(v) IS NOT NULL))
         THEN try_cast(json_tags(x) AS MAP(VARCHAR, BIGINT)) END;
