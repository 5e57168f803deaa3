"""Running Exactlink on one machine: the embedded broker, the supervisor and its children."""
