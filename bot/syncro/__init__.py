"""The Syncro edge: wire shapes in, our own words out."""
