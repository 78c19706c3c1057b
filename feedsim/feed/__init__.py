"""How an impression is made."""
