"""The desk of the company's people: contracts searched and shown, their timeline, made one by one or in bulk."""
