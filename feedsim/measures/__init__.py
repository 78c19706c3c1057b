"""Read-only: each yields rows."""
