"""The screens that find bags, bills and returns. GUI thread."""
