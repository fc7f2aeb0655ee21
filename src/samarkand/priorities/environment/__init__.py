"""Environment: greenhouse gases of what is built, run and displaced, and what they are worth to the world."""
