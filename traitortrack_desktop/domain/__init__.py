"""What a scan means. Pure values and functions: no clock, no input or output, no Qt, no SQL, no logging."""
