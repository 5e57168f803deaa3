"""What stands in Exact by now, beside what we booked."""
