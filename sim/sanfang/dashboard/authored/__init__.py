"""What teachers and trainers write: files of lessons and scripts, read, checked, and what is wrong with them told."""
