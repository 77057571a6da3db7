"""Where records come from: formats that claim files and cut them into records."""
