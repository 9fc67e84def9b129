-- Signing in with a badge, and with a badge and a PIN. See sign_in.sql for the answers. A locked account is about
-- passwords: with a badge its person goes on working. A disabled one has no badge that counts.

-- Whose badge it is, where it counts now: not whoever got the number of somebody deleted (clocks may differ by
-- an hour).
CREATE OR REPLACE FUNCTION station.holder_of_badge(p_badge uuid) RETURNS integer
LANGUAGE sql STABLE
AS $$
    SELECT u.id FROM station.badge AS b
    JOIN public."user" AS u ON u.id = b.user_id
    WHERE b.id = p_badge AND b.revoked_at IS NULL AND (b.expires_at IS NULL OR b.expires_at > clock_timestamp())
      AND u.verified AND coalesce(u.created_at AT TIME ZONE 'UTC' < b.made_at + interval '1 hour', true)
$$;

-- p_code_hash: the SHA-256 of the whole code, in hexadecimal digits. A code has 79 random bits: nothing is gained
-- by asking and rolling back, so a badge is asked about once.
CREATE OR REPLACE FUNCTION station.badge_sign_in(p_device uuid, p_session uuid, p_code_hash text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_station text := station.own_device(p_device);
    v_answer  jsonb := station.signed_in(p_device, p_session, 'badge');
    v_until   timestamptz;
    v_badge   record;
    v_holder  integer;
BEGIN
    SELECT * INTO v_badge FROM station.badge
    WHERE code_hash = CASE WHEN p_code_hash ~ '^[0-9a-f]{64}$' THEN decode(p_code_hash, 'hex') END;
    IF v_answer #>> '{badge,id}' = v_badge.id::text THEN
        RETURN v_answer;
    END IF;
    PERFORM station.let_triggers_find_tables();
    v_until := station.turn_of_station(p_device, true);
    IF v_until IS NOT NULL THEN
        PERFORM station.audit_blocked(p_device, v_station, NULL, NULL, v_until);
        RETURN station.locked(v_until);
    END IF;
    v_holder := station.holder_of_badge(v_badge.id);
    IF v_holder IS NOT NULL THEN
        RETURN station.let_in(
            p_device, v_station, p_session, v_holder, 'badge', 'operator', v_badge.id, 'badge_login_success');
    END IF;
    INSERT INTO station.sign_in_failure (device, kind, user_id) VALUES (p_device, 'badge', v_badge.user_id);
    PERFORM station.write_audit(v_badge.user_id, 'badge_login_failed', 'auth', v_badge.user_id,
        jsonb_strip_nulls(jsonb_build_object('station', v_station, 'badge', v_badge.id, 'reason', CASE
            WHEN v_badge.id IS NULL THEN 'unknown badge'
            WHEN v_badge.revoked_at IS NOT NULL THEN 'revoked'
            WHEN v_badge.expires_at <= clock_timestamp() THEN 'expired'
            ELSE 'account disabled' END)));
    RETURN jsonb_build_object('outcome', 'badge_not_valid');
END
$$;

CREATE OR REPLACE FUNCTION station.pin_challenge(p_device uuid, p_badge uuid) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM station.own_device(p_device);
    RETURN station.challenge('badge ' || p_badge, (
        SELECT p.pin_hash FROM station.badge AS b JOIN station.pin AS p ON p.user_id = b.user_id
        WHERE b.id = p_badge));
END
$$;

-- Counts an attempt on a PIN whose row the caller holds; see count_on_account.
CREATE OR REPLACE FUNCTION station.count_on_pin(p_device uuid, p_session uuid, p_told bytea, p_user_id integer)
RETURNS timestamptz
LANGUAGE plpgsql
AS $$
DECLARE
    v_now  timestamptz := clock_timestamp();
    v_pin  record;
    v_next record;
BEGIN
    SELECT p.failures, p.locked_until INTO v_pin FROM station.pin AS p WHERE p.user_id = p_user_id;
    IF v_pin.locked_until > v_now THEN
        RETURN v_pin.locked_until;
    END IF;
    v_next := station.one_more_failure(v_now, v_pin.failures, v_pin.locked_until IS NOT NULL);
    UPDATE station.pin SET failures = v_next.failures, locked_until = v_next.locked_until WHERE user_id = p_user_id;
    INSERT INTO station.sign_in_failure (device, kind, user_id, session, told, locked_until)
    VALUES (p_device, 'pin', p_user_id, p_session, p_told, v_next.locked_until);
    RETURN NULL;
END
$$;

-- The PIN of a counted attempt, looked at. The caller holds its row.
CREATE OR REPLACE FUNCTION station.look_at_pin(
    p_device uuid, p_station text, p_session uuid, p_attempt bigint, p_badge uuid, p_user_id integer, p_proof text
) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    v_pin  record;
    v_name text := (SELECT u.username FROM public."user" AS u WHERE u.id = p_user_id);
BEGIN
    SELECT * INTO v_pin FROM station.pin WHERE user_id = p_user_id;
    IF station.proof_is_right(v_pin.pin_hash, p_proof, p_device, p_session) THEN
        UPDATE station.pin SET failures = 0, locked_until = NULL WHERE user_id = p_user_id;
        DELETE FROM station.sign_in_failure WHERE id = p_attempt;
        RETURN station.let_in(
            p_device, p_station, p_session, p_user_id, 'pin', 'full', p_badge, 'pin_login_success');
    END IF;
    PERFORM station.write_audit(p_user_id, 'pin_login_failed', 'auth', p_user_id, jsonb_build_object(
        'username', v_name, 'station', p_station,
        'attempts_remaining', greatest(station.most_failures() - v_pin.failures, 0)));
    RETURN station.failed(p_attempt, p_station, 'refused');
END
$$;

-- Full rights for a biller whose badge was scanned. Called twice, as a sign-in with a password is.
CREATE OR REPLACE FUNCTION station.pin_sign_in(p_device uuid, p_session uuid, p_badge uuid, p_proof text)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_station text := station.own_device(p_device);
    v_told    bytea := station.digest_of('badge', p_badge::text, p_proof);
    v_answer  jsonb := station.signed_in(p_device, p_session, 'pin');
    v_until   timestamptz;
    v_holder  integer;
    v_attempt bigint;
BEGIN
    IF v_answer #>> '{badge,id}' = p_badge::text THEN
        RETURN v_answer;
    END IF;
    PERFORM station.let_triggers_find_tables();
    v_until := station.turn_of_station(p_device, false);
    v_holder := station.holder_of_badge(p_badge);
    IF v_holder IS NULL THEN
        RETURN jsonb_build_object('outcome', 'badge_not_valid');
    END IF;
    v_attempt := station.counted_attempt(p_device, p_session, 'pin', v_told);
    v_answer := station.answer_of_attempt(v_attempt);
    IF v_answer IS NOT NULL THEN
        RETURN v_answer;
    END IF;
    PERFORM 1 FROM station.pin AS p JOIN public."user" AS u ON u.id = p.user_id
    WHERE p.user_id = v_holder AND u.role = 'biller' FOR UPDATE OF p;
    IF NOT FOUND THEN
        RETURN jsonb_build_object('outcome', 'refused');
    ELSIF v_attempt IS NOT NULL THEN
        RETURN station.look_at_pin(p_device, v_station, p_session, v_attempt, p_badge, v_holder, p_proof);
    ELSIF v_until IS NULL THEN
        v_until := station.count_on_pin(p_device, p_session, v_told, v_holder);
    END IF;
    IF v_until IS NULL THEN
        RETURN jsonb_build_object('outcome', 'counted');
    END IF;
    PERFORM station.audit_blocked(
        p_device, v_station, v_holder, (SELECT u.username FROM public."user" AS u WHERE u.id = v_holder), v_until);
    RETURN station.locked(v_until);
END
$$;
