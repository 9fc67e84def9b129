-- How a station becomes known to the centre, and what an administrator does with it afterwards.

CREATE OR REPLACE FUNCTION station.enrol_device(p_device uuid, p_name text, p_version text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO station.device AS d (id, name, version, role_name)
    VALUES (p_device, left(p_name, 200), left(p_version, 200), session_user)
    ON CONFLICT (id) DO UPDATE
        SET name = excluded.name, version = excluded.version, last_seen_at = clock_timestamp()
        WHERE d.role_name = session_user AND d.revoked_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'station % may not be enrolled as %', p_device, session_user USING ERRCODE = 'TT002';
    END IF;
END
$$;
