-- One-time codes of an administrator's second factor (RFC 6238, as the web application makes them: SHA-1, six
-- digits, steps of 30 seconds, one step early or late). Written out here, because a server need not have an
-- extension that knows SHA-1.

-- FIPS 180-4, section 6.1. All words are kept in 64 bits, cut to 32 after each sum.
CREATE OR REPLACE FUNCTION station.sha1(p_message bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
DECLARE
    c_mask  CONSTANT bigint := 4294967295;
    v_text  bytea := p_message || '\x80'::bytea
                     || decode(repeat('00', (119 - length(p_message) % 64) % 64), 'hex')
                     || int8send(length(p_message)::bigint * 8);
    v_hash  bigint[] := ARRAY[1732584193, 4023233417, 2562383102, 271733878, 3285377520];
    v_words bigint[];
    a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; k bigint; w bigint;
BEGIN
    FOR v_block IN 0 .. length(v_text) / 64 - 1 LOOP
        FOR t IN 0 .. 79 LOOP
            IF t < 16 THEN
                w := 0;
                FOR i IN 0 .. 3 LOOP
                    w := (w << 8) | get_byte(v_text, v_block * 64 + t * 4 + i);
                END LOOP;
            ELSE
                w := v_words[t - 2] # v_words[t - 7] # v_words[t - 13] # v_words[t - 15];
                w := ((w << 1) | (w >> 31)) & c_mask;
            END IF;
            v_words[t + 1] := w;
        END LOOP;
        a := v_hash[1]; b := v_hash[2]; c := v_hash[3]; d := v_hash[4]; e := v_hash[5];
        FOR t IN 0 .. 79 LOOP
            IF t < 20 THEN
                f := (b & c) | ((b # c_mask) & d); k := 1518500249;
            ELSIF t < 40 THEN
                f := b # c # d; k := 1859775393;
            ELSIF t < 60 THEN
                f := (b & c) | (b & d) | (c & d); k := 2400959708;
            ELSE
                f := b # c # d; k := 3395469782;
            END IF;
            w := ((((a << 5) | (a >> 27)) & c_mask) + f + e + k + v_words[t + 1]) & c_mask;
            e := d; d := c; c := ((b << 30) | (b >> 2)) & c_mask; b := a; a := w;
        END LOOP;
        v_hash := ARRAY[(v_hash[1] + a) & c_mask, (v_hash[2] + b) & c_mask, (v_hash[3] + c) & c_mask,
                        (v_hash[4] + d) & c_mask, (v_hash[5] + e) & c_mask];
    END LOOP;
    RETURN decode((SELECT string_agg(lpad(to_hex(x), 8, '0'), '' ORDER BY n)
                   FROM unnest(v_hash) WITH ORDINALITY AS u (x, n)), 'hex');
END
$$;

-- RFC 2104.
CREATE OR REPLACE FUNCTION station.hmac_sha1(p_key bytea, p_message bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
DECLARE
    v_key   bytea := CASE WHEN length(p_key) > 64 THEN station.sha1(p_key) ELSE p_key END;
    v_inner bytea := decode(repeat('36', 64), 'hex');
    v_outer bytea := decode(repeat('5c', 64), 'hex');
BEGIN
    FOR i IN 0 .. length(v_key) - 1 LOOP
        v_inner := set_byte(v_inner, i, 54 # get_byte(v_key, i));
        v_outer := set_byte(v_outer, i, 92 # get_byte(v_key, i));
    END LOOP;
    RETURN station.sha1(v_outer || station.sha1(v_inner || p_message));
END
$$;

-- The bytes that a base32 text means (RFC 4648; capital letters or not, with blanks and padding or without);
-- NULL for what is none, empty, or of a length that no bytes have: the web application cannot use it either.
CREATE OR REPLACE FUNCTION station.base32_bytes(p_text text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
DECLARE
    v_text  text := rtrim(upper(regexp_replace(p_text, '[\s-]', '', 'g')), '=');
    v_bytes bytea := '';
    v_bits  integer := 0;
    v_held  integer := 0;
BEGIN
    IF v_text !~ '^[A-Z2-7]{2,}$' OR length(v_text) % 8 IN (1, 3, 6) THEN
        RETURN NULL;
    END IF;
    FOR i IN 1 .. length(v_text) LOOP
        v_held := (v_held << 5) | (strpos('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', substr(v_text, i, 1)) - 1);
        v_bits := v_bits + 5;
        IF v_bits >= 8 THEN
            v_bits := v_bits - 8;
            v_bytes := v_bytes || set_byte('\x00'::bytea, 0, v_held >> v_bits);
            v_held := v_held & ((1 << v_bits) - 1);
        END IF;
    END LOOP;
    RETURN v_bytes;
END
$$;

-- RFC 4226, six digits.
CREATE OR REPLACE FUNCTION station.one_time_code(p_secret bytea, p_step bigint) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
DECLARE
    v_digest bytea := station.hmac_sha1(p_secret, int8send(p_step));
    v_place  integer := get_byte(v_digest, 19) & 15;
BEGIN
    RETURN lpad(((((get_byte(v_digest, v_place) & 127)::bigint << 24)
                  | (get_byte(v_digest, v_place + 1) << 16)
                  | (get_byte(v_digest, v_place + 2) << 8)
                  | get_byte(v_digest, v_place + 3)) % 1000000)::text, 6, '0');
END
$$;

-- Whether *p_code* is one of the moment when the attempt was counted, and none that this person has used: then it
-- is used now. The caller holds the account's row.
CREATE OR REPLACE FUNCTION station.use_one_time_code(
    p_user_id integer, p_secret text, p_code text, p_attempt bigint
) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    v_given  bytea := sha256(convert_to(regexp_replace(coalesce(p_code, ''), '\s', '', 'g'), 'UTF8'));
    v_secret bytea := station.base32_bytes(p_secret);
    v_now    bigint := (SELECT floor(extract(epoch FROM f.at) / 30) FROM station.sign_in_failure AS f WHERE f.id = p_attempt);
    v_last   bigint := (SELECT u.step FROM station.totp_used AS u WHERE u.user_id = p_user_id);
    v_step   bigint;
BEGIN
    FOR s IN v_now - 1 .. v_now + 1 LOOP
        IF sha256(convert_to(station.one_time_code(v_secret, s), 'UTF8')) = v_given
           AND s > coalesce(v_last, -1) THEN
            v_step := coalesce(v_step, s);
        END IF;
    END LOOP;
    IF v_step IS NULL THEN
        RETURN false;
    END IF;
    INSERT INTO station.totp_used (user_id, step) VALUES (p_user_id, v_step)
    ON CONFLICT (user_id) DO UPDATE SET step = excluded.step;
    RETURN true;
END
$$;
