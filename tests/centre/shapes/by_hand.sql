-- What somebody did by hand: an index that does what one of the model's does, one that has the name of
-- another of the model's, and bills whose biller nothing checks.

DROP INDEX idx_bag_qr_upper;
CREATE INDEX somebodys_own_index ON bag (lower(qr_id));
CREATE INDEX idx_bag_user_type ON bag (type, status);
ALTER TABLE bill DROP CONSTRAINT bill_created_by_id_fkey;
