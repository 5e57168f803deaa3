"""Customers and invoices from CSV, XLSX and UBL become typed rows; bad rows become errors."""
