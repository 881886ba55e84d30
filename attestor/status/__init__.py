"""How the daemon stands, as one document, and that document as JSON, as text and as a page."""
