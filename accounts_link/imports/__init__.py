"""Reading customers and invoices from CSV and XLSX into typed rows; a bad row into its errors."""
