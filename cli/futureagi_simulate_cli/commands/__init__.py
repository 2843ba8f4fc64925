"""The commands of `fi-simulate`: one module for each, and what they share."""
