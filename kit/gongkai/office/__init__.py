"""Export public pages as Word documents, workbooks and data, and write forms to fill in."""
