"""Quality checks: each looks for one kind of fault in a dataset, in a file of its own."""
