"""Reading OpenDocument files: texts, workbooks and presentations, as LibreOffice and WPS write them."""
