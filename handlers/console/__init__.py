"""What operators do and see in the console. A file for each thing that is done, and for each that is shown."""
