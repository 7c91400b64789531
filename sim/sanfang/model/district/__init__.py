"""Who and what there is in a district: communities, residents, staff, money, tasks, help."""
