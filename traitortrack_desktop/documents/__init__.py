"""Files for people: sheets to print, workbooks to exchange."""
