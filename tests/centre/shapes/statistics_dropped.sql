-- A migration took the figures away and nothing made them again.

DROP TABLE statistics_cache;
