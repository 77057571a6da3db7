"""This process and those beside it: what they may take, what they leave, how they share work."""
