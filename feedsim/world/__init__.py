"""What exists: users, the graph, posts, minds, and the addressed random numbers. Columns only, no behaviour."""
