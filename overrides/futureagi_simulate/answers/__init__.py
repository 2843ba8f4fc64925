"""From bytes to models, whatever the server sent."""
