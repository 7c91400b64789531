"""From which state a run begins: the district as it stands under its present policy, or an empty one."""
