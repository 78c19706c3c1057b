"""How harm is found and held back."""
