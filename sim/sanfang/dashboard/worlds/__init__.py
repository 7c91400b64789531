"""Districts played for pages, and who may play them; nothing here draws."""
