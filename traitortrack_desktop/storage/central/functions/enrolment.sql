-- How a station becomes known to the centre, and what an administrator does with it afterwards.
--
-- A new station needs a one-time code, unless it comes as the owner of this schema. A refusal is an answer and no
-- error where it has to be remembered: an error would take back what was counted. Reasons: revoked, other_account,
-- code_needed, code_wrong, code_used, code_expired, code_wait; the older function gives them as DETAIL of TT002.

CREATE OR REPLACE FUNCTION station.comes_as_owner() RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT pg_has_role(session_user, (SELECT nspowner FROM pg_namespace WHERE nspname = 'station'), 'MEMBER')
$$;

-- Renews what is known of a station of this account. Returns NULL when that is done, '' when there is no such
-- station, else why it may not work: another account is told nothing else of it.
CREATE OR REPLACE FUNCTION station.renew_station(p_device uuid, p_version text, p_speaks integer) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_known station.device;
BEGIN
    SELECT * INTO v_known FROM station.device WHERE id = p_device FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN '';
    ELSIF v_known.role_name <> session_user THEN
        RETURN 'other_account';
    ELSIF v_known.revoked_at IS NOT NULL THEN
        RETURN 'revoked';
    END IF;
    UPDATE station.device
    SET version = left(p_version, 200), last_seen_at = clock_timestamp(), speaks = greatest(speaks, p_speaks)
    WHERE id = p_device;
    RETURN NULL;
END
$$;

-- Uses up the code for this station. The lock makes the count exact, however many ask at the same moment; the
-- lock on the code's row lets only one station have it.
CREATE OR REPLACE FUNCTION station.take_enrolment_code(
    p_device uuid, p_code text, OUT problem text, OUT name text, OUT area text, OUT made_by text
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_meant text := translate(upper(regexp_replace(p_code, '[^0-9A-Za-z]', '', 'g')), 'OIL', '011');
    v_code  station.enrolment_code;
BEGIN
    IF coalesce(v_meant, '') = '' THEN
        problem := 'code_needed';
        RETURN;
    END IF;
    PERFORM station.wait_for_turn('codes', session_user);
    IF (SELECT count(*) FROM station.enrolment_refusal AS r
        WHERE r.role_name = session_user AND r.reason IN ('code_wrong', 'code_used', 'code_expired')
          AND r.at > clock_timestamp() - interval '15 minutes') >= 10 THEN
        problem := 'code_wait';
        RETURN;
    END IF;
    SELECT * INTO v_code FROM station.enrolment_code AS c
    WHERE c.code_hash = sha256(convert_to(v_meant, 'UTF8')) FOR NO KEY UPDATE;
    problem := CASE WHEN NOT FOUND THEN 'code_wrong'
                    WHEN v_code.used_by = p_device THEN NULL  -- the answer to its first call was lost
                    WHEN v_code.used_at IS NOT NULL THEN 'code_used'
                    WHEN v_code.expires_at <= clock_timestamp() THEN 'code_expired' END;
    IF problem IS NULL THEN
        UPDATE station.enrolment_code AS c SET used_at = coalesce(c.used_at, clock_timestamp()), used_by = p_device
        WHERE c.code_hash = v_code.code_hash;
        name := v_code.name;
        area := v_code.area;
        made_by := v_code.made_by;
    END IF;
END
$$;

-- Remembers a refusal for the count and the audit. A station that asks again every few seconds without a code is
-- noted once a day, and no account fills the audit.
CREATE OR REPLACE FUNCTION station.note_enrolment_refusal(p_device uuid, p_name text, p_reason text) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    IF p_reason = 'code_wait' OR p_reason NOT IN ('code_wrong', 'code_used', 'code_expired') AND (
        EXISTS (SELECT FROM station.enrolment_refusal
                WHERE role_name = session_user AND device = p_device AND reason = p_reason AND at > v_now - interval '1 day')
        OR (SELECT count(*) FROM station.enrolment_refusal
            WHERE role_name = session_user AND at > v_now - interval '15 minutes') >= 20)
    THEN
        RETURN;
    END IF;
    DELETE FROM station.enrolment_refusal WHERE role_name = session_user AND at < v_now - interval '1 day';
    INSERT INTO station.enrolment_refusal (role_name, device, reason) VALUES (session_user, p_device, p_reason);
    PERFORM station.write_audit(NULL, 'enrolment_refused', 'station', NULL, jsonb_build_object(
        'station', p_device, 'name', left(p_name, 200), 'account', session_user, 'reason', p_reason));
END
$$;

-- p_code: as it was typed. Returns NULL when the station may work, else why not. A station that is known renews
-- its version and nothing else: its name and its area are the centre's.
CREATE OR REPLACE FUNCTION station.enrol_station(p_device uuid, p_name text, p_version text, p_code text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_answer text := station.renew_station(p_device, p_version, 2);
    v_code   record;
BEGIN
    IF v_answer = '' THEN
        IF station.comes_as_owner() THEN
            SELECT NULL::text AS problem, NULL::text AS name, NULL::text AS area, session_user::text AS made_by INTO v_code;
        ELSE
            SELECT * INTO v_code FROM station.take_enrolment_code(p_device, p_code);
        END IF;
        v_answer := v_code.problem;
        IF v_answer IS NULL THEN
            v_answer := station.add_station(p_device, coalesce(v_code.name, p_name), p_version, 2, v_code.area, v_code.made_by);
        END IF;
    END IF;
    IF v_answer IS NOT NULL THEN
        PERFORM station.note_enrolment_refusal(p_device, p_name, v_answer);
    END IF;
    RETURN v_answer;
END
$$;

-- Of the releases without codes: renews a station that is known; a new one comes in only as the owner.
CREATE OR REPLACE FUNCTION station.enrol_device(p_device uuid, p_name text, p_version text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_answer text := station.renew_station(p_device, p_version, 1);
BEGIN
    IF v_answer = '' THEN
        v_answer := CASE WHEN NOT station.comes_as_owner() THEN 'code_needed'
                         ELSE station.add_station(p_device, p_name, p_version, 1, NULL, session_user::text) END;
    END IF;
    IF v_answer IS NOT NULL THEN
        RAISE EXCEPTION 'station % may not be enrolled as %', p_device, session_user
            USING ERRCODE = 'TT002', DETAIL = v_answer;
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION station.add_station(
    p_device uuid, p_name text, p_version text, p_speaks integer, p_area text, p_by text
) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_name text := coalesce(nullif(btrim(left(p_name, 200)), ''), 'station');
BEGIN
    INSERT INTO station.device (id, name, version, role_name, area, speaks, enrolled_by)
    VALUES (p_device, v_name, left(p_version, 200), session_user, p_area, p_speaks, p_by)
    ON CONFLICT (id) DO NOTHING;
    IF NOT FOUND THEN
        -- Its other connection was faster, or somebody has made up the same number.
        RETURN station.renew_station(p_device, p_version, p_speaks);
    END IF;
    PERFORM station.write_audit(
        NULL, 'station_enrolled', 'station', NULL,
        jsonb_build_object('station', p_device, 'account', session_user, 'by', p_by),
        NULL, jsonb_build_object('name', v_name, 'area', p_area));
    RETURN NULL;
END
$$;

-- ---------------------------------------------------------------- what an administrator does

CREATE OR REPLACE FUNCTION station.is_station_name(p_name text) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$
    SELECT length(p_name) BETWEEN 1 AND 64 AND p_name = btrim(p_name) AND p_name !~ '[[:cntrl:]]'
$$;

-- p_name NULL: as the station calls itself; p_code_hash: SHA-256 of the code's twelve characters.
-- Returns until when it is good. SQLSTATE 22023 for what is no name, no area and no hash.
CREATE OR REPLACE FUNCTION station.make_code(
    p_actor_id integer, p_actor text, p_name text, p_area text, p_code_hash bytea
) RETURNS timestamptz
LANGUAGE plpgsql
AS $$
DECLARE
    v_expires timestamptz := clock_timestamp() + interval '24 hours';
BEGIN
    IF NOT station.is_station_name(p_name) THEN
        RAISE EXCEPTION 'that is no name for a station' USING ERRCODE = '22023', DETAIL = 'bad_name';
    ELSIF p_area <> ALL (station.dispatch_areas()) THEN
        RAISE EXCEPTION 'there is no such area' USING ERRCODE = '22023', DETAIL = 'unknown_area';
    ELSIF octet_length(p_code_hash) IS DISTINCT FROM 32 THEN
        RAISE EXCEPTION 'that is no SHA-256' USING ERRCODE = '22023';
    END IF;
    INSERT INTO station.enrolment_code (code_hash, name, area, made_by, expires_at)
    VALUES (p_code_hash, p_name, p_area, p_actor, v_expires);
    PERFORM station.write_audit(p_actor_id, 'enrolment_code_made', 'station', NULL, jsonb_build_object(
        'by', p_actor, 'name', p_name, 'area', p_area, 'good_until', v_expires));
    RETURN v_expires;
END
$$;

-- p_act: rename (p_values: name), move (area, null for none), revoke, restore. Returns NULL when it is done or was
-- so already, else not_found, bad_name, unknown_area or unknown_act. A revoked station may do nothing at all here;
-- what it has posted stays, and its sessions go on when it is restored.
CREATE OR REPLACE FUNCTION station.change_station(
    p_actor_id integer, p_actor text, p_act text, p_station uuid, p_values jsonb
) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_before station.device;
    v_after  station.device;
BEGIN
    SELECT * INTO v_before FROM station.device WHERE id = p_station FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN 'not_found';
    END IF;
    v_after := v_before;
    CASE p_act
        WHEN 'rename' THEN
            v_after.name := p_values ->> 'name';
        WHEN 'move' THEN
            v_after.area := p_values ->> 'area';
        WHEN 'revoke' THEN
            v_after.revoked_at := coalesce(v_before.revoked_at, clock_timestamp());
            v_after.revoked_by := CASE WHEN v_before.revoked_at IS NULL THEN p_actor ELSE v_before.revoked_by END;
        WHEN 'restore' THEN
            v_after.revoked_at := NULL;
            v_after.revoked_by := NULL;
        ELSE
            RETURN 'unknown_act';
    END CASE;
    IF p_act = 'rename' AND station.is_station_name(v_after.name) IS NOT TRUE THEN
        RETURN 'bad_name';
    ELSIF p_act = 'move' AND v_after.area <> ALL (station.dispatch_areas()) THEN
        RETURN 'unknown_area';
    ELSIF v_after IS NOT DISTINCT FROM v_before THEN
        RETURN NULL;
    END IF;
    UPDATE station.device AS d
    SET name = v_after.name, area = v_after.area, revoked_at = v_after.revoked_at, revoked_by = v_after.revoked_by
    WHERE d.id = p_station;
    PERFORM station.write_audit(
        p_actor_id,
        CASE p_act WHEN 'rename' THEN 'station_renamed' WHEN 'move' THEN 'station_moved'
                   WHEN 'revoke' THEN 'station_revoked' ELSE 'station_restored' END,
        'station', NULL, jsonb_build_object('station', p_station, 'by', p_actor),
        station.station_in_audit(to_jsonb(v_before)), station.station_in_audit(to_jsonb(v_after)));
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION station.station_in_audit(p_device jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
    SELECT jsonb_build_object('name', p_device -> 'name', 'area', p_device -> 'area',
                              'revoked', p_device ->> 'revoked_at' IS NOT NULL)
$$;

-- By name. *operator* is who has the newest session there that is open.
CREATE OR REPLACE FUNCTION station.stations_list()
RETURNS TABLE (
    id uuid, name text, area text, version text, account text, enrolled_at timestamptz, last_seen_at timestamptz,
    operator text, revoked_at timestamptz, revoked_by text
)
LANGUAGE sql STABLE
AS $$
    SELECT d.id, d.name, d.area, d.version, d.role_name::text, d.enrolled_at, d.last_seen_at,
           (SELECT s.username FROM station.session AS s WHERE s.device = d.id AND s.ended_at IS NULL
            ORDER BY s.started_at DESC LIMIT 1),
           d.revoked_at, d.revoked_by
    FROM station.device AS d
    ORDER BY lower(d.name), d.id
$$;

-- ---------------------------------------------------------------- the same, asked for at a station

CREATE OR REPLACE FUNCTION station.stations(p_device uuid, p_session uuid)
RETURNS TABLE (
    id uuid, name text, area text, version text, account text, enrolled_at timestamptz, last_seen_at timestamptz,
    operator text, revoked_at timestamptz, revoked_by text
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM station.administrator(p_device, p_session);
    RETURN QUERY SELECT * FROM station.stations_list();
END
$$;

CREATE OR REPLACE FUNCTION station.administer_station(
    p_device uuid, p_session uuid, p_act text, p_station uuid, p_values jsonb
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_who record;
BEGIN
    SELECT * INTO v_who FROM station.administrator(p_device, p_session);
    RETURN station.change_station(v_who.user_id, v_who.username, p_act, p_station, p_values);
END
$$;

CREATE OR REPLACE FUNCTION station.make_enrolment_code(
    p_device uuid, p_session uuid, p_name text, p_area text, p_code_hash bytea
) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_who record;
BEGIN
    SELECT * INTO v_who FROM station.administrator(p_device, p_session);
    RETURN station.make_code(v_who.user_id, v_who.username, p_name, p_area, p_code_hash);
END
$$;
