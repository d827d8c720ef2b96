"""What 10, 1,000 and 100,000 businesses need: arithmetic and a simulation over figures that were measured."""
