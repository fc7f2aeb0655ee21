"""Trade and economic integration: who gains, who loses, who pays, and what trade does."""
