"""Jobs from acceptance to proof."""
