-- The web application's triggers run inside what a station calls, with its owner's rights, and name their
-- tables without a schema. Where there are any, the schema of those tables is put into the path of the
-- function that calls this, before pg_temp, so that no table of the caller's stands in for one. Where the
-- caller may create something in that schema, he could make functions there that stand in for the
-- server's own: then nothing is done for him (TT004).
CREATE OR REPLACE FUNCTION station.let_triggers_find_tables() RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_schema regnamespace;
BEGIN
    SELECT c.relnamespace INTO v_schema
    FROM pg_class AS c
    WHERE c.oid = 'public.bag'::regclass AND EXISTS (
        SELECT FROM pg_trigger AS t
        WHERE t.tgrelid IN ('public.bag'::regclass, 'public.link'::regclass, 'public.scan'::regclass,
                            'public.bill'::regclass, 'public."user"'::regclass)
          AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgname !~ '^station_');
    IF v_schema IS NULL THEN
        RETURN;
    ELSIF session_user <> current_user AND has_schema_privilege(session_user, v_schema, 'CREATE')
          AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = session_user AND rolsuper) THEN
        RAISE EXCEPTION '% may create objects in schema %', session_user, v_schema USING ERRCODE = 'TT004';
    END IF;
    PERFORM set_config('search_path', 'pg_catalog, ' || v_schema || ', pg_temp', true);
END
$$;
