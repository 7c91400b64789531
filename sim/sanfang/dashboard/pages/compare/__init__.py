"""The Compare page: policies on the same residents and the same troubles, in step."""
