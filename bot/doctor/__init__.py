"""What `doctor` looks at: the set-up, the database with the business in it, the channels. Each finding is one line."""
