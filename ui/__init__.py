"""What the pages share: the frame around them, session and URL, bounded caches, widgets and components."""
