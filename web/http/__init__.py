"""What all responses share: errors, editions, conditional requests, rate limits, the visitor, metrics."""
