"""Reading customers and invoices from CSV and XLSX into typed rows, each bad row with its errors."""
