-- Digests that a server has no function for: it need not have an extension that knows SHA-1 or HMAC.

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

-- RFC 2104. p_digest: sha1 or sha256, both of blocks of 64 bytes.
CREATE OR REPLACE FUNCTION station.hmac(p_digest text, p_key bytea, p_message bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
DECLARE
    v_key   bytea := CASE WHEN length(p_key) > 64 THEN station.digest(p_digest, p_key) ELSE p_key END;
    v_inner bytea := decode(repeat('36', 64), 'hex');
    v_outer bytea := decode(repeat('5c', 64), 'hex');
BEGIN
    FOR i IN 0 .. length(v_key) - 1 LOOP
        v_inner := set_byte(v_inner, i, 54 # get_byte(v_key, i));
        v_outer := set_byte(v_outer, i, 92 # get_byte(v_key, i));
    END LOOP;
    RETURN station.digest(p_digest, v_outer || station.digest(p_digest, v_inner || p_message));
END
$$;

CREATE OR REPLACE FUNCTION station.digest(p_digest text, p_message bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT
AS $$
    SELECT CASE p_digest WHEN 'sha1' THEN station.sha1(p_message) WHEN 'sha256' THEN sha256(p_message) END
$$;
