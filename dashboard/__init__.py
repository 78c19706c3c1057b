"""The dashboard: a Streamlit app that reads what runs left, and starts runs as `feedsim` subprocesses.

A page is thin: it reads its state from the address (`state`), reads files (`shelf`, `reading`), makes a Figure of a
DataFrame (`charts`, pure), and shows it (`show`). What comes from a file goes through `words` before it is shown.
"""
