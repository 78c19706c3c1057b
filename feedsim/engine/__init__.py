"""The clock, the stages, the loop."""
