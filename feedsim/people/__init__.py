"""What persons do, and what it does to them."""
