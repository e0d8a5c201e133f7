"""Layout: result documents to blocks, one module for each kind of page."""
