"""Regular expressions of users, run so that none of them can hang a lint run."""
