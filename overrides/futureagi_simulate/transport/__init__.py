"""From a request to an answer: keys, hops, retries, the time budget."""
