"""The pages a payer sees: Checkout, the bank's 3-D Secure question, receipts. No JavaScript, nothing from elsewhere."""
