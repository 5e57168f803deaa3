"""Everything we know of Exact Online: how to be let in, ask, tell, and understand its answers."""
