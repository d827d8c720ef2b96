"""The simulator's page: phones of clients and coordinators on the real path, with no account anywhere."""
