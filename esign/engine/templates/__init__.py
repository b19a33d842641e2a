"""The company's own pages: uploads, and page templates in unchangeable versions."""
