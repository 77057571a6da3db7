"""Remote stores: bring them in step with the graph, and compare them with it."""
