"""Finance and debt sustainability: who lends what to whom, on which terms, and whether it can be repaid."""
