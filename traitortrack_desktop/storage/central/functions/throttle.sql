-- One throttle for all stations. An attempt is counted, and the count committed, before anybody looks at what
-- was told: so a caller who rolls back, or goes away, has no guess for nothing. Every sign-in by password or PIN is
-- therefore called twice, in two transactions, with the same arguments: the first call answers "counted".
--
-- The order of locks: the station's turn, then the account's row (or the turn of a name that nobody has), then the
-- PIN, then sessions. None of them is held while a posting is waited for.

-- The numbers of the web application.
CREATE OR REPLACE FUNCTION station.most_failures() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 5';
CREATE OR REPLACE FUNCTION station.locked_for() RETURNS interval LANGUAGE sql IMMUTABLE
AS $$ SELECT interval '15 minutes' $$;

CREATE OR REPLACE FUNCTION station.locked(p_until timestamptz) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_object(
        'outcome', 'locked', 'until', station.utc_text(least(p_until, '9999-01-01'::timestamptz) AT TIME ZONE 'UTC'))
$$;

CREATE OR REPLACE FUNCTION station.digest_of(VARIADIC p_parts text[]) RETURNS bytea
LANGUAGE sql IMMUTABLE
AS $$
    SELECT sha256(convert_to(to_json(p_parts)::text, 'UTF8'))
$$;

-- Waits until no other sign-in of this station is being counted, forgets what is long over (failures after a day,
-- sessions after 400), and returns until when the station has to wait: 30 failures in 15 minutes over all names,
-- or 20 badges in 5 minutes that do not count. Counting is exact only where every statement sees what was
-- committed before it.
CREATE OR REPLACE FUNCTION station.turn_of_station(p_device uuid, p_badges boolean) RETURNS timestamptz
LANGUAGE plpgsql
AS $$
DECLARE
    v_kinds text[] := CASE WHEN p_badges THEN ARRAY['badge'] ELSE ARRAY['password', 'pin'] END;
    v_most  integer := CASE WHEN p_badges THEN 20 ELSE 30 END;
    v_span  interval := CASE WHEN p_badges THEN interval '5 minutes' ELSE interval '15 minutes' END;
BEGIN
    PERFORM station.see_what_is_committed();
    PERFORM station.wait_for_turn('station', p_device::text);
    DELETE FROM station.sign_in_failure WHERE device = p_device AND at < clock_timestamp() - interval '1 day';
    DELETE FROM station.session
    WHERE device = p_device AND started_at < clock_timestamp() - interval '400 days' AND ended_at IS NOT NULL;
    RETURN (
        SELECT f.at + v_span FROM station.sign_in_failure AS f
        WHERE f.device = p_device AND f.at > clock_timestamp() - v_span AND f.kind = ANY (v_kinds)
        ORDER BY f.at DESC OFFSET v_most - 1 LIMIT 1);
END
$$;

-- Writes that somebody was blocked, 30 times in 15 minutes at most: of what is refused unseen, no station fills the
-- audit.
CREATE OR REPLACE FUNCTION station.audit_blocked(
    p_device uuid, p_station text, p_user_id integer, p_username text, p_until timestamptz
) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF (SELECT count(*) FROM station.sign_in_failure AS f
        WHERE f.device = p_device AND f.kind = 'blocked' AND f.at > clock_timestamp() - interval '15 minutes') < 30
    THEN
        INSERT INTO station.sign_in_failure (device, kind, user_id) VALUES (p_device, 'blocked', p_user_id);
        PERFORM station.write_audit(
            p_user_id, 'login_blocked_account_locked', 'auth', p_user_id,
            jsonb_strip_nulls(jsonb_build_object(
                'username', p_username, 'station', p_station, 'locked_until', p_until)));
    END IF;
END
$$;

-- The attempt that this call is to look at: counted by an earlier transaction, a minute ago at most, and for the
-- same words. NULL when there is none: then it has to be counted first.
CREATE OR REPLACE FUNCTION station.counted_attempt(p_device uuid, p_session uuid, p_kind text, p_told bytea)
RETURNS bigint
LANGUAGE sql
AS $$
    SELECT f.id FROM station.sign_in_failure AS f
    WHERE f.session = p_session AND f.device = p_device AND f.kind = p_kind AND f.told = p_told
      AND f.made_in <> pg_current_xact_id() AND f.at > clock_timestamp() - interval '1 minute'
    ORDER BY f.id DESC LIMIT 1
    FOR UPDATE
$$;

-- Until when, where that lies ahead; "for ever" as a moment that every calendar has, in every time zone.
CREATE OR REPLACE FUNCTION station.account_locked_until(p_utc timestamp) RETURNS timestamptz
LANGUAGE sql STABLE
AS $$
    SELECT CASE WHEN p_utc > clock_timestamp() AT TIME ZONE 'UTC' THEN least(p_utc, '9999-01-01') AT TIME ZONE 'UTC' END
$$;

-- Takes back what wrong passwords came to: a sign-in does, a new password, and an administrator. Returns whether the
-- account was locked; NULL when there was nothing to take back.
CREATE OR REPLACE FUNCTION station.clear_lock(p_user integer) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    v_locked boolean := (SELECT station.account_locked_until(u.locked_until) IS NOT NULL
                         FROM public."user" AS u WHERE u.id = p_user);
BEGIN
    UPDATE public."user" SET failed_login_attempts = 0, locked_until = NULL, last_failed_login = NULL
    WHERE id = p_user
      AND (failed_login_attempts <> 0 OR locked_until IS NOT NULL OR last_failed_login IS NOT NULL);
    RETURN CASE WHEN FOUND THEN v_locked END;
END
$$;

-- What one more failure comes to. p_over: there was a lock, which is over by now: then it starts anew.
CREATE OR REPLACE FUNCTION station.one_more_failure(
    p_now timestamptz, p_failures integer, p_over boolean, OUT failures integer, OUT locked_until timestamptz
)
LANGUAGE sql IMMUTABLE
AS $$
    SELECT n.failures, CASE WHEN n.failures >= station.most_failures() THEN p_now + station.locked_for() END
    FROM (SELECT 1 + CASE WHEN p_over THEN 0 ELSE least(coalesce(p_failures, 0), station.most_failures()) END)
         AS n (failures)
$$;

-- Counts an attempt on an account whose row the caller holds. Returns until when the account is locked already:
-- then nothing was counted.
CREATE OR REPLACE FUNCTION station.count_on_account(p_device uuid, p_session uuid, p_told bytea, p_user_id integer)
RETURNS timestamptz
LANGUAGE plpgsql
AS $$
DECLARE
    v_user record;
    v_next record;
BEGIN
    SELECT u.failed_login_attempts, u.locked_until, station.account_locked_until(u.locked_until) AS until INTO v_user
    FROM public."user" AS u WHERE u.id = p_user_id;
    IF v_user.until IS NOT NULL THEN
        RETURN v_user.until;
    END IF;
    v_next := station.one_more_failure(
        clock_timestamp(), v_user.failed_login_attempts, v_user.locked_until IS NOT NULL);
    UPDATE public."user"
    SET failed_login_attempts = v_next.failures, locked_until = v_next.locked_until AT TIME ZONE 'UTC'
    WHERE id = p_user_id;
    INSERT INTO station.sign_in_failure (device, kind, user_id, session, told, locked_until)
    VALUES (p_device, 'password', p_user_id, p_session, p_told, v_next.locked_until);
    RETURN NULL;
END
$$;

-- The same for a name that nobody has.
CREATE OR REPLACE FUNCTION station.count_on_nobody(p_device uuid, p_session uuid, p_told bytea, p_name text)
RETURNS timestamptz
LANGUAGE plpgsql
AS $$
DECLARE
    v_key      bytea := station.digest_of(p_name);
    v_now      timestamptz;
    v_failures integer;
    v_last     timestamptz;
    v_next     record;
BEGIN
    PERFORM station.wait_for_turn('name', encode(v_key, 'hex'));
    v_now := clock_timestamp();
    SELECT count(*), max(f.at) INTO v_failures, v_last FROM station.sign_in_failure AS f
    WHERE f.name_key = v_key AND f.at > v_now - interval '1 day';
    IF v_failures >= station.most_failures() THEN
        IF v_last + station.locked_for() > v_now THEN
            RETURN v_last + station.locked_for();
        END IF;
        UPDATE station.sign_in_failure SET name_key = NULL WHERE name_key = v_key;
    END IF;
    v_next := station.one_more_failure(v_now, v_failures, v_failures >= station.most_failures());
    INSERT INTO station.sign_in_failure (at, device, kind, name_key, session, told, locked_until)
    VALUES (v_now, p_device, 'password', v_key, p_session, p_told, v_next.locked_until);
    RETURN NULL;
END
$$;

-- The password was right, and yet nobody signed in: that was no failure.
CREATE OR REPLACE FUNCTION station.uncount(p_attempt bigint) RETURNS void
LANGUAGE sql
AS $$
    UPDATE public."user" AS u
    SET failed_login_attempts = greatest(u.failed_login_attempts - 1, 0),
        locked_until = nullif(u.locked_until, f.locked_until AT TIME ZONE 'UTC')
    FROM station.sign_in_failure AS f
    WHERE f.id = p_attempt AND u.id = f.user_id;
    DELETE FROM station.sign_in_failure WHERE id = p_attempt;
$$;

-- Keeps why an attempt failed, and returns the answer. Its lock, if it began one, stands in the audit too.
CREATE OR REPLACE FUNCTION station.failed(p_attempt bigint, p_station text, p_answer text) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    v_attempt record;
    v_name    text;
BEGIN
    UPDATE station.sign_in_failure SET answer = p_answer WHERE id = p_attempt
    RETURNING user_id, kind, locked_until INTO v_attempt;
    IF v_attempt.locked_until IS NOT NULL THEN
        v_name := (SELECT u.username FROM public."user" AS u WHERE u.id = v_attempt.user_id);
        PERFORM station.write_audit(
            v_attempt.user_id, CASE v_attempt.kind WHEN 'pin' THEN 'pin_locked' ELSE 'account_locked' END,
            'auth', v_attempt.user_id, jsonb_strip_nulls(jsonb_build_object(
                'username', v_name, 'station', p_station, 'locked_until', v_attempt.locked_until)));
    END IF;
    RETURN station.answer_of_attempt(p_attempt);
END
$$;

-- What was answered to an attempt that failed, NULL before anybody looked at it.
CREATE OR REPLACE FUNCTION station.answer_of_attempt(p_attempt bigint) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT CASE WHEN f.locked_until IS NULL THEN jsonb_build_object('outcome', f.answer)
                WHEN f.answer = 'refused' THEN station.locked(f.locked_until)
                ELSE station.locked(f.locked_until) || jsonb_build_object('outcome', f.answer) END
    FROM station.sign_in_failure AS f
    WHERE f.id = p_attempt AND f.answer IS NOT NULL
$$;
