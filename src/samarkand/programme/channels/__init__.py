"""How each effect of an item acts: on the network, on tariffs, on trade costs, on who pays."""
