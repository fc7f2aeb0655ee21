"""Innovation and knowledge: what an economy could make next, and how the programme brings buyers of it nearer."""
