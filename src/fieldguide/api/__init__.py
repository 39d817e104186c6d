"""The web application: HTTP in front of the same work that the command line does."""
