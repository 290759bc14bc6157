"""The pages of statements: runs, a customer's next statement, and each statement that was made."""
