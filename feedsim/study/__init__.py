"""Arms x assumptions x seeds."""
