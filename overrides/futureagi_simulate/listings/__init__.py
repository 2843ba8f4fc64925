"""Listings: which page comes next, how pages are fetched, what is known when they are over."""
