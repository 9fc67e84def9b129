-- The same step broken off half-way: the old uniqueness is gone and the new one was never made.

ALTER TABLE bag DROP CONSTRAINT bag_qr_id_key;
DROP INDEX idx_bag_qr_upper;
DROP INDEX idx_bag_qr_type;
