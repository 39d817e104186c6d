"""Background work that survives a crash: a durable queue, its progress and its worker.

It knows no stage: which functions are jobs is told to it from above, as a tuple of tasks.
"""
