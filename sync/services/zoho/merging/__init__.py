"""What both sides must be told, by their copies and what they last agreed on."""
