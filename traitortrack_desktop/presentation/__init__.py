"""What screens show: pure screen states, wording, sound and colour roles."""
