"""Where runs are run: in this process, in processes of this machine, or on a cluster. Each answers one question."""
