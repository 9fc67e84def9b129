-- What people did about the rows that faults.sql makes and that keep a rule away from the tables.

UPDATE bag SET qr_id = 'SB22002' WHERE qr_id = 'sb22001';
DELETE FROM bag WHERE qr_id IN ('Case22', 'case22');
DELETE FROM link USING bag WHERE bag.id = link.parent_bag_id AND bag.qr_id = 'SB25002';
DELETE FROM bill_bag USING bill WHERE bill.id = bill_bag.bill_id AND bill.bill_id = 'BILL-26002';
UPDATE bag SET weight_kg = 0 WHERE weight_kg < 0;
UPDATE bill SET total_weight_kg = 0 WHERE total_weight_kg < 0;
UPDATE bill SET expected_weight_kg = 0 WHERE expected_weight_kg < 0;
UPDATE bill SET created_by_id = NULL WHERE created_by_id NOT IN (SELECT id FROM "user");
