"""What happened in a case in plain words, for the command line and the console."""
