"""How models and decisions are made."""
