-- Who has to wait for whom beside locks on rows: every advisory lock that is taken in this database by us.
--
--   two numbers
--     7406120, 5         forgetting old changes of the feed; tried, never waited for (feed.sql)
--     7406121, station   attempts at one station (throttle.sql)
--     7406122, name      attempts on a name that nobody has (throttle.sql)
--     7406123, account   one-time codes that come by one database account (enrolment.sql)
--     7406124, 0         changes of accounts (account_administration.sql)
--   one number
--     7406120041, ..042  an upgrade, a repair: held by the command for as long as it works
--     7406120043         making bags where nothing keeps their codes unique (posting.sql)
--   one number, and the web application's
--     100000 + bill      a bill and its figures (posting.sql, and repairs)
--     200000 + bag       deleting a bag; tried, never waited for (acts_bags.sql)
--     300000             the row of statistics; tried, and waited for only by repairs (statistics.sql)
--     400000 + ticket    a return and its figures (acts.sql, acts_returns.sql)
--
-- Numbers of two kinds never meet. The second of two is a hash: that two of them share one only makes them wait.

CREATE OR REPLACE FUNCTION station.wait_for_turn(p_turn text, p_of text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_turn integer := CASE p_turn WHEN 'station' THEN 7406121 WHEN 'name' THEN 7406122
                                  WHEN 'codes' THEN 7406123 WHEN 'accounts' THEN 7406124 END;
BEGIN
    IF v_turn IS NULL THEN
        RAISE EXCEPTION 'there is no turn called %', p_turn;  -- a lock on NULL would be none
    END IF;
    PERFORM pg_advisory_xact_lock(v_turn, coalesce(hashtext(p_of), 0));
END
$$;
