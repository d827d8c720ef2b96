"""What programs ask of us and do by the API: the same deeds as by text and in the console."""
