"""What every answer shares: errors, editions, conditional requests, rate limits, the visitor, metrics."""
