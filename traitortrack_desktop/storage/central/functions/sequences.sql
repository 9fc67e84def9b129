-- A copy of a database brings rows with their ids and may leave the sequences where they were: the next
-- ids are taken then. Posting moves a sequence behind the highest id, which no rollback takes back, and is
-- tried again. Two that do it at once may set it back by a few: then the next one does it again.
--
-- A row with one of the last ten million ids was numbered by hand or by mistake: a sequence behind it
-- would soon have no ids left, and nobody could add a row any more. Such rows are left to a person.
CREATE OR REPLACE FUNCTION station.catch_up_numbers() RETURNS void
LANGUAGE sql
AS $$
    SELECT station.keep_numbers(t.name)
    FROM unnest(ARRAY[
        'public.bag', 'public.link', 'public.scan', 'public.audit_log', 'public.bill', 'public.bill_bag',
        'public.return_ticket', 'public.return_ticket_bag', 'public.bill_return_event'
    ]) AS t (name)
    WHERE to_regclass(t.name) IS NOT NULL
$$;

-- The same for one table that is there.
CREATE OR REPLACE FUNCTION station.keep_numbers(p_table text) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_sequence regclass := pg_get_serial_sequence(p_table, 'id');
    v_highest  bigint;
BEGIN
    IF v_sequence IS NOT NULL THEN
        EXECUTE format('SELECT max(id) FROM %s WHERE id < 2137483648', p_table) INTO v_highest;
        IF v_highest > coalesce(pg_sequence_last_value(v_sequence), 0) THEN
            PERFORM setval(v_sequence, v_highest);
        END IF;
    END IF;
END
$$;

-- Whether what was violated is only that an id was given out before.
CREATE OR REPLACE FUNCTION station.is_about_numbers(p_state text, p_constraint text) RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT p_state = '23505' AND EXISTS (
        SELECT FROM pg_constraint
        WHERE conname = p_constraint AND contype = 'p'
          AND conrelid IN ('public.bag'::regclass, 'public.link'::regclass, 'public.scan'::regclass,
                           to_regclass('public.audit_log'), to_regclass('public.bill'), to_regclass('public.bill_bag'),
                           to_regclass('public.return_ticket'), to_regclass('public.return_ticket_bag'),
                           to_regclass('public.bill_return_event')))
$$;
