"""Charts: pure functions, DataFrame in, Figure out. The report's are used where it has them."""
