"""The scratch field (*Rubbelfeld*) ceremony."""
