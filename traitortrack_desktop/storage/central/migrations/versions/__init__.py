"""One module for each step; the SQL stands in the files beside them."""
