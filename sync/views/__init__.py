"""Pages and buttons of the work: a view reads the request, asks a service, and shows."""
