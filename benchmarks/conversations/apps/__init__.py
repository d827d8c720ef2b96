"""What this product is measured beside: each file is one program, that could be anybody's."""
