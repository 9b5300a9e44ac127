"""Reading OpenDocument files: texts and workbooks, as LibreOffice and WPS write them."""
