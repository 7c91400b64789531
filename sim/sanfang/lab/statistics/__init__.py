"""What runs say together: means, differences, ranks, and how surely."""
