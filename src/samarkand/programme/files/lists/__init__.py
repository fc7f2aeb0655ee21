"""Lists of projects, one row each, as databases and ministries keep them: into the draft of a programme."""
